/** Reads `locales/` (see its README) and finds, for each node and language, every word the node needs. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** The words of a file. */
export interface WordTree {
  readonly [key: string]: string | WordTree;
}

/** One language: the words that all nodes share, and each node's own. */
export interface Language {
  readonly code: string;
  readonly shared: WordTree;
  /** The node's own words and its prose, by node name. */
  readonly own: Readonly<Record<string, { readonly words: WordTree; readonly details: string }>>;
}

/** Every language of a `locales/` folder; the nodes named must each have a file. */
export function readLanguages(folder: string, nodes: readonly string[]): Language[] {
  const codes = readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  return codes.map(({ name: code }) => ({
    code,
    shared: readTree(join(folder, code, "shared.json")),
    own: Object.fromEntries(nodes.map((node) => [node, readOwn(join(folder, code, node))])),
  }));
}

function readOwn(path: string): { words: WordTree; details: string } {
  const prose = `${path}.md`;
  return {
    words: readTree(`${path}.json`),
    details: existsSync(prose) ? readFileSync(prose, "utf8").trim() : "",
  };
}

function readTree(file: string): WordTree {
  if (!existsSync(file)) throw new Error(`${file}: missing: copy the one of en-US and translate it`);
  try {
    return JSON.parse(readFileSync(file, "utf8")) as WordTree;
  } catch (error) {
    throw new Error(`${file}: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
  }
}

/** The word at a path, or undefined. */
export function wordAt(tree: WordTree, path: readonly string[]): string | undefined {
  let found: string | WordTree | undefined = tree;
  for (const key of path) found = typeof found === "object" ? found[key] : undefined;
  return typeof found === "string" ? found : undefined;
}

/** The paths of all words in a tree. */
export function pathsOf(tree: WordTree, above: readonly string[] = []): string[][] {
  return Object.entries(tree).flatMap(([key, value]) =>
    typeof value === "string" ? [[...above, key]] : pathsOf(value, [...above, key]),
  );
}

/** Looks up a node's words, first its own, then the shared ones, and records missing and used ones. */
export class Finder {
  readonly complaints: string[] = [];
  private readonly used = new Set<string>();

  constructor(
    private readonly language: Language,
    private readonly node: string,
  ) {}

  /** A required word. */
  need(...path: string[]): string {
    const found = this.find(...path);
    if (found !== undefined) return found;
    const { code } = this.language;
    this.complaints.push(
      `locales/${code}/${this.node}.json: ${path.join(".")} is missing (shared.json has it neither)`,
    );
    return path.join(".");
  }

  /** An optional word. */
  find(...path: string[]): string | undefined {
    const own = wordAt(this.own, path);
    if (own !== undefined) this.used.add(path.join("."));
    return own ?? wordAt(this.language.shared, path);
  }

  /** The node's own words below a path, e.g. the properties of an output. */
  branch(...path: string[]): Record<string, string> {
    let found: string | WordTree | undefined = this.own;
    for (const key of path) found = typeof found === "object" ? found[key] : undefined;
    if (typeof found !== "object") return {};
    const words = Object.entries(found).filter(
      (entry): entry is [string, string] => typeof entry[1] === "string",
    );
    for (const [key] of words) this.used.add([...path, key].join("."));
    return Object.fromEntries(words);
  }

  /** The node's own words that are not used. */
  unused(): string[] {
    const { code } = this.language;
    return pathsOf(this.own)
      .map((path) => path.join("."))
      .filter((key) => !this.used.has(key))
      .map((key) => `locales/${code}/${this.node}.json: ${key} is not used`);
  }

  private get own(): WordTree {
    return this.language.own[this.node]?.words ?? {};
  }
}
