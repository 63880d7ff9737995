import assert from "node:assert/strict";
import { request } from "undici";
import { startSandbox, voiceIds, type Sandbox } from "../../sandbox";
import { startNodeRed, type NodeRed } from "../node-red";
import { KEY } from "../nodes/support/speech-flow";
import { Speaker } from "../package/speaker-page";
import { ACCOUNT, exampleNodes } from "./example";

const TEXT = "The front door has been open for ten minutes.";
const SHORT = "Dinner is ready.";

/** What a millisecond more or less is not worth a failure: the last frame of mp3 and the clock of the browser, in s. */
const CLOSE_S = 0.3;

describe("Any screen is a speaker", function () {
  this.timeout(120_000);
  let sandbox: Sandbox;
  let nodeRed: NodeRed;
  const open: Speaker[] = [];

  before(async () => {
    sandbox = await startSandbox({ apiKey: KEY, pace: { firstByteMs: 50, bytesPerSecond: 32_000 } });
    const nodes = exampleNodes("Any screen is a speaker").map((node) => ({
      ...node,
      ...("account" in node ? { account: ACCOUNT } : {}),
      ...(node.type === "tab" ? { env: [{ name: "VOICE", value: voiceIds.english, type: "str" }] } : {}),
    }));
    const account = {
      id: ACCOUNT,
      type: "vocu-account",
      site: "custom",
      baseUrl: sandbox.url,
      cacheEnabled: false,
    };
    nodeRed = await startNodeRed({ flows: [...nodes, account], credentials: { [ACCOUNT]: { apiKey: KEY } } });
    // The synthesis takes a moment to load, which is not the time that is measured here.
    await sandbox.speech({ voiceId: voiceIds.english, text: TEXT });
  });
  after(async () => {
    await nodeRed.stop();
    await sandbox.close();
  });
  beforeEach(() => sandbox.clearFaults());
  afterEach(async () => {
    const all = open.splice(0);
    await Promise.all(all.map((speaker) => speaker.close()));
    assert.deepEqual(
      all.flatMap(({ problems }) => problems),
      [],
    );
  });

  const screen = async (query = "", options: Parameters<typeof Speaker.open>[1] = {}): Promise<Speaker> => {
    const speaker = await Speaker.open(`${nodeRed.url}/speaker${query}`, options);
    open.push(speaker);
    return speaker;
  };
  const post = async (path: string, body: unknown, type = "application/json"): Promise<number> => {
    const { statusCode, body: answer } = await request(`${nodeRed.url}/speaker/${path}`, {
      method: "POST",
      headers: { "content-type": type },
      body: typeof body === "string" ? body : JSON.stringify(body),
    });
    await answer.dump();
    return statusCode;
  };
  /** The length of a text's audio: the speech of the sandbox is mp3 of a constant rate, 8 bytes for each ms. */
  const secondsOf = async (text: string): Promise<number> =>
    (await sandbox.speech({ voiceId: voiceIds.english, text })).length / 8000;

  it("speaks on two screens, from the first bytes on and to the end", async () => {
    const [one, two] = await Promise.all([screen(), screen()]);
    await one.press(TEXT);
    await Promise.all([one, two].map((each) => each.heard(0.3)));
    for (const each of [one, two]) {
      const { loudest, paused, delayMs } = await each.sound();
      assert.ok(loudest > 0.05, `only silence was decoded: ${loudest}`);
      assert.equal(paused, false);
      assert.ok(delayMs !== undefined && delayMs < 150, `sound came ${delayMs} ms after the first bytes`);
    }
    const length = await secondsOf(TEXT);
    for (const each of [one, two]) {
      const heard = await each.silent();
      assert.ok(Math.abs(heard - length) < CLOSE_S, `${heard} s of ${length} s were heard`);
    }
  });

  it("stops on every screen, and what was waiting is not played", async () => {
    const story = Array.from({ length: 8 }, () => TEXT).join(" ");
    const [one, two] = await Promise.all([screen(), screen()]);
    await post("say", { text: story });
    await post("say", { text: SHORT });
    await Promise.all([one, two].map((each) => each.heard(0.2)));
    await two.press("Stop");
    const length = await secondsOf(story);
    for (const each of [one, two]) {
      const heard = await each.silent();
      assert.ok(heard < length / 2, `${heard} s of ${length} s were heard`);
      assert.equal((await each.sound()).paused, true);
    }
  });

  it("plays one announcement after another", async () => {
    const one = await screen();
    await post("say", { text: SHORT });
    await post("say", { text: TEXT });
    await one.plays(SHORT);
    await one.plays(TEXT);
    await one.silent();
  });

  it("speaks in one room only if a room is named", async () => {
    const [kitchen, bath] = await Promise.all([screen("?room=Kitchen"), screen("?room=Bath")]);
    await bath.page.locator("#target option", { hasText: "Kitchen" }).waitFor({ state: "attached" });
    await post("say", { text: SHORT, room: "Kitchen" });
    await kitchen.plays(SHORT);
    // Whatever was meant for the bath would have come before this.
    await post("say", { text: TEXT, room: "Bath" });
    await bath.plays(TEXT);
    await kitchen.silent();
    assert.ok((await kitchen.silent()) < (await secondsOf(SHORT)) + CLOSE_S);
  });

  it("asks for a first touch if the browser wants one, and then speaks what was waiting", async () => {
    const one = await screen("", { touched: false, watch: false });
    const touch = one.page.getByRole("button", { name: /^Touch here once/ });
    await touch.waitFor({ state: "visible" });
    await post("say", { text: SHORT });
    await one.plays(SHORT);
    await touch.click();
    await one.heard(0.3);
    assert.equal(await touch.isVisible(), false);
  });

  it("plays the whole audio if the browser has no Media Source", async () => {
    const one = await screen();
    await one.page.addInitScript("delete window.MediaSource; delete window.ManagedMediaSource;");
    await one.page.reload();
    await one.page.locator('#link[data-open="true"]').waitFor();
    await post("say", { text: SHORT });
    await one.heard(0.3);
    assert.ok((await one.sound()).loudest > 0.05);
    await one.silent();
  });

  it("connects again by itself after Node-RED was deployed again", async () => {
    const one = await screen();
    const flows = await (await request(`${nodeRed.url}/flows`)).body.json();
    const { statusCode } = await request(`${nodeRed.url}/flows`, {
      method: "POST",
      headers: { "content-type": "application/json", "Node-RED-Deployment-Type": "full" },
      body: JSON.stringify(flows),
    });
    assert.equal(statusCode, 204);
    await one.page.locator('#link[data-open="false"]').waitFor();
    await one.page.locator('#link[data-open="true"]').waitFor();
    await post("say", { text: SHORT });
    await one.heard(0.3);
  });

  it("speaks with the voice that was picked, and reports why if it cannot", async () => {
    const one = await screen();
    await one.page.locator("#voice option").first().waitFor({ state: "attached" });
    assert.equal(await one.page.inputValue("#voice"), voiceIds.english);
    sandbox.fail({ error: { status: 403, code: "BILLING_INSUFFICIENT_CREDIT" } });
    await one.page.fill("#text", SHORT);
    await one.press("Say it");
    await one.page.locator("#note", { hasText: /credit/i }).waitFor();
  });

  it("refuses a blank text and what a page of another site can send", async () => {
    assert.equal(await post("say", { text: " " }), 400);
    assert.equal(await post("say", { text: 5 }), 400);
    assert.equal(await post("say", JSON.stringify({ text: SHORT }), "text/plain"), 415);
    assert.equal(await post("say", "text=hello", "application/x-www-form-urlencoded"), 415);
    assert.equal(await post("stop", "", "text/plain"), 415);
  });
});
