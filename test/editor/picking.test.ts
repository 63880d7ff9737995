/** What the pickers make of the lists that the runtime answers with. */
import assert from "node:assert/strict";
import type { EntryFacts, VoiceFacts } from "../../lib/schema/admin-replies";
import { setStage, WITH_ACCOUNT, type Stage } from "./stage";

const voice = (id: string, name: string, more: Partial<VoiceFacts> = {}): VoiceFacts => ({
  id,
  name,
  market: false,
  styles: [],
  ...more,
});

describe("picking from a list", function () {
  this.timeout(90_000);
  let stage: Stage;
  let accounts = 0;

  before(async () => {
    stage = await setStage({ ...WITH_ACCOUNT, onlyDialogs: true });
  });
  afterEach(async () => {
    const { editor } = stage;
    await editor.page.unroute("**/vocu/*");
    await editor.cancel();
    await editor.remove("node");
  });
  after(() => stage.close());

  /** Lists are remembered for each account, so every test brings one of its own. */
  async function newAccount(): Promise<string> {
    accounts += 1;
    const id = `account-${accounts}`;
    await stage.editor.bring({
      id,
      type: "vocu-account",
      site: "custom",
      baseUrl: stage.sandbox.url,
      name: id,
    });
    return id;
  }

  async function open(type: string, properties: object): Promise<void> {
    const { editor } = stage;
    await editor.bring({ id: "node", type, z: "tab", x: 300, y: 100, wires: [[], []], ...properties });
    await editor.edit("node");
  }

  const hint = () => stage.editor.hint("voiceId");
  const rows = () => stage.editor.page.locator(".vocu-list .vocu-offer");

  it("makes the rows of 500 voices once, however often they are filtered", async () => {
    const { editor } = stage;
    const voices = Array.from({ length: 500 }, (_, index) => voice(`id-${index}`, `Speaker ${index}`));
    await editor.page.route("**/vocu/voices", (route) => route.fulfill({ json: { voices } }));
    await open("vocu-voice-get", { account: await newAccount(), voiceId: "", voiceIdType: "str" });
    await hint().filter({ hasText: "500 voices" }).waitFor();
    await editor.list("voiceId");
    assert.equal(await rows().count(), 500);
    await editor.page.evaluate('$(".vocu-offer").attr("data-first", "yes")');
    await editor.combobox("voiceId").fill("speaker 49");
    await editor.page.waitForFunction('$(".vocu-offer").length === 11');
    await editor.combobox("voiceId").fill("speaker");
    await editor.page.waitForFunction('$(".vocu-offer").length === 500');
    assert.equal(await editor.page.evaluate('$(".vocu-offer[data-first=yes]").length'), 500);
    await editor.page.keyboard.press("Escape");
  });

  it("never shows a voice that cannot speak as a good one", async () => {
    const { editor } = stage;
    const voices = [voice("sick", "Aaron", { unusable: "training" }), voice("well", "Zoe")];
    await editor.page.route("**/vocu/voices", (route) => route.fulfill({ json: { voices } }));
    await open("vocu-voice-get", { account: await newAccount(), voiceId: "sick", voiceIdType: "str" });
    await hint().filter({ hasText: "is still being trained" }).waitFor();
    const look = (await hint().getAttribute("class")) ?? "";
    assert.match(look, /vocu-warning/);
    assert.doesNotMatch(look, /vocu-good/);
    assert.deepEqual(await editor.list("voiceId"), ["Zoe", "Aaron"]);
    assert.equal(await rows().nth(1).locator(".vocu-offer-more").innerText(), "is still being trained");
    await editor.page.keyboard.press("Escape");
  });

  it("shows nothing of an answer that comes late for the account chosen before", async () => {
    const { editor } = stage;
    const [slow, quick] = [await newAccount(), await newAccount()];
    let release = (): void => undefined;
    const released = new Promise<void>((resolve) => (release = resolve));
    await editor.page.route("**/vocu/voices", async (route) => {
      const { id } = route.request().postDataJSON() as { id: string };
      if (id === slow) await released;
      await route.fulfill({ json: { voices: [voice("shared", `of ${id}`)] } });
    });
    await open("vocu-voice-get", { account: slow, voiceId: "shared", voiceIdType: "str" });
    await editor.page.selectOption("#node-input-account", quick);
    const shown = `$("#node-input-voiceId-combo").val()`;
    await editor.page.waitForFunction(`${shown} === "of ${quick}"`);
    const late = editor.page.waitForResponse(
      (response) =>
        response.url().endsWith("/vocu/voices") && (response.request().postData() ?? "").includes(slow),
    );
    release();
    await (await late).finished();
    await editor.page.evaluate("new Promise((resolve) => setTimeout(resolve))");
    assert.equal(await editor.page.evaluate(shown), `of ${quick}`);
  });

  it("keeps a source that is not on offer", async () => {
    const { editor } = stage;
    await open("vocu-speech-stream", { account: "account", speechRate: "[0-9]", speechRateType: "re" });
    const offered = '$("#node-input-speechRate").typedInput("instance").typeList.map(({ value }) => value)';
    assert.ok((await editor.page.evaluate<string[]>(offered)).includes("re"));
    await editor.done("node");
    const { speechRate, speechRateType } = await editor.saved("node");
    assert.deepEqual([speechRate, speechRateType], ["[0-9]", "re"]);
  });

  const entries: EntryFacts[] = [
    { id: "entry-1", name: "Morning news", date: "2026-03-01T08:00:00Z" },
    { id: "entry-2", name: "Evening news", date: "2026-03-02T08:00:00Z" },
  ];
  for (const [list, type, input] of [
    ["templates", "vocu-template-get", "templateId"],
    ["splitters", "vocu-splitter-get", "splitterId"],
    ["tasks", "vocu-task-get", "taskId"],
  ] as const) {
    it(`picks from ${list} by name, and keeps the name beside the id`, async () => {
      const { editor } = stage;
      await editor.page.route(`**/vocu/${list}`, (route) => route.fulfill({ json: { [list]: entries } }));
      await open(type, { account: await newAccount(), [input]: "", [`${input}Type`]: "str" });
      await editor.combobox(input).pressSequentially("even");
      await editor.pick("Evening news");
      assert.equal(await editor.combobox(input).inputValue(), "Evening news");
      await editor.done("node");
      const saved = await editor.saved("node");
      assert.deepEqual([saved[input], saved[`${input}Name`]], ["entry-2", "Evening news"]);
    });
  }
});
