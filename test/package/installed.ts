/** What must hold in every edition of Node-RED once the packed package is installed in an empty user directory. */
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { startSandbox, voiceIds, type Sandbox } from "../../sandbox";
import { LANGUAGES, wordsIn } from "../languages";
import { PACKAGE, startNodeRed, type FlowNode, type NodeRed } from "../node-red";
import type { Peer } from "../peers";
import { manifest } from "../../scripts/release/manifest";
import { pack, type Tarball } from "../../scripts/release/pack";

/** Installing and starting Node-RED on a busy machine may take this long, in ms. */
const START_MS = 120_000;

const names = Object.keys(manifest["node-red"].nodes);

const TEXT = "The dishwasher has finished. It can be emptied now.";

/** A flow that speaks into a file and catches errors. */
const speakingFlow = (baseUrl: string, text = TEXT): FlowNode[] => [
  { id: "tab", type: "tab", label: "speaking" },
  { id: "account", type: "vocu-account", site: "custom", baseUrl },
  {
    id: "press",
    type: "inject",
    z: "tab",
    props: [{ p: "payload" }],
    payload: text,
    payloadType: "str",
    wires: [["speak"]],
  },
  {
    id: "speak",
    type: "vocu-speech-stream",
    z: "tab",
    account: "account",
    text: "payload",
    textType: "msg",
    voiceId: voiceIds.english,
    voiceIdType: "str",
    output: "chunks",
    wires: [["file"], ["summary"]],
  },
  {
    id: "file",
    type: "file",
    z: "tab",
    filename: "speech.mp3",
    filenameType: "str",
    overwriteFile: "false",
    appendNewline: false,
    encoding: "none",
    wires: [["written"]],
  },
  { id: "written", type: "debug", z: "tab", active: false, wires: [] },
  { id: "summary", type: "debug", z: "tab", active: false, wires: [] },
  { id: "failed", type: "catch", z: "tab", scope: null, wires: [["failure"]] },
  { id: "failure", type: "debug", z: "tab", active: false, wires: [] },
];

/** Installs the package in an edition of Node-RED and states what it must be like there. */
export function describeInstalled(edition: string, peer: () => Peer): void {
  describe(`the packed package in Node-RED ${edition}`, function () {
    let tarball: Tarball;
    let sandbox: Sandbox;
    let nodeRed: NodeRed;
    before(async function () {
      this.timeout(START_MS);
      [tarball, sandbox] = await Promise.all([pack(), startSandbox()]);
      nodeRed = await startNodeRed({ ...peer(), install: tarball.path });
    });
    after(async function () {
      this.timeout(START_MS);
      await nodeRed.stop();
      await Promise.all([sandbox.close(), tarball.remove()]);
    });

    it("is that edition", () => {
      assert.match(nodeRed.log(), new RegExp(`Node-RED version: v${edition.replace(".", "\\.")}\\.`));
    });

    it("loads every node without warnings", async () => {
      const ours = (await nodeRed.getNodes()).filter((set) => set.module === PACKAGE);
      assert.deepEqual(ours.map((set) => set.name).sort(), [...names].sort());
      assert.deepEqual(
        ours.filter((set) => set.err !== undefined || !set.enabled),
        [],
      );
      assert.deepEqual(
        ours.map((set) => set.types),
        ours.map((set) => [`vocu-${set.name}`]),
      );
      assert.doesNotMatch(nodeRed.log(), new RegExp(`\\[(warn|error)\\].*${PACKAGE}`));
    });

    it("serves every node's own icon", async () => {
      const icons = JSON.parse((await nodeRed.get("/icons")).text) as Record<string, string[]>;
      assert.deepEqual([...(icons[PACKAGE] ?? [])].sort(), names.map((name) => `${name}.svg`).sort());
      const drawings = await Promise.all(names.map((name) => nodeRed.get(`/icons/${PACKAGE}/${name}.svg`)));
      for (const { status, text } of drawings) {
        assert.equal(status, 200);
        assert.match(text, /<svg /);
      }
      assert.equal(new Set(drawings.map(({ text }) => text)).size, names.length);
    });

    it("serves the editor's half and the examples", async () => {
      const script = await nodeRed.get(`/resources/${PACKAGE}/vocu-editor.js`);
      assert.equal(script.status, 200);
      assert.match(script.text, /vocuEditor/);
      const examples = await nodeRed.get("/library/examples/flows", { accept: "application/json" });
      assert.match(examples.text, new RegExp(`"${PACKAGE}"`));
    });

    for (const language of LANGUAGES) {
      it(`has words for every dialog in ${language}`, async () => {
        for (const name of names) {
          const { text } = await nodeRed.get(`/locales/${PACKAGE}/${name}?lng=${language}`);
          const { label } = JSON.parse(text) as { label?: string };
          assert.equal(label, (wordsIn(language, name) as { label: string }).label, name);
        }
      });

      it(`has help for every node in ${language}`, async () => {
        const { references } = (wordsIn(language, "shared") as { help: { references: string } }).help;
        const { text } = await nodeRed.get("/nodes", { accept: "text/html", "accept-language": language });
        for (const name of names) {
          const help = new RegExp(`data-help-name="vocu-${name}"[^>]*>([^]*?)</script>`).exec(text)?.[1];
          assert.ok(help?.includes(`### ${references}`), name);
        }
      });
    }

    it("speaks a whole text into a file, and the key stays out of the flow", async () => {
      const failuresBefore = nodeRed.received("failure").length;
      await nodeRed.deploy(speakingFlow(sandbox.url), { account: { apiKey: sandbox.apiKey } });
      await nodeRed.inject("press");
      const { payload } = await nodeRed.waitFor("summary");
      const { bytes, chunks } = payload as { bytes: number; chunks: number };
      await nodeRed.waitFor("written", () => nodeRed.received("written").length === chunks);
      const spoken = await readFile(join(nodeRed.userDir, "speech.mp3"));
      assert.equal(spoken.length, bytes);
      assert.ok(spoken.equals(await sandbox.speech({ voiceId: voiceIds.english, text: TEXT })));
      assert.deepEqual(nodeRed.received("failure").slice(failuresBefore), []);
      assert.deepEqual(sandbox.violations, []);
      assert.ok(!(await nodeRed.get("/flows")).text.includes(sandbox.apiKey));
    });

    it("tells a wrong key apart, in words, through a Catch node", async () => {
      await nodeRed.deploy(speakingFlow(sandbox.url, "Who is there?"), { account: { apiKey: "sk-wrong" } });
      await nodeRed.inject("press");
      const { error } = await nodeRed.waitFor("failure");
      const { code, message } = error as { code: string; message: string };
      assert.equal(code, "AUTH_UNAUTHORIZED");
      assert.doesNotMatch(message, /sk-wrong|AUTH_/);
    });
  });
}
