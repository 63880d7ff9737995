import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { isCore, isOurs, ourTypes } from "../nodes/support/modules";
import { exampleNames, exampleNodes } from "./example";

/** Types that hold no place on the canvas and are used by other nodes. */
const CONFIG = new Set(["vocu-account"]);

/** The tests that run examples, this one left out. */
const testSources = (): string[] =>
  readdirSync(__dirname)
    .filter((file) => file.endsWith(".test.ts") && join(__dirname, file) !== __filename)
    .map((file) => readFileSync(join(__dirname, file), "utf8"));

describe("Every example", () => {
  for (const name of exampleNames()) {
    describe(name, () => {
      const nodes = exampleNodes(name);

      it("is in a test that runs it", () => {
        assert.ok(testSources().some((source) => source.includes(`"${name}"`)));
      });

      it("has only core nodes beside ours", () => {
        const foreign = nodes.filter(({ type }) => !isCore(type) && !isOurs(type));
        assert.deepEqual(foreign, []);
      });

      it("has a comment that says what to do", () => {
        const comments = nodes.filter(({ type }) => type === "comment");
        assert.ok(comments.some(({ info }) => String(info).length > 40));
      });

      it("has one flow tab, named as the menu entry is", () => {
        assert.deepEqual(
          nodes.filter(({ type }) => type === "tab").map(({ label }) => label),
          [name],
        );
      });

      it("carries no credentials, no voice and no server of its author", () => {
        for (const node of nodes) {
          assert.equal("credentials" in node, false);
          if ("voiceId" in node && node.voiceIdType === "str") assert.equal(node.voiceId, "");
          if (node.type === "vocu-account") {
            assert.deepEqual([node.site, node.baseUrl, node.proxy, node.tls], ["vocu.ai", "", "", ""]);
          }
        }
      });

      it("has no node that speaks by itself as soon as it is deployed", () => {
        for (const node of nodes.filter(({ type }) => type === "inject")) assert.equal(node.once, false);
      });

      it("refers only to nodes that it has", () => {
        const ids = new Set(nodes.map(({ id }) => id));
        for (const { wires, z, g, account, broker, links, scope, type } of nodes) {
          const wired = (wires as string[][] | undefined) ?? [];
          const named = [z, g, account, type === "mqtt-broker" ? undefined : broker];
          const lists = [links, scope].filter((list) => Array.isArray(list)) as unknown[][];
          const used = [...wired.flat(), ...named, ...lists.flat()];
          const lost = used.filter((id) => id !== undefined && !ids.has(id as string));
          assert.deepEqual(lost, []);
        }
      });
    });
  }

  it("has ids of its own, so that several can be imported side by side", () => {
    const ids = exampleNames().flatMap((name) => exampleNodes(name).map(({ id }) => id));
    assert.equal(new Set(ids).size, ids.length);
  });
});

describe("Every node of the package", () => {
  const used = new Set(exampleNames().flatMap((name) => exampleNodes(name).map(({ type }) => type)));
  for (const type of ourTypes().filter((own) => !CONFIG.has(own))) {
    it(`is shown in an example: ${type}`, () => {
      assert.ok(used.has(type));
    });
  }
});
