/** What every node brings to the palette, in every language. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
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

for (const { language, category, inputs } of [
  { language: "en-US", category: "Vocu speech", inputs: "Inputs" },
  { language: "zh-CN", category: "Vocu 语音", inputs: "输入" },
]) {
  describe(`the palette in ${language}`, function () {
    this.timeout(60_000);
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

    it("serves every icon", async () => {
      for (const name of NODES) {
        const { icon } = await entryOf(stage, name);
        const response = await stage.editor.page.request.get(new URL(icon, `${stage.nodeRed.url}/`).href);
        assert.equal(response.headers()["content-type"], "image/svg+xml", name);
      }
    });
  });
}

describe("the dialogs of all nodes", function () {
  this.timeout(60_000);
  let stage: Stage;

  before(async () => {
    stage = await setStage();
  });
  afterEach(() => stage.editor.cancel());
  after(() => stage.close());

  for (const name of NODES) {
    it(`open for ${name} with words for every field`, async () => {
      const { editor } = stage;
      const z = await editor.page.evaluate<string>("RED.workspaces.active()");
      await editor.bring({ id: name, type: `vocu-${name}`, z, x: 300, y: 100, wires: [] });
      await editor.edit(name);
      const form = await editor.page.locator(".vocu-form").innerText();
      assert.doesNotMatch(form, /\b(inputs|settings|dialog)\.\w+/);
    });
  }
});
