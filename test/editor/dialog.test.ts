/** What the dialogs check, keep and show. */
import assert from "node:assert/strict";
import { voiceIds } from "../../sandbox";
import type { FlowNode } from "../node-red";
import { setStage, type Stage } from "./stage";

describe("the edit dialog", function () {
  this.timeout(60_000);
  let stage: Stage;

  let latest = "";
  let brought = 0;

  before(async () => {
    stage = await setStage();
    const { nodeRed, sandbox, editor } = stage;
    const account = { type: "vocu-account", site: "custom", baseUrl: sandbox.url };
    await nodeRed.deploy(
      [
        { id: "tab", type: "tab", label: "Flow" },
        { ...account, id: "account" },
        { ...account, id: "keyless" },
      ],
      { account: { apiKey: sandbox.apiKey } },
    );
    await editor.load();
  });
  afterEach(() => stage.editor.cancel());
  after(() => stage.close());

  /** Brings a node into the flow, whatever it says or leaves out, and answers with its id. */
  async function bring(properties: object): Promise<string> {
    brought += 1;
    latest = `speech-${brought}`;
    const place = { z: "tab", x: 300, y: 60 * brought, wires: [[], []] };
    const speaking = { account: "account", voiceId: voiceIds.english, voiceIdType: "str" };
    await stage.editor.bring({
      id: latest,
      type: "vocu-speech-stream",
      ...place,
      ...speaking,
      ...properties,
    });
    return latest;
  }

  /** Opens the dialog of such a node. */
  async function open(properties: object): Promise<void> {
    await stage.editor.edit(await bring(properties));
  }

  /** Confirms the dialog and answers with the node as it would be deployed then. */
  async function confirmed(): Promise<FlowNode> {
    await stage.editor.done("node");
    return stage.editor.saved(latest);
  }

  const complaints: readonly [string, object, string][] = [
    ["a voice that is missing", { voiceId: "" }, "Voice is missing"],
    [
      "a number that is none",
      { speechRate: "fast", speechRateType: "num" },
      "Duration factor must be a number",
    ],
    [
      "a number out of its range",
      { speechRate: "3", speechRateType: "num" },
      "Duration factor must be from 0.5 to 2",
    ],
    [
      "a fraction where a whole number belongs",
      { seed: "1.5", seedType: "num" },
      "Random seed must be a whole number",
    ],
    ["broken JSON", { emo_switch: "[1,", emo_switchType: "json" }, "Emotion mix must be valid JSON"],
    [
      "a list of the wrong length",
      { emo_switch: "[1,2]", emo_switchType: "json" },
      "Emotion mix must be a list of 5",
    ],
    [
      "a list member out of its range",
      { emo_switch: "[0,0,0,0,11]", emo_switchType: "json" },
      "Emotion mix must be a list of whole numbers from 0 to 10",
    ],
    [
      "a choice that does not exist",
      { vc_mode: "opera", vc_modeType: "str" },
      "Conversion must be one of standard, similarity, prosody, cover",
    ],
    ["a text that is missing", { text: "", textType: "msg" }, "Text is missing"],
    ["a setting out of its range", { chunkBytes: "-1" }, "Chunk size (bytes) must be from 0 to 1048576"],
  ];
  for (const [what, properties, sentence] of complaints) {
    it(`says what is wrong with ${what}`, async () => {
      assert.deepEqual(await stage.editor.complaints(await bring(properties)), [sentence]);
    });
  }

  const sound: readonly [string, object][] = [
    ["values that an environment variable brings", { speechRate: "${RATE}", speechRateType: "num" }],
    ["an unusual preset", { preset: "v3_creative_pro", presetType: "str" }],
    [
      "no text where source audio is spoken",
      { text: "", input_audio: "https://x/vc-input/a.mp3", input_audioType: "str" },
    ],
    ["a bad value of a setting that does not apply", { output: "buffer", chunkBytes: "-1" }],
  ];
  for (const [what, properties] of sound) {
    it(`accepts ${what}`, async () => {
      assert.deepEqual(await stage.editor.complaints(await bring(properties)), []);
    });
  }

  it("marks a field while it is being typed wrong, and unmarks it when it is right", async () => {
    await open({});
    await stage.editor.type("speechRate", "9");
    assert.equal(await stage.editor.isWrong("#node-input-speechRate"), true);
    await stage.editor.type("speechRate", "1.5");
    assert.equal(await stage.editor.isWrong("#node-input-speechRate"), false);
    assert.equal((await confirmed()).speechRate, "1.5");
  });

  it("fills in what a hand-written flow leaves out, as the runtime does", async () => {
    await open({});
    const { text, textType, output, leadMs, vivid, vividType } = await confirmed();
    assert.deepEqual(
      { text, textType, output, leadMs, vivid, vividType },
      { text: "payload", textType: "msg", output: "chunks", leadMs: "1000", vivid: "", vividType: "bool" },
    );
  });

  it("keeps the line breaks of a text", async () => {
    const text = "First line.\nSecond line.";
    await open({ text, textType: "str" });
    assert.match(await stage.editor.shown("text"), /First line\..*2 lines/s);
    assert.equal((await confirmed()).text, text);
  });

  it("keeps a choice that it does not know", async () => {
    await open({ reference_mode: "daring", reference_modeType: "str" });
    assert.match(await stage.editor.shown("reference_mode"), /daring \(unknown\)/);
    assert.equal((await confirmed()).reference_mode, "daring");
  });

  it("stores what was chosen from a list as plain text", async () => {
    await open({});
    await stage.editor.page.locator(".vocu-fold:visible").click();
    await stage.editor.choose("vivid", "yes");
    await stage.editor.choose("vc_mode", "Song cover");
    const { vivid, vividType, vc_mode, vc_modeType } = await confirmed();
    assert.deepEqual([vivid, vividType, vc_mode, vc_modeType], ["true", "bool", "cover", "str"]);
  });

  it("says in a blank field what the service takes then", async () => {
    await open({});
    const { editor } = stage;
    assert.equal(
      await editor.widget("speechRate").locator("input").first().getAttribute("placeholder"),
      "default: 1",
    );
    assert.match(await editor.shown("break_clone"), /default: yes/);
  });

  it("takes any input from the message", async () => {
    await open({});
    await stage.editor.chooseSource("voiceId", "msg");
    await stage.editor.type("voiceId", "voice");
    assert.equal(await stage.editor.hint("voiceId").isVisible(), false);
    const { voiceId, voiceIdType } = await confirmed();
    assert.deepEqual([voiceId, voiceIdType], ["voice", "msg"]);
  });

  it("accepts a typed voice ID that the account does not have", async () => {
    await open({ voiceId: "somebody-elses" });
    await stage.editor.hint("voiceId").filter({ hasText: "Not one of the account's voices" }).waitFor();
    assert.equal((await confirmed()).voiceId, "somebody-elses");
  });

  it("finds a voice by a part of its name", async () => {
    await open({ voiceId: "" });
    await stage.editor.hint("voiceId").filter({ hasText: "6 voices" }).waitFor();
    await stage.editor.widget("voiceId").locator("input.red-ui-typedInput-input").pressSequentially("kla");
    await stage.editor.pick("Klaus");
    assert.equal((await confirmed()).voiceId, voiceIds.german);
  });

  it("says why there are no voices to pick, and offers to try again", async () => {
    // Voices are remembered for a while, so this asks for those of a new account.
    const { sandbox, editor } = stage;
    sandbox.fail({ on: { path: "/api/voice" }, error: { status: 503, code: "NO_WORKER_AVAILABLE" } });
    await editor.bring({ id: "busy", type: "vocu-account", site: "custom", baseUrl: `${sandbox.url}/` });
    await editor.page.evaluate(`RED.nodes.node("busy").credentials = { apiKey: "${sandbox.apiKey}" }`);
    await open({ account: "busy" });
    const hint = editor.hint("voiceId");
    await hint.filter({ hasText: "The service is fully busy." }).waitFor();
    await hint.locator("a").click();
    await hint.filter({ hasText: "Ada" }).waitFor();
  });

  it("asks for an account where none is chosen", async () => {
    await open({ account: "" });
    await stage.editor.page.selectOption("#node-input-account", "_ADD_");
    await stage.editor.hint("voiceId").filter({ hasText: "Choose an account" }).waitFor();
  });

  it("asks for the key where the account has none", async () => {
    await open({ account: "keyless" });
    await stage.editor.hint("voiceId").filter({ hasText: "The account has no API key." }).waitFor();
  });

  it("folds advanced rows away while none of them is set", async () => {
    await open({});
    assert.equal(await stage.editor.page.locator('[data-vocu="seed"]').isVisible(), false);
  });

  it("shows advanced rows where one of them is set", async () => {
    await open({ seed: "7", seedType: "num" });
    assert.equal(await stage.editor.page.locator('[data-vocu="seed"]').isVisible(), true);
  });

  it("shows a setting only while another one gives it a meaning", async () => {
    await open({ pace: "realtime" });
    const leadMs = stage.editor.page.locator('[data-vocu="leadMs"]');
    assert.equal(await leadMs.isVisible(), true);
    await stage.editor.page.selectOption("#node-input-output", "buffer");
    assert.equal(await leadMs.isVisible(), false);
  });

  it("wants an address for a site of one's own", async () => {
    await open({});
    const { editor } = stage;
    await editor.editAccount();
    for (const [address, wrong] of [
      ["", true],
      ["example.com", true],
      ["https://example.com", false],
    ] as const) {
      await editor.fill("#node-config-input-baseUrl", address);
      assert.equal(await editor.isWrong("#node-config-input-baseUrl"), wrong, address);
    }
    await editor.page.selectOption("#node-config-input-site", "vocu.ai");
    assert.equal(await editor.page.locator('[data-vocu="baseUrl"]').isVisible(), false);
  });
});
