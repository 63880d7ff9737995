/** What every node brings to the palette, in every language. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Suite } from "mocha";
import { CHECKOUT } from "../node-red";
import { setStage, type Stage } from "./stage";

const manifest = JSON.parse(readFileSync(join(CHECKOUT, "package.json"), "utf8")) as {
  "node-red": { nodes: Record<string, string> };
};
const NODES = Object.keys(manifest["node-red"].nodes).filter((name) => name !== "account");

interface Entry {
  readonly label: string;
  readonly icon: string;
  readonly help: string;
  readonly outputs: string[];
}

/** How the editor presents a node. */
function entryOf({ editor }: Stage, name: string): Promise<Entry> {
  return editor.page.evaluate<Entry>(`(() => {
    const definition = RED.nodes.getType("vocu-${name}");
    return {
      label: definition.paletteLabel(),
      icon: RED.utils.getNodeIcon(definition),
      help: RED.nodes.getNodeHelp("vocu-${name}") ?? "",
      outputs: Array.from({ length: definition.outputs }, (_, index) => definition.outputLabels(index)),
    };
  })()`);
}

const describeFilter = (stage: () => Stage): Suite =>
  describe("its filter", () => {
    const filter = (typed: string): Promise<unknown> =>
      stage().editor.page.evaluate(
        `void $("#red-ui-palette-search input").searchBox("value", ${JSON.stringify(typed)})`,
      );

    afterEach(() => filter(""));

    /** Waits until the filter lets a node through, or not. */
    const found = (node: string, passes: boolean): Promise<unknown> =>
      stage().editor.page.waitForFunction(
        `($('[data-palette-type="vocu-${node}"]').attr("data-filter") !== "true") === ${passes}`,
      );

    const SEARCHES = {
      tts: "speech-stream",
      say: "speech-stream",
      speak: "speech-stream",
      announce: "speech-stream",
      mp3: "speech-stream",
      clone: "voice-create",
      sonos: "audio-url",
      credits: "account-info",
      语音合成: "speech-stream",
      播报: "speech-stream",
      克隆: "voice-create",
    };
    for (const [typed, node] of Object.entries(SEARCHES)) {
      it(`finds ${node} by ${typed}`, async () => {
        await filter("nothing is called so");
        await found(node, false);
        await filter(typed);
        await found(node, true);
        await found("upload-chunk", false);
      });
    }

    it("leaves the labels as they are", async () => {
      const item = stage().editor.paletteItem("vocu-speech-stream").locator(".red-ui-palette-label");
      assert.equal(((await item.textContent()) ?? "").trim().replace(/\s+/g, ""), "streamspeech");
    });

    it("speech comes first of our families, and stream speech first of it", async () => {
      const types = await stage().editor.page.evaluate<string[]>(
        `$('.red-ui-palette-node[data-palette-type^="vocu-"]').toArray().map((node) => node.dataset.paletteType)`,
      );
      assert.equal(types[0], "vocu-speech-stream");
    });
  });

const describeLabels = (stage: () => Stage): Suite =>
  describe("what the nodes are called on the canvas", () => {
    const CASES: readonly [string, object, string][] = [
      ["speech-stream", {}, "stream speech"],
      ["speech-stream", { name: "Kitchen" }, "Kitchen"],
      ["speech-stream", { voiceId: "id", voiceIdType: "str", voiceIdName: "Ruby" }, "Ruby · stream"],
      [
        "speech-stream",
        {
          voiceId: "id",
          voiceIdType: "str",
          voiceIdName: "Ruby",
          text: "The washing machine is done.",
          textType: "str",
        },
        "Ruby: The washing machine is d…",
      ],
      ["speech-stream", { voiceId: "voice", voiceIdType: "msg", voiceIdName: "Ruby" }, "stream speech"],
      ["speech-stream", { text: "Hello", textType: "str" }, "Hello"],
      ["voice-get", { voiceId: "id", voiceIdType: "str", voiceIdName: "Ruby" }, "Ruby · get voice"],
      [
        "template-get",
        { templateId: "id", templateIdType: "str", templateIdName: "News" },
        "News · get template",
      ],
      ["voice-list", {}, "list voices"],
    ];
    CASES.forEach(([type, properties, label], index) => {
      it(`${label} for ${type} with ${Object.keys(properties).join(", ") || "nothing set"}`, async () => {
        const { editor } = stage();
        const id = `case-${index}`;
        const z = await editor.page.evaluate<string>("RED.workspaces.active()");
        await editor.bring({
          id,
          type: `vocu-${type}`,
          z,
          x: 300,
          y: 60 + 40 * index,
          wires: [],
          ...properties,
        });
        const shown = await editor.page.evaluate<string>(
          `(() => { const node = RED.nodes.node(${JSON.stringify(id)}); return node._def.label.call(node); })()`,
        );
        assert.equal(shown, label);
      });
    });
  });

for (const { language, category, inputs } of [
  { language: "en-US", category: "Vocu speech", inputs: "Inputs" },
  { language: "zh-CN", category: "Vocu 语音", inputs: "输入" },
  { language: "de", category: "Vocu Sprache", inputs: "Eingaben" },
]) {
  describe(`the palette in ${language}`, function () {
    this.timeout(240_000);
    let stage: Stage;

    before(async () => {
      stage = await setStage({ language, label: language });
      await stage.editor.screenshot("palette");
    });
    after(() => stage.close());

    it("shows the family's name", async () => {
      const header = stage.editor.page.locator("#red-ui-palette-header-vocu_speech");
      assert.equal((await header.innerText()).trim(), category);
    });

    for (const name of NODES) {
      it(`has ${name} with its words, icon and help`, async () => {
        const { label, icon, help, outputs } = await entryOf(stage, name);
        assert.equal(await stage.editor.paletteItem(`vocu-${name}`).count(), 1);
        assert.ok(label !== "" && label !== "label", "no label");
        assert.match(icon, new RegExp(`icons/@vocu-community/node-red-vocu/${name}\\.svg$`));
        assert.ok(help.includes(inputs), "no help in this language");
        assert.ok(
          outputs.every((output) => output !== "" && !output.startsWith("outputs.")),
          "an output has no name",
        );
      });
    }

    if (language === "en-US") {
      describeFilter(() => stage);
      describeLabels(() => stage);
    }

    it("serves every icon", async () => {
      for (const name of NODES) {
        const { icon } = await entryOf(stage, name);
        const response = await stage.editor.page.request.get(new URL(icon, `${stage.nodeRed.url}/`).href);
        assert.equal(response.headers()["content-type"], "image/svg+xml", name);
      }
    });
  });
}
