/**
 * Builds the package: compiles the runtime, and generates the editor's part of each node from its description
 * (docs: CONTRIBUTING). Everything goes to `dist/` and `resources/`; nothing generated is committed.
 */
import { cp, mkdir, rename, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { bundleEditor } from "./bundle";
import { nodeCatalog, sharedCatalog } from "./catalog";
import { compile } from "./compile";
import { definitionOf, type About } from "./definition";
import { descriptionFaults, readDocumented } from "./description-faults";
import { dialogOf } from "./dialog";
import { helpOf } from "./help";
import { wordsOfNode, type NodeWords } from "./node-words";
import { PATHS, ROOT, STAGE } from "./paths";
import { iconFaults, readSources, type Source } from "./sources";
import { clearStamp, hashOfSources, isBuilt, writeStamp, type BuildMode } from "./stamp";
import { readLanguages, type Language } from "./words";
import { faultsOf, proseFaults, REFERENCE } from "./words-check";

/**
 * Builds everything.
 * @param mode `development` skips type checks and adds source maps.
 * @returns one line about what was built
 * @throws Error with one line for each compiler error; otherwise one for each fault of a description, icon or word.
 */
export async function build(mode: BuildMode = "release"): Promise<string> {
  const startedAt = performance.now();
  const hash = hashOfSources();
  await clear(STAGE);
  try {
    const summary = await generate(mode);
    clearStamp();
    for (const folder of ["dist", "resources"]) {
      await clear(join(ROOT, folder));
      await rename(join(STAGE, folder), join(ROOT, folder));
    }
    writeStamp({ mode, hash });
    return `${summary} (${((performance.now() - startedAt) / 1000).toFixed(1)} s)`;
  } finally {
    await clear(STAGE);
  }
}

/** Builds if a source has changed since the last build. Returns what `build` returns, or undefined. */
export async function buildIfChanged(mode: BuildMode): Promise<string | undefined> {
  return isBuilt(mode) ? undefined : build(mode);
}

async function generate(mode: BuildMode): Promise<string> {
  await Promise.all([compile(mode), bundleEditor(mode)]);
  const sources = readSources();
  const names = sources.map(({ name }) => name);
  const languages = readLanguages(PATHS.words, names);
  const documented = readDocumented();
  const { words, complaints } = resolveAll(sources, languages);
  const faults = [
    ...sources.flatMap((source) =>
      source.kind === "node" ? descriptionFaults(source.description, documented) : [],
    ),
    ...iconFaults(names),
    ...complaints,
  ];
  if (faults.length > 0) throw new Error([...new Set(faults)].join("\n"));
  await Promise.all([
    ...sources.map((source) =>
      write(join(PATHS.nodes, `${source.name}.html`), htmlOf(source, aboutOf(source, words))),
    ),
    ...sources.map(({ name }) => copyIcon(name)),
    ...languages.flatMap((language) => writeLanguage(language, words)),
  ]);
  return `built ${sources.length} nodes in ${languages.length} languages`;
}

/** The html of a node; the first one loaded includes the shared script. */
function htmlOf(source: Source, about: About): string {
  const library =
    source.kind === "config"
      ? '<script src="resources/@vocu-community/node-red-vocu/vocu-editor.js"></script>\n'
      : "";
  return `${library}<script type="text/javascript">\n${definitionOf(source, about)}\n</script>\n\n${dialogOf(source)}\n`;
}

type AllWords = ReadonlyMap<Language, ReadonlyMap<Source, NodeWords>>;

function aboutOf(source: Source, all: AllWords): About {
  const keywords = [...all.values()].flatMap((words) => words.get(source)?.keywords.split(/\s+/) ?? []);
  return { keywords: [...new Set(keywords)].join(" ") };
}

function resolveAll(
  sources: readonly Source[],
  languages: readonly Language[],
): { words: AllWords; complaints: string[] } {
  const complaints = compare(sources, languages);
  const all = new Map(
    languages.map((language) => {
      const ofLanguage = sources.map((source): [Source, NodeWords] => {
        const resolved = wordsOfNode(source, language);
        complaints.push(...resolved.complaints);
        return [source, resolved.words];
      });
      return [language, new Map(ofLanguage)];
    }),
  );
  return { words: all, complaints };
}

function compare(sources: readonly Source[], languages: readonly Language[]): string[] {
  const reference = languages.find(({ code }) => code === REFERENCE);
  if (!reference) return [`locales/${REFERENCE}: missing`];
  return languages.flatMap((language) => [
    ...faultsOf({
      code: language.code,
      file: "shared.json",
      reference: reference.shared,
      words: language.shared,
    }),
    ...sources.flatMap(({ name }) => faultsOfNode(name, reference, language)),
  ]);
}

function faultsOfNode(name: string, reference: Language, language: Language): string[] {
  const [wanted, given] = [reference.own[name], language.own[name]];
  const { code } = language;
  return [
    ...faultsOf({
      code,
      file: `${name}.json`,
      reference: wanted?.words ?? {},
      words: given?.words ?? {},
    }),
    ...proseFaults(code, `${name}.md`, wanted?.details ?? "", given?.details ?? ""),
  ];
}

function writeLanguage(language: Language, all: AllWords): Promise<void>[] {
  const folder = join(PATHS.nodes, "locales", language.code);
  const words = all.get(language) ?? new Map<Source, NodeWords>();
  return [...words].flatMap(([source, ofNode]) => {
    const shared = source.kind === "config" ? sharedCatalog(language) : {};
    const catalog = { ...nodeCatalog(source, ofNode), ...shared };
    return [
      write(join(folder, `${source.name}.json`), `${JSON.stringify(catalog)}\n`),
      write(join(folder, `${source.name}.html`), helpOf(source, ofNode)),
    ];
  });
}

async function copyIcon(name: string): Promise<void> {
  await mkdir(join(PATHS.nodes, "icons"), { recursive: true });
  await cp(join(PATHS.icons, `${name}.svg`), join(PATHS.nodes, "icons", `${name}.svg`));
}

async function write(file: string, text: string): Promise<void> {
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, text);
}

const clear = (folder: string): Promise<void> => rm(folder, { recursive: true, force: true });
