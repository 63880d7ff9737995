import assert from "node:assert/strict";
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { FOREIGN } from "../nodes/support/foreign";
import { isCore, isOurs, ourTypes } from "../nodes/support/modules";
import { exampleNames, exampleNodes, menuEntries } from "./example";

/** Config nodes: an example leaves them to the user. */
const CONFIG = new Set(["vocu-account"]);

const DOCS = join(__dirname, "../../docs");

/** A text as a regular expression takes it literally. */
const escaped = (text: string): string => text.replace(/[^\w\s]/g, "\\$&");

/** A text without what Prettier changes in Markdown: emphasis and line breaks. */
const plain = (text: string): string => text.replace(/[*_]/g, "").replace(/\s+/g, " ").trim();

/** The tests that run examples, this one left out. */
const testSources = (): string[] =>
  [__dirname, join(__dirname, "../scale-out")]
    .flatMap((folder) => readdirSync(folder).map((file) => join(folder, file)))
    .filter((file) => file.endsWith(".test.ts") && file !== __filename)
    .map((file) => readFileSync(file, "utf8"));

describe("Every example", () => {
  for (const name of exampleNames()) {
    describe(name, () => {
      const nodes = exampleNodes(name);

      it("is in a test that runs it", () => {
        assert.ok(testSources().some((source) => source.includes(`"${name}"`)));
      });

      it("has only core nodes beside ours, or says first which package to install", () => {
        const foreign = nodes.filter(({ type }) => !isCore(type) && !isOurs(type));
        const packages = [...new Set(foreign.map(({ type }) => FOREIGN[type]))];
        const info = nodes.find(({ type }) => type === "tab")?.info;
        const [, named] = /\n1\. Install `([^`]+)` with the palette manager\.\n/.exec(String(info)) ?? [];
        assert.deepEqual(packages, named === undefined ? [] : [named]);
      });

      it("has a comment that explains it", () => {
        const comments = nodes.filter(({ type }) => type === "comment");
        assert.ok(comments.some(({ info }) => String(info).length > 40));
      });

      it("has one flow tab, named as the menu entry is", () => {
        assert.deepEqual(
          nodes.filter(({ type }) => type === "tab").map(({ label }) => label),
          [name],
        );
      });

      it("tells in numbered steps how to set it up", () => {
        const info = String(nodes.find(({ type }) => type === "tab")?.info);
        assert.match(info, /^.{20,}\n\n\*\*Set-up\*\*\n\n1\. .+\n2\. /);
      });

      it("has its set-up steps and a picture in docs/examples.md", () => {
        const docs = readFileSync(join(DOCS, "examples.md"), "utf8");
        const [, title, section] =
          new RegExp(`\n## (\\d\\d ${escaped(name)})\n([^]*?)(?=\n## |$)`).exec(docs) ?? [];
        assert.ok(menuEntries().includes(title ?? ""), `docs/examples.md has no section for "${name}"`);
        const [, steps = ""] = String(nodes.find(({ type }) => type === "tab")?.info).split("**Set-up**");
        assert.ok(plain(section ?? "").includes(plain(steps)), "the steps differ");
        const [, picture = ""] = /!\[[^\]]+\]\((\S+)\)/.exec(section ?? "") ?? [];
        assert.ok(statSync(join(DOCS, picture)).size > 1000);
      });

      it("names nothing in its set-up steps that it does not have", () => {
        const info = String(nodes.find(({ type }) => type === "tab")?.info);
        const shown = new Set(nodes.flatMap(({ name: label }) => (label === undefined ? [] : [label])));
        const named = [...info.matchAll(/(?<!\*)\*([^*\n]+)\*(?!\*)/g)].map(([, label = ""]) => label);
        assert.deepEqual(
          named.filter((label) => !shown.has(label)),
          [],
        );
      });

      it("carries no account, no credentials and no voice of its author", () => {
        for (const node of nodes) {
          assert.notEqual(node.type, "vocu-account");
          assert.equal("credentials" in node, false);
          if ("account" in node) assert.equal(node.account, "");
          if ("voiceId" in node && node.voiceIdType === "str") assert.equal(node.voiceId, "");
        }
      });

      it("has no node that speaks by itself as soon as it is deployed", () => {
        for (const node of nodes.filter(({ type }) => type === "inject")) assert.equal(node.once, false);
      });

      it("refers only to nodes that it has", () => {
        const ids = new Set(nodes.map(({ id }) => id));
        for (const { wires, z, g, broker, server, links, scope, type } of nodes) {
          const wired = (wires as string[][] | undefined) ?? [];
          const named = [z, g, server, type === "mqtt-broker" ? undefined : broker];
          const lists = [links, scope].filter((list) => Array.isArray(list)) as unknown[][];
          // A blank is chosen by the user, as the account is.
          const used = [...wired.flat(), ...named, ...lists.flat()].filter(
            (id) => id !== undefined && id !== "",
          );
          const lost = used.filter((id) => !ids.has(id as string));
          assert.deepEqual(lost, []);
        }
      });
    });
  }

  it("has a number of its own, so that the menu goes from the first sound to the advanced", () => {
    const numbers = menuEntries().map((entry) => /^(\d\d) /.exec(entry)?.[1]);
    assert.ok(!numbers.includes(undefined), String(menuEntries()));
    assert.equal(new Set(numbers).size, numbers.length);
  });

  it("has ids of its own, so that several can be imported side by side", () => {
    const ids = exampleNames().flatMap((name) => exampleNodes(name).map(({ id }) => id));
    assert.equal(new Set(ids).size, ids.length);
  });
});

describe("Every node of the package", () => {
  const used = new Set(exampleNames().flatMap((name) => exampleNodes(name).map(({ type }) => type)));
  for (const type of ourTypes().filter((own) => !CONFIG.has(own))) {
    it(`is shown in an example: ${type}`, () => {
      assert.ok(
        used.has(type),
        `examples/: no flow has a ${type} node: add one, and its step to docs/examples.md`,
      );
    });
  }
});
