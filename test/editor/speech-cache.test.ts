/** The button that clears the speech cache, and what the runtime does when it is pressed. */
import assert from "node:assert/strict";
import { mkdir, readdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { request } from "undici";
import { startNodeRed, type NodeRed } from "../node-red";
import { setStage, type Stage } from "./stage";

const ENTRY = "The-washing-machine-is-done-0123456789abcdef";

const cacheOf = (nodeRed: NodeRed): string => join(nodeRed.userDir, "vocu-cache");

/** Puts one speech and a file of somebody else's into a cache's folder. */
async function fill(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  for (const name of [`${ENTRY}.mp3`, `${ENTRY}.json`, "notes.txt"]) await writeFile(join(folder, name), "x");
}

async function press(nodeRed: NodeRed, body: object = {}): Promise<{ status: number; text: string }> {
  const reply = await request(`${nodeRed.url}/vocu/cache/clear`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
  });
  return { status: reply.statusCode, text: await reply.body.text() };
}

describe("clearing the speech cache", function () {
  this.timeout(60_000);
  let stage: Stage;

  before(async () => {
    stage = await setStage({
      flows: () => [
        { id: "tab", type: "tab", label: "Flow" },
        { id: "account", type: "vocu-account", site: "vocu.ai" },
        {
          id: "speech",
          type: "vocu-speech-stream",
          z: "tab",
          x: 300,
          y: 60,
          account: "account",
          wires: [[], []],
        },
      ],
    });
  });
  beforeEach(() => rm(cacheOf(stage.nodeRed), { recursive: true, force: true }));
  afterEach(() => stage.editor.cancel());
  after(async () => {
    await rm(cacheOf(stage.nodeRed), { recursive: true, force: true });
    await stage.close();
  });

  const answer = async (body?: object): Promise<unknown> =>
    JSON.parse((await press(stage.nodeRed, body)).text);

  it("is a button in the account's dialog, which tells how much was forgotten", async () => {
    const { editor, nodeRed } = stage;
    await fill(cacheOf(nodeRed));
    await editor.edit("speech");
    await editor.editAccount();
    await editor.page.evaluate('$(".vocu-clear-cache button").trigger("click")');
    await editor.hint("vocu-clear-cache").filter({ hasText: "1 speech" }).waitFor({ state: "attached" });
    assert.deepEqual(await readdir(cacheOf(nodeRed)), ["notes.txt"]);
  });

  it("removes speech and nothing else, whatever the request says", async () => {
    const elsewhere = join(stage.nodeRed.userDir, "elsewhere");
    await fill(elsewhere);
    await fill(cacheOf(stage.nodeRed));
    assert.deepEqual(await answer({ folder: elsewhere, path: elsewhere, userDir: elsewhere }), {
      cleared: 1,
    });
    assert.deepEqual(await readdir(cacheOf(stage.nodeRed)), ["notes.txt"]);
    assert.equal((await readdir(elsewhere)).length, 3);
  });

  it("is no trouble where nothing was ever stored", async () => {
    assert.deepEqual(await answer(), { cleared: 0 });
  });

  it("tells when it fails", async () => {
    await writeFile(cacheOf(stage.nodeRed), "I am a file");
    assert.deepEqual(await answer(), { error: { code: "CACHE_NOT_CLEARED", params: { detail: "ENOTDIR" } } });
  });
});

describe("who may clear the speech cache", function () {
  this.timeout(60_000);
  let nodeRed: NodeRed;

  before(async () => {
    nodeRed = await startNodeRed({ settings: { adminAuth: { type: "credentials", users: [] } } });
  });
  after(() => nodeRed.stop());

  it("nobody who has not logged in", async () => {
    await fill(cacheOf(nodeRed));
    assert.equal((await press(nodeRed)).status, 401);
    assert.equal((await readdir(cacheOf(nodeRed))).length, 3);
  });
});
