/** What the dialogs check, keep and show. */
import assert from "node:assert/strict";
import { styleIds, voiceIds } from "../../sandbox";
import type { FlowNode } from "../node-red";
import { setStage, WITH_ACCOUNT, type Stage } from "./stage";

describe("the edit dialog", function () {
  this.timeout(60_000);
  let stage: Stage;

  let latest = "";
  let brought = 0;

  before(async () => {
    stage = await setStage({
      ...WITH_ACCOUNT,
      onlyDialogs: true,
      flows: (sandbox) => [
        ...WITH_ACCOUNT.flows(sandbox),
        { id: "keyless", type: "vocu-account", site: "custom", baseUrl: sandbox.url },
      ],
    });
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
    ["a voice that is missing", { voiceId: "" }, "“Voice” is missing."],
    [
      "a number that is none",
      { speechRate: "fast", speechRateType: "num" },
      "“Duration factor” must be a number.",
    ],
    [
      "a number out of its range",
      { speechRate: "3", speechRateType: "num" },
      "“Duration factor” must be from 0.5 to 2.",
    ],
    [
      "a fraction where a whole number belongs",
      { seed: "1.5", seedType: "num" },
      "“Random seed” must be a whole number.",
    ],
    ["broken JSON", { emo_switch: "[1,", emo_switchType: "json" }, "“Emotion mix” must be a JSON list."],
    [
      "a list of the wrong length",
      { emo_switch: "[1,2]", emo_switchType: "json" },
      "“Emotion mix” must be a list of 5 items.",
    ],
    [
      "a list member out of its range",
      { emo_switch: "[0,0,0,0,11]", emo_switchType: "json" },
      "“Emotion mix” must be from 0 to 10.",
    ],
    [
      "a choice that does not exist",
      { reference_mode: "opera", reference_modeType: "str" },
      "“Reference mode” must be one of: similarity, balanced, expressive.",
    ],
    ["a text that is missing", { text: "", textType: "msg" }, "“Text” is missing."],
    ["a setting out of its range", { chunkBytes: "-1" }, "“Chunk size (bytes)” must be from 0 to 1048576."],
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

  it("leaves out the white space after a text of several lines", async () => {
    const { page } = stage.editor;
    await open({ text: "First line.\nSecond line.", textType: "str" });
    // In the place of Node-RED's text editor, which hands over the text like this.
    await page.evaluate(
      `(() => {
        const { editText } = RED.editor;
        RED.editor.editText = ({ complete, value }) => {
          RED.editor.editText = editText;
          window.edited = value;
          complete("One.\\nTwo. \\n\\n");
        };
      })()`,
    );
    await stage.editor.widget("text").locator(".red-ui-typedInput-option-expand").click();
    assert.equal(await page.evaluate("window.edited"), "First line.\nSecond line.");
    assert.equal((await confirmed()).text, "One.\nTwo.");
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
    await stage.editor.choose("srt", "yes");
    const { vivid, vividType, srt, srtType } = await confirmed();
    assert.deepEqual([vivid, vividType, srt, srtType], ["true", "bool", "true", "bool"]);
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
    await stage.editor.combobox("voiceId").pressSequentially("kla");
    await stage.editor.pick("Klaus");
    const { voiceId, voiceIdName } = await confirmed();
    assert.deepEqual([voiceId, voiceIdName], [voiceIds.german, "Klaus"]);
  });

  it("says why there are no voices to pick, and offers to try again", async () => {
    // Voices are remembered for a while, so this asks for those of a new account.
    const { sandbox, editor } = stage;
    sandbox.fail({ on: { path: "/api/voice" }, error: { status: 503, code: "NO_WORKER_AVAILABLE" } });
    await editor.bring({ id: "busy", type: "vocu-account", site: "custom", baseUrl: `${sandbox.url}/` });
    await editor.page.evaluate(`RED.nodes.node("busy").credentials = { apiKey: "${sandbox.apiKey}" }`);
    await open({ account: "busy" });
    const hint = editor.hint("voiceId");
    await hint.filter({ hasText: "The service is at full capacity." }).waitFor();
    await hint.locator("a").click();
    await hint.filter({ hasText: "Calm British reading voice" }).waitFor();
  });

  it("asks again for voices that could not be had when it is opened again", async () => {
    const { sandbox, editor } = stage;
    sandbox.fail({ on: { path: "/api/voice" }, error: { status: 503, code: "NO_WORKER_AVAILABLE" } });
    await editor.bring({ id: "twice", type: "vocu-account", site: "custom", baseUrl: `${sandbox.url}//` });
    await editor.page.evaluate(`RED.nodes.node("twice").credentials = { apiKey: "${sandbox.apiKey}" }`);
    await open({ account: "twice" });
    await editor.hint("voiceId").filter({ hasText: "The service is at full capacity." }).waitFor();
    await editor.cancel();
    await editor.edit(latest);
    await editor.hint("voiceId").filter({ hasText: "Calm British reading voice" }).waitFor();
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

  describe("the field of the voice", () => {
    const { english, german, controllable } = voiceIds;
    const field = () => stage.editor.combobox("voiceId");

    it("shows the voice's name and never the bare id", async () => {
      await open({});
      await stage.editor.hint("voiceId").filter({ hasText: "Calm British reading voice" }).waitFor();
      assert.equal(await field().inputValue(), "Ada");
      assert.match(await stage.editor.widget("voiceId").innerText(), /v3\.0/);
    });

    it("shows the stored name while the list cannot be had", async () => {
      await open({ account: "keyless", voiceId: "some-id", voiceIdName: "Ruby" });
      await stage.editor.hint("voiceId").filter({ hasText: "no API key" }).waitFor();
      assert.equal(await field().inputValue(), "Ruby");
      const { voiceId, voiceIdName } = await confirmed();
      assert.deepEqual([voiceId, voiceIdName], ["some-id", "Ruby"]);
    });

    it("renews the stored name when the list is loaded", async () => {
      await open({ voiceIdName: "Her old name" });
      await stage.editor.hint("voiceId").filter({ hasText: "Calm British reading voice" }).waitFor();
      assert.equal((await confirmed()).voiceIdName, "Ada");
    });

    it("warns of a voice that is gone, by its last known name", async () => {
      await open({ voiceId: "deleted", voiceIdName: "Ruby" });
      const hint = stage.editor.hint("voiceId");
      await hint.filter({ hasText: "“Ruby” is no longer offered by this account." }).waitFor();
      assert.match((await hint.getAttribute("class")) ?? "", /vocu-warning/);
    });

    it("takes a name that was typed for the voice of that name", async () => {
      await open({ voiceId: "" });
      await stage.editor.hint("voiceId").filter({ hasText: "6 voices" }).waitFor();
      await field().pressSequentially("klaus");
      await stage.editor.page.keyboard.press("Tab");
      const { voiceId, voiceIdName } = await confirmed();
      assert.deepEqual([voiceId, voiceIdName], [german, "Klaus"]);
    });

    it("finds Ada before Radio, and picks with Enter what it marks", async () => {
      await open({ voiceId: "" });
      await stage.editor.hint("voiceId").filter({ hasText: "6 voices" }).waitFor();
      await field().pressSequentially("ad");
      await stage.editor.page.locator(".vocu-list .vocu-active", { hasText: "Ada" }).waitFor();
      assert.deepEqual((await stage.editor.offered()).slice(0, 2), ["Ada", "Harbour Radio"]);
      await stage.editor.page.keyboard.press("Enter");
      assert.equal((await confirmed()).voiceId, english);
    });

    it("tells assistive technology what is open and what is marked", async () => {
      await open({});
      await stage.editor.hint("voiceId").filter({ hasText: "Calm British reading voice" }).waitFor();
      const attribute = (name: string) => field().getAttribute(name);
      assert.equal(await attribute("aria-expanded"), "false");
      await field().focus();
      await stage.editor.page.keyboard.press("ArrowDown");
      await stage.editor.page.locator(".vocu-list .vocu-active").waitFor();
      assert.equal(await attribute("aria-expanded"), "true");
      const active = stage.editor.page.locator(`[id="${(await attribute("aria-activedescendant")) ?? ""}"]`);
      assert.equal(await active.getAttribute("aria-selected"), "true");
      await stage.editor.page.keyboard.press("ArrowDown");
      const next = stage.editor.page.locator(`[id="${(await attribute("aria-activedescendant")) ?? ""}"]`);
      assert.match(await next.innerText(), /Klaus/);
      await stage.editor.page.keyboard.press("Escape");
      assert.equal(await attribute("aria-expanded"), "false");
      assert.equal(await attribute("aria-activedescendant"), null);
      assert.equal(await field().inputValue(), "Ada");
    });

    it("moves from the last voice of the list to the first", async () => {
      await open({});
      const { page } = stage.editor;
      await field().focus();
      await page.keyboard.press("ArrowDown");
      await page.locator(".vocu-list .vocu-active").waitFor();
      const marked = (): Promise<string | null> => field().getAttribute("aria-activedescendant");
      const first = await marked();
      for (const name of await stage.editor.offered()) {
        assert.ok(name);
        await page.keyboard.press("ArrowDown");
      }
      assert.equal(await marked(), first);
      await page.keyboard.press("Escape");
    });

    it("shows the name of what was typed when the list is closed with Escape", async () => {
      await open({ voiceId: "" });
      await stage.editor.hint("voiceId").filter({ hasText: "6 voices" }).waitFor();
      await field().pressSequentially("klaus");
      await stage.editor.page.locator(".vocu-list .vocu-active", { hasText: "Klaus" }).waitFor();
      await stage.editor.page.keyboard.press("Escape");
      assert.equal(await field().inputValue(), "Klaus");
    });

    it("forgets the style of another voice", async () => {
      await open({ promptId: styleIds.warm, promptIdType: "str" });
      await stage.editor.list("voiceId");
      await stage.editor.pick("Klaus");
      assert.equal((await confirmed()).promptId, "");
    });

    it("says that a voice needs instruct mode, and switches it on when asked to", async () => {
      await open({ voiceId: controllable });
      const line = stage.editor.page.locator(".vocu-conflict:visible");
      await line.filter({ hasText: "This voice speaks only in instruct mode." }).waitFor();
      await line.locator("button").click();
      await line.waitFor({ state: "hidden" });
      const { instruct_mode, instruct_modeType } = await confirmed();
      assert.deepEqual([instruct_mode, instruct_modeType], ["true", "bool"]);
    });

    it("hides what only V3 voices use, unless it is set", async () => {
      await open({ voiceId: controllable, vivid: "true", vividType: "bool" });
      const row = (name: string) => stage.editor.page.locator(`[data-vocu="${name}"]`);
      await row("language").waitFor({ state: "hidden" });
      assert.equal(await row("vivid").isVisible(), true);
      assert.match(await row("vivid").innerText(), /only with voices of version v3\.0/);
    });
  });

  const excluding: readonly [string, object, string, object][] = [
    [
      "subtitles with low latency",
      { srt: "true", srtType: "bool", flash: "true", flashType: "bool" },
      "Subtitles are not available with low latency.",
      { srt: "true", flash: "false" },
    ],
    [
      "subtitles in instruct mode",
      { srt: "true", srtType: "bool", instruct_mode: "true", instruct_modeType: "bool" },
      "Subtitles are not available in instruct mode.",
      { srt: "false", instruct_mode: "true" },
    ],
    [
      "a text beside source audio",
      { input_audio: "https://x/vc-input/a.mp3", input_audioType: "str" },
      "With source audio, the text is not spoken.",
      { text: "" },
    ],
    [
      "a reference mode without instruct mode",
      { reference_mode: "similarity", reference_modeType: "str" },
      "“Reference mode” needs “Instruct mode”.",
      { instruct_mode: "true" },
    ],
    [
      "a way of conversion without source audio",
      { vc_mode: "cover", vc_modeType: "str" },
      "“Conversion” has an effect only with source audio.",
      { vc_mode: "" },
    ],
  ];
  for (const [what, properties, sentence, mended] of excluding) {
    it(`warns of ${what}, and mends it when asked to`, async () => {
      await open(properties);
      const line = stage.editor.page.locator(".vocu-conflict:visible", { hasText: sentence });
      await line.locator("button").click();
      await line.waitFor({ state: "hidden" });
      const saved = await confirmed();
      assert.deepEqual({ ...saved, ...mended }, saved);
    });
  }

  it("says below a field why it is wrong, also to assistive technology", async () => {
    await open({});
    await stage.editor.type("speechRate", "9");
    const line = stage.editor.page.locator("#node-input-speechRate-problem");
    await line.filter({ hasText: "“Duration factor” must be from 0.5 to 2." }).waitFor();
    const control = stage.editor.widget("speechRate").locator("input:visible");
    assert.equal(await control.getAttribute("aria-describedby"), await line.getAttribute("id"));
    await stage.editor.type("speechRate", "1.5");
    await line.waitFor({ state: "hidden" });
    assert.equal(await control.getAttribute("aria-describedby"), null);
  });

  it("asks for an account below its field", async () => {
    await open({ account: "" });
    assert.equal(await stage.editor.problem("account"), "“Account” is missing.");
  });

  it("shows a slider only where the number is written in the dialog", async () => {
    await open({});
    const slider = stage.editor.page.locator('[data-vocu="speechRate"] input[type=range]');
    await slider.waitFor({ state: "visible" });
    await stage.editor.chooseSource("speechRate", "msg");
    await slider.waitFor({ state: "hidden" });
  });

  it("has no slider for a range of which a pixel would be several steps", async () => {
    await open({ type: "vocu-speech-live" });
    const row = stage.editor.page.locator('[data-vocu="minLength"]');
    assert.equal(await row.locator("input[type=text]").count(), 1);
    assert.equal(await row.locator("input[type=range]").count(), 0);
  });

  it("moves a number by its slider", async () => {
    await open({});
    const slider = stage.editor.page.locator('[data-vocu="speechRate"] input[type=range]');
    assert.equal(await slider.inputValue(), "1");
    await slider.focus();
    await stage.editor.page.keyboard.press("ArrowRight");
    assert.equal((await confirmed()).speechRate, "1.05");
  });

  it("opens what is folded away with Space and with Enter", async () => {
    await open({});
    const title = stage.editor.page.locator(".vocu-fold:visible").first();
    await title.focus();
    for (const [key, expanded] of [
      ["Space", "true"],
      ["Enter", "false"],
    ] as const) {
      await stage.editor.page.keyboard.press(key);
      assert.equal(await title.getAttribute("aria-expanded"), expanded, key);
    }
  });

  it("keeps older forms out of sight until one of them is set", async () => {
    await open({ seed: "7", seedType: "num" });
    const row = stage.editor.page.locator('[data-vocu="keep_prosody"]');
    assert.equal(await row.isVisible(), false);
    await stage.editor.cancel();
    await open({ keep_prosody: "true", keep_prosodyType: "bool" });
    assert.equal(await row.isVisible(), true);
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
