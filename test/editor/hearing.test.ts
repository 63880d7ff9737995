/** What the dialogs let a person hear, and what they say about the machine that makes the sound. */
import assert from "node:assert/strict";
import type { Locator } from "playwright-core";
import { voiceIds } from "../../sandbox";
import { setStage, WITH_ACCOUNT, type Stage } from "./stage";

/** Run in the page: remembers what is played. */
const WATCH = `(() => {
  window.heard = [];
  window.released = [];
  const { revokeObjectURL } = URL;
  URL.revokeObjectURL = (address) => {
    window.released.push(address);
    revokeObjectURL(address);
  };
  const { play } = HTMLMediaElement.prototype;
  HTMLMediaElement.prototype.play = function () {
    window.heard.push(this);
    return play.call(this);
  };
})()`;

/** Long enough that it does not end before it is stopped. */
const LONG = "The washing machine is done. ".repeat(6).trim();

describe("hearing in the dialogs", function () {
  this.timeout(90_000);
  let stage: Stage;

  before(async () => {
    stage = await setStage({ ...WITH_ACCOUNT, onlyDialogs: true });
    await stage.editor.page.evaluate(WATCH);
  });
  beforeEach(() => stage.editor.page.evaluate("void (window.heard.length = 0)"));
  afterEach(async () => {
    const { editor } = stage;
    await editor.page.unroute("**/vocu/*");
    await editor.cancel();
    await editor.remove("node");
  });
  after(() => stage.close());

  async function open(type: string, properties: object): Promise<void> {
    const { editor } = stage;
    await editor.bring({ id: "node", type, z: "tab", x: 300, y: 100, wires: [[], []], ...properties });
    await editor.edit("node");
  }

  const openSpeech = (properties: object = {}): Promise<void> =>
    open("vocu-speech-stream", {
      account: "account",
      voiceId: voiceIds.english,
      voiceIdType: "str",
      text: LONG,
      textType: "str",
      ...properties,
    });

  const listen = (): Locator => stage.editor.page.locator(".vocu-listen");
  const sounds = (): Promise<unknown> =>
    stage.editor.page.waitForFunction(
      "heard.length > 0 && heard.at(-1).currentTime > 0 && !heard.at(-1).paused",
      undefined,
      { timeout: 45_000 },
    );
  const isSilent = (): Promise<boolean> =>
    stage.editor.page.evaluate<boolean>("heard.length > 0 && heard.every(({ paused }) => paused)");
  const spoken = (): number => stage.sandbox.requests.filter(({ path }) => path.includes("/tts/")).length;

  it("says what it costs before anything is asked", async () => {
    const before = spoken();
    await openSpeech({ text: "Hello, Ada.", textType: "str" });
    assert.equal(await stage.editor.page.locator(".vocu-cost").innerText(), "11 characters will be charged");
    assert.equal(spoken(), before);
  });

  it("speaks the text as the dialog stands, and stops on request", async () => {
    await openSpeech();
    const { account } = stage.sandbox;
    const before = account.spent;
    await listen().click();
    await sounds();
    assert.equal(account.spent - before, LONG.length);
    assert.match(await listen().innerText(), /Stop/);
    const address = await stage.editor.page.evaluate<string>("heard.at(-1).src");
    await listen().click();
    assert.equal(await isSilent(), true);
    assert.ok(
      (await stage.editor.page.evaluate<string[]>("released")).includes(address),
      "it stays in memory",
    );
    assert.match(await listen().innerText(), /Listen/);
  });

  it("stops when the dialog closes", async () => {
    await openSpeech();
    await listen().click();
    await sounds();
    await stage.editor.cancel();
    assert.equal(await isSilent(), true);
  });

  it("says below the button why nothing is heard", async () => {
    await openSpeech({ text: LONG, voiceId: "nobody" });
    await listen().click();
    await stage.editor.page.locator(".vocu-try .vocu-hint.vocu-bad").waitFor();
    assert.equal(await stage.editor.page.evaluate("heard.length"), 0);
  });

  it("has a field for a test text only where the node has no text of its own", async () => {
    await openSpeech({ text: "Hello, Ada." });
    const { page } = stage.editor;
    const field = page.locator(".vocu-try textarea");
    assert.equal(await field.isVisible(), false);
    // Its label left an empty line above the button.
    const [row, button] = await Promise.all([
      page.locator(".vocu-try").boundingBox(),
      listen().boundingBox(),
    ]);
    assert.ok(row && button && button.y - row.y < 12, JSON.stringify({ row, button }));
    await stage.editor.chooseSource("text", "msg");
    await field.waitFor({ state: "visible" });
  });

  it("remembers the last test text", async () => {
    const { page } = stage.editor;
    await openSpeech({ text: "payload", textType: "msg" });
    await page.fill(".vocu-try textarea", "A test of mine.");
    await listen().click();
    await sounds();
    await stage.editor.cancel();
    await stage.editor.edit("node");
    assert.equal(await page.inputValue(".vocu-try textarea"), "A test of mine.");
  });

  it("plays the recording of a voice in the list, which stays open", async () => {
    await openSpeech();
    await stage.editor.list("voiceId");
    const row = stage.editor.page.locator(".vocu-list .vocu-offer", { hasText: "Klaus" });
    await row.locator(".vocu-play").click();
    await sounds();
    assert.equal(await row.isVisible(), true);
    await stage.editor.page.keyboard.press("Escape");
  });

  it("tells which players the machine has", async () => {
    const { page } = stage.editor;
    const body = {
      players: [
        { name: "mpv", device: true },
        { name: "cvlc", device: false, notAsRoot: true },
      ],
      devices: [],
    };
    await page.route("**/vocu/players", (route) => route.fulfill({ json: body }));
    await open("vocu-audio-play", {});
    await page.locator(".vocu-hint", { hasText: /^Found on this machine: mpv$/ }).waitFor();
  });

  it("says that the machine has no player", async () => {
    const { page } = stage.editor;
    await page.route("**/vocu/players", (route) => route.fulfill({ json: { players: [], devices: [] } }));
    await open("vocu-audio-play", {});
    await page
      .locator(".vocu-hint.vocu-warning", { hasText: "No player was found on this machine." })
      .waitFor();
  });

  for (const [what, reply, shown] of [
    ["played", { player: "mpv", playedMs: 300 }, ".vocu-good"],
    [
      "not played",
      { error: { code: "PLAYER_FAILED", params: { player: "mpv", detail: "no sound" } } },
      ".vocu-bad",
    ],
  ] as const) {
    it(`says that a test tone was ${what}`, async () => {
      const { page } = stage.editor;
      await page.route("**/vocu/play-tone", (route) => route.fulfill({ json: reply }));
      await open("vocu-audio-play", {});
      await page.locator("button", { hasText: "Play a test tone" }).click();
      await page.locator(`.vocu-hint${shown}`, { hasText: "mpv" }).waitFor();
    });
  }

  it("plays a test tone on a player, and not by a command of one's own", async () => {
    const { page } = stage.editor;
    await open("vocu-audio-play", { player: "auto" });
    const tone = page.locator("button", { hasText: "Play a test tone" });
    await tone.waitFor({ state: "visible" });
    await page.selectOption("#node-input-player", "command");
    await tone.waitFor({ state: "hidden" });
  });

  it("shows the address of audio, and warns of one that no other device reaches", async () => {
    const { page } = stage.editor;
    await open("vocu-audio-url", { publicUrl: "http://192.0.2.7:1880" });
    const hint = page.locator(".vocu-hint", { hasText: "Addresses begin with http://192.0.2.7:1880" });
    await hint.waitFor({ state: "attached" });
    assert.doesNotMatch((await hint.getAttribute("class")) ?? "", /vocu-warning/);
    await stage.editor.fill("#node-input-publicUrl", "http://127.0.0.1:1880");
    await page
      .locator(".vocu-hint.vocu-warning", { hasText: "No other device can reach this address." })
      .waitFor({ state: "attached" });
  });
});
