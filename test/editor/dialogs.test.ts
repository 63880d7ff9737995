/**
 * The dialog of every node, in both editions of Node-RED: opens without an error, is accessible, and keeps what it is
 * given from every source. With `SCREENSHOTS=1` it leaves a picture of each in `artifacts/` (`npm run screenshots`).
 */
import assert from "node:assert/strict";
import { createRequire } from "node:module";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { CHECKOUT, type FlowNode } from "../node-red";
import { nodeRed4, nodeRed5, type Peer } from "../peers";
import { voiceIds } from "../../sandbox";
import { setStage, type Stage } from "./stage";

const AXE = createRequire(__filename).resolve("axe-core/axe.min.js");

const manifest = JSON.parse(readFileSync(join(CHECKOUT, "package.json"), "utf8")) as {
  "node-red": { nodes: Record<string, string> };
};
const NODES = Object.keys(manifest["node-red"].nodes).filter((name) => name !== "account");

/** A value for each source that an input can have, beside its literal. */
const SOURCES: Readonly<Record<string, string>> = {
  msg: "other",
  flow: "theFlow",
  global: "everywhere",
  env: "VARIABLE",
  jsonata: "1 + 1",
};

const EDITIONS: readonly {
  readonly name: string;
  readonly label: string;
  readonly peer: () => Peer;
  readonly colorScheme: "light" | "dark";
  readonly language: string;
}[] = [
  { name: "Node-RED 4.1", label: "4.1", peer: nodeRed4, colorScheme: "light", language: "en-US" },
  { name: "Node-RED 5 in the dark", label: "5-dark", peer: nodeRed5, colorScheme: "dark", language: "zh-CN" },
];

/** What the page holds of a violation of the accessibility rules. */
interface Violation {
  readonly id: string;
  readonly impact: string;
  readonly nodes: readonly { readonly html: string; readonly failureSummary: string }[];
}

for (const { name: edition, label, peer, colorScheme, language } of EDITIONS) {
  describe(`the dialogs of all nodes in ${edition}, ${language}`, function () {
    this.timeout(240_000);
    let stage: Stage;

    before(async () => {
      stage = await setStage({ ...peer(), label: `${label}-${language}`, colorScheme, language });
      const { nodeRed, sandbox, editor } = stage;
      await nodeRed.deploy(
        [
          { id: "tab", type: "tab", label: "Flow" },
          { id: "account", type: "vocu-account", site: "custom", baseUrl: sandbox.url },
        ],
        { account: { apiKey: sandbox.apiKey } },
      );
      await editor.load();
      await editor.page.addScriptTag({ path: AXE });
    });
    afterEach(() => stage.editor.cancel());
    after(() => stage.close());

    /** The inputs of a node type, as its dialog knows them, and the node's other properties. */
    const defaults = (name: string): Promise<string[]> =>
      stage.editor.page.evaluate<string[]>(`Object.keys(RED.nodes.getType("vocu-${name}").defaults)`);

    async function bring(name: string, properties: object): Promise<void> {
      const z = "tab";
      // Another test may have left a node of this name.
      await stage.editor.page.evaluate(`RED.nodes.node("${name}") && RED.nodes.remove("${name}")`);
      await stage.editor.bring({
        id: name,
        type: `vocu-${name}`,
        z,
        x: 300,
        y: 100,
        wires: [],
        ...properties,
      });
    }

    const remove = (id: string): Promise<unknown> =>
      stage.editor.page.evaluate(`RED.nodes.remove(${JSON.stringify(id)})`);

    async function violations(): Promise<string[]> {
      const found = await stage.editor.page.evaluate<Violation[]>(
        `axe.run(".vocu-form", { resultTypes: ["violations"] }).then(({ violations }) => violations)`,
      );
      return found
        .filter(({ impact }) => impact === "serious" || impact === "critical")
        .flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html}`))
        .filter((text) => !NOT_OURS.test(text));
    }

    for (const name of NODES) {
      it(`of ${name} is accessible, has words for every field and keeps the values of every source`, async () => {
        const { editor } = stage;
        const properties = await defaults(name);
        const inputs = properties.filter((property) => properties.includes(`${property}Type`));
        const account = properties.includes("account") ? { account: "account" } : {};
        const sources = Object.entries(SOURCES);
        const given: Record<string, string> = {};
        inputs.forEach((input, index) => {
          const [type = "", value = ""] = sources[index % sources.length] ?? [];
          Object.assign(given, { [input]: value, [`${input}Type`]: type });
        });
        await bring(name, { ...account, ...given });
        await editor.edit(name);
        const form = editor.page.locator(".vocu-form");
        assert.doesNotMatch(await form.innerText(), /\b(inputs|settings|dialog|errors|groups)\.\w+/);
        await editor.page.evaluate('$(".vocu-advanced").show()');
        assert.deepEqual(await violations(), []);
        if (process.env.SCREENSHOTS !== undefined) await editor.screenshot(`dialog-${name}`);
        await editor.done("node");
        const first = await editor.saved(name);
        assert.deepEqual({ ...first, ...given }, first);
        assert.equal(first.settingsVersion, 1);
        await editor.edit(name);
        await editor.done("node");
        assert.deepEqual(await editor.saved(name), first);
        await remove(name);
      });
    }

    it("is accessible for the account, and with an open list", async () => {
      const { editor } = stage;
      await bring("speech-stream", { account: "account", voiceId: voiceIds.english, voiceIdType: "str" });
      await editor.edit("speech-stream");
      await editor.list("voiceId");
      const list = await editor.page.evaluate<Violation[]>(
        `axe.run(".vocu-list, .vocu-form", { resultTypes: ["violations"] }).then(({ violations }) => violations)`,
      );
      const bad = list.filter(({ impact }) => impact === "serious" || impact === "critical");
      assert.deepEqual(
        bad
          .flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html}`))
          .filter((text) => !NOT_OURS.test(text)),
        [],
      );
      await editor.page.keyboard.press("Escape");
      await editor.editAccount();
      await editor.page.evaluate('$(".vocu-advanced").show()');
      assert.deepEqual(await violations(), []);
    });

    it("takes the only account for a node that is imported without one", async () => {
      const node: FlowNode = { id: "lonely", type: "vocu-voice-list", z: "tab", x: 100, y: 300, wires: [] };
      const { page } = stage.editor;
      await page.evaluate(`RED.nodes.import(${JSON.stringify([node])}, { markChanged: true })`);
      await page.waitForFunction(`RED.nodes.node("lonely").account === "account"`);
    });

    it("takes a node that the first versions saved as it is", async () => {
      const stored = JSON.parse(
        readFileSync(join(CHECKOUT, "test", "fixtures", "speech-stream-0.1.json"), "utf8"),
      ) as FlowNode;
      const { editor } = stage;
      await editor.bring(stored);
      await editor.edit(stored.id);
      await editor.done("node");
      const saved = await editor.saved(stored.id);
      for (const [property, value] of Object.entries(stored)) {
        assert.deepEqual(saved[property], value, property);
      }
    });
  });
}

/** Markup that Node-RED itself makes: the buttons beside the list of config nodes. */
const NOT_OURS = /node-(config-)?input-(btn|lookup)-/;
