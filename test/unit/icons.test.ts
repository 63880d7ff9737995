import assert from "node:assert/strict";
import fs from "node:fs";
import path from "node:path";

const root = path.join(__dirname, "../..");
const { "node-red": nodeRed } = JSON.parse(fs.readFileSync(path.join(root, "package.json"), "utf8")) as {
  "node-red": { nodes: Record<string, string> };
};
const drawing = (name: string): string => fs.readFileSync(path.join(root, "icons", `${name}.svg`), "utf8");
const names = Object.keys(nodeRed.nodes);

describe("the icons", () => {
  it("are there for every node, and no node is missing one", () => {
    const drawn = fs.readdirSync(path.join(root, "icons")).filter((file) => file.endsWith(".svg"));
    assert.deepEqual(drawn.sort(), names.map((name) => `${name}.svg`).sort());
  });

  it("are white on transparent in the size that Node-RED shows", () => {
    for (const name of names) {
      const svg = drawing(name);
      assert.match(svg, /viewBox="0 0 40 60"/, name);
      for (const [, colour] of svg.matchAll(/(?:fill|stroke)="([^"]*)"/g))
        assert.match(colour ?? "", /^(#fff|none)$/, name);
    }
  });

  it("are all different", () => {
    assert.equal(new Set(names.map(drawing)).size, names.length);
  });
});
