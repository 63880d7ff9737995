/** The rules by which the Flow Library scores a package, as far as they can be checked without the internet. */
import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { createRequire } from "node:module";
import { basename, dirname, join } from "node:path";
import { CHECKOUT, type FlowNode } from "../node-red";
import { nodeRed4, nodeRed5 } from "../peers";
import { manifest, read } from "./manifest";

/** The oldest Node that the newest Node-RED takes; a package must take it too. */
const OLDEST_NODE_OF_NODE_RED_5 = "22.9.0";

interface Semver {
  satisfies(version: string, range: string): boolean;
}

const fromNodeRed = createRequire(join(nodeRed4().nodeRed, "package.json"));
const semver = fromNodeRed("semver") as Semver;

const versionOf = (nodeRed: string): string =>
  (createRequire(join(nodeRed, "package.json"))("./package.json") as { version: string }).version;

describe("the Flow Library's scorecard", () => {
  it("finds a licence, a repository and a place for bugs", () => {
    assert.equal(manifest.license, "Apache-2.0");
    assert.match(manifest.repository.url, /^git\+https:\/\//);
    assert.match(manifest.bugs.url, /^https:\/\//);
  });

  it("finds a scoped name and the keyword node-red", () => {
    assert.match(manifest.name, /^@[a-z0-9-]+\/[a-z0-9-]+$/);
    assert.ok(manifest.keywords.includes("node-red"));
  });

  it("finds the newest Node-RED of both lines supported", () => {
    for (const { nodeRed } of [nodeRed4(), nodeRed5()])
      assert.ok(semver.satisfies(versionOf(nodeRed), manifest["node-red"].version), versionOf(nodeRed));
  });

  it("finds the Node of the newest Node-RED supported", () => {
    assert.ok(semver.satisfies(OLDEST_NODE_OF_NODE_RED_5, manifest.engines.node));
  });

  it("finds every node in an example", async () => {
    const files = readdirSync(join(CHECKOUT, "examples"), { recursive: true }) as string[];
    const flows = await Promise.all(
      files
        .filter((file) => file.endsWith(".json"))
        .map(async (file) => JSON.parse(await read(join("examples", file))) as FlowNode[]),
    );
    const used = new Set(flows.flat().map((node) => node.type));
    const unused = nodes.filter(({ type, isConfig }) => !isConfig && !used.has(type)).map(({ type }) => type);
    assert.deepEqual(unused, []);
  });

  const nodes = Object.keys(manifest["node-red"].nodes).map((name) => ({
    type: `vocu-${name}`,
    script: manifest["node-red"].nodes[name] ?? "",
    isConfig: name === "account",
  }));

  for (const { type, script, isConfig } of nodes) {
    it(`reads what ${type} is from its html`, async () => {
      const html = await read(script.replace(/\.js$/, ".html"));
      const scripts = [...html.matchAll(/<script type="text\/javascript">([^]*?)<\/script>/g)].map(
        ([, code]) => code,
      );
      const registered = new RegExp(
        `RED\\.nodes\\.registerType\\(\\s*['"]${type}['"],\\s*(\\{[^]*\\})\\s*\\)`,
      );
      const definition = scripts.map((code) => registered.exec(code ?? "")?.[1]).find(Boolean);
      assert.ok(definition, "a literal type and a literal definition");
      assert.doesNotMatch(definition, /\.\.\./, "no spread");
      assert.match(definition, /\bcategory: *['"]/);
      assert.match(definition, /\bdefaults: *\{/);
      if (isConfig) return;
      for (const property of [/\bcolor: *['"]#/, /\binputs: *[01]\b/, /\boutputs: *[12]\b/])
        assert.match(definition, property);
      const icon = /\bicon: *['"]([^'"]+)['"]/.exec(definition)?.[1] ?? "";
      assert.ok(readdirSync(join(CHECKOUT, dirname(script), "icons")).includes(basename(icon)), icon);
    });
  }
});
