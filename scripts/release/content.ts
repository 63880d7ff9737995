/** What may and must be in the published package. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { ROOT } from "../build/paths";
import type { Manifest } from "./manifest";

/** Everything that may be in the package; each file has to match one of these. */
const KINDS: readonly RegExp[] = [
  /^(package\.json|README\.md|README\.zh-CN\.md|CHANGELOG\.md|LICENSE|NOTICE)$/,
  /^dist\/nodes\/[a-z-]+\.(js|html)$/,
  /^dist\/nodes\/icons\/[a-z-]+\.svg$/,
  /^dist\/nodes\/locales\/[a-zA-Z-]+\/[a-z-]+\.(json|html)$/,
  /^dist\/lib\/flow\.js$/,
  /^resources\/vocu-editor\.js$/,
  /^examples\/\d\d [^/]+\.json$/,
];

/** What has no business in a file of the package: maps of the sources, and paths of the machine that built it. */
const TRACES: readonly [what: string, pattern: RegExp | string][] = [
  ["a source map", /sourceMappingURL=/],
  ["the path of this checkout", ROOT],
];

/** Bytes: of the tarball, and once installed. */
export const LIMITS = { packed: 1_000_000, unpacked: 4_000_000 } as const;

/** The package as it is checked. */
export interface Content {
  readonly files: readonly string[];
  readonly size: number;
  readonly unpackedSize: number;
}

/** One line for each file too many, each that is missing, each trace of the build, and each limit that is passed. */
export function contentFaults(content: Content, nodes: Manifest["node-red"]["nodes"]): string[] {
  const { files, size, unpackedSize } = content;
  return [
    ...files
      .filter((file) => !KINDS.some((kind) => kind.test(file)))
      .map((file) => `${file} does not belong`),
    ...wantedFiles(nodes)
      .filter((file) => !files.includes(file))
      .map((file) => `${file} is missing`),
    ...(size > LIMITS.packed ? [`the tarball has ${size} bytes, more than ${LIMITS.packed}`] : []),
    ...(unpackedSize > LIMITS.unpacked
      ? [`the package has ${unpackedSize} bytes, more than ${LIMITS.unpacked}`]
      : []),
  ];
}

/** One line for each file with a trace in it; `read` gives a file's text. */
export function traceFaults(
  files: readonly string[],
  read: (file: string) => string = (file) => readFileSync(join(ROOT, file), "utf8"),
): string[] {
  return files.flatMap((file) => {
    const text = read(file);
    return TRACES.filter(([, pattern]) =>
      typeof pattern === "string" ? text.includes(pattern) : pattern.test(text),
    ).map(([what]) => `${file} holds ${what}`);
  });
}

/** The files without which a node, a language or an example would not be whole. */
function wantedFiles(nodes: Manifest["node-red"]["nodes"]): string[] {
  const languages = readdirSync(join(ROOT, "locales"), { withFileTypes: true }).filter((each) =>
    each.isDirectory(),
  );
  const examples = readdirSync(join(ROOT, "examples")).filter((file) => file.endsWith(".json"));
  const ofNodes = Object.entries(nodes).flatMap(([name, script]) => [
    script,
    `dist/nodes/${name}.html`,
    `dist/nodes/icons/${name}.svg`,
    ...languages.flatMap(({ name: code }) =>
      ["json", "html"].map((kind) => `dist/nodes/locales/${code}/${name}.${kind}`),
    ),
  ]);
  const others = ["README.md", "CHANGELOG.md", "LICENSE", "NOTICE", "resources/vocu-editor.js"];
  return [...others, ...ofNodes, ...examples.map((file) => `examples/${file}`)];
}
