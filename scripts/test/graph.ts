/** Finds the files that a test file reaches: its imports, and files that its helpers read while they run. */
import { existsSync, readdirSync, statSync } from "node:fs";
import { join, relative, resolve, sep } from "node:path";
import { build } from "esbuild";

const ROOT = join(__dirname, "..", "..");

/** The sources of the built package. */
export const PACKAGE_SOURCES = ["nodes", "lib", "locales", "icons", "scripts/build", "scripts/build.mjs"];

/** Modules that find the built package, so that a test that imports one needs a build. */
const NEED_BUILD = [
  "test/node-red/user-dir.ts",
  "test/package/demo.ts",
  "test/package/installed.ts",
  "scripts/release/pack.ts",
  "scripts/release/flow-library.ts",
  "scripts/soak/soak.ts",
];

/** What modules read or load in addition to their imports: files, or folders with everything below. */
const READS: Readonly<Record<string, readonly string[]>> = {
  ...Object.fromEntries(NEED_BUILD.map((module) => [module, PACKAGE_SOURCES])),
  "test/nodes/support/modules.ts": ["nodes"],
  "test/contract/palette.ts": ["nodes", "locales/en-US"],
  "test/examples/example.ts": ["examples"],
  "test/package/demo.ts": [...PACKAGE_SOURCES, "scripts/start", "scripts/start.mjs"],
  "scripts/docs/main.ts": ["nodes", "locales/en-US", "examples", "docs/nodes", "package.json"],
  "scripts/release/nrlint.ts": ["examples", ".nrlintrc.js"],
  "scripts/release/licences.ts": ["README.md", "README.zh-CN.md", "NOTICE", "package-lock.json"],
  "bench/readme.ts": ["bench/results.json", "README.md", "README.zh-CN.md"],
  "test/unit/docs.test.ts": [
    ...[
      "README.md",
      "README.zh-CN.md",
      "CHANGELOG.md",
      "CODE_OF_CONDUCT.md",
      "CONTRIBUTING.md",
      "SECURITY.md",
    ],
    ...["docs", ".github", "locales/README.md", "locales/en-US", "examples", "package.json"],
  ],
  "test/unit/performance-table.test.ts": ["bench/cases"],
  "test/unit/build-words.test.ts": ["locales"],
  "test/unit/icons.test.ts": ["icons", "nodes"],
  "test/unit/test-runner.test.ts": ["scripts/test", "scripts/test.mjs", ".mocharc.json"],
  "sandbox/openapi.ts": ["sandbox/openapi.yaml"],
};

/** Files that affect every test. */
const CONCERN_ALL = [".mocharc.json", "package-lock.json", "scripts/test/setup.ts", "tsconfig.json"];

/** The imports of every file that some test reaches. */
export class TestGraph {
  readonly #reached = new Map<string, ReadonlySet<string>>();

  private constructor(private readonly imports: ReadonlyMap<string, readonly string[]>) {}

  /**
   * Reads the imports of these test files.
   * @param tests paths relative to the package, with `/`.
   * @throws Error when a test cannot be parsed, or a module of the tables above does not exist.
   */
  static async of(tests: readonly string[]): Promise<TestGraph> {
    const gone = Object.keys(READS).filter((module) => !existsSync(join(ROOT, module)));
    if (gone.length > 0)
      throw new Error(`scripts/test/graph.ts: READS names ${gone.join(", ")}: no such file`);
    const loaded = Object.values(READS).flat().flatMap(filesUnder);
    const entries = new Set([...tests, ...loaded.filter((file) => file.endsWith(".ts"))]);
    const { metafile } = await build({
      absWorkingDir: ROOT,
      entryPoints: [...entries],
      bundle: true,
      packages: "external",
      platform: "node",
      external: ["*.mjs", "*.node"],
      metafile: true,
      write: false,
      outdir: "unused",
      logLevel: "silent",
    });
    return new TestGraph(
      new Map(
        Object.entries(metafile.inputs).map(([file, { imports }]) => [
          file,
          [
            ...imports.filter(({ external }) => external !== true).map(({ path }) => path),
            ...(READS[file] ?? []).flatMap(filesUnder),
          ],
        ]),
      ),
    );
  }

  /** Every file that a test file reaches, itself included. */
  reachedBy(test: string): ReadonlySet<string> {
    const known = this.#reached.get(test);
    if (known) return known;
    const reached = new Set([test, ...CONCERN_ALL]);
    for (const file of reached) for (const next of this.imports.get(file) ?? []) reached.add(next);
    this.#reached.set(test, reached);
    return reached;
  }

  /** Whether a test needs the built package. */
  needsBuild(test: string): boolean {
    const reached = this.reachedBy(test);
    return NEED_BUILD.some((module) => reached.has(module));
  }
}

/** All test files of the package, relative to it, in the order of their names. */
export function allTests(): string[] {
  return filesUnder("test").filter((file) => file.endsWith(".test.ts"));
}

/** The path of a file, given relative to the working directory, as the graph has it. */
export const graphPath = (file: string): string => relative(ROOT, resolve(file)).split(sep).join("/");

function filesUnder(path: string): string[] {
  const entry = statSync(join(ROOT, path), { throwIfNoEntry: false });
  if (!entry) return [];
  if (!entry.isDirectory()) return [path];
  return readdirSync(join(ROOT, path))
    .filter((name) => name !== "node_modules")
    .sort()
    .flatMap((name) => filesUnder(`${path}/${name}`));
}
