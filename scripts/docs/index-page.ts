/** The list of all nodes, by the families of the palette. */
import { code, section, table } from "./markdown";
import type { Page } from "./node-page";

/** The page as Markdown. */
export function indexPage(pages: readonly Page[]): string {
  const families = new Map<string, Page[]>();
  for (const page of pages) {
    const family = page.words.category ?? "Config node";
    families.set(family, [...(families.get(family) ?? []), page]);
  }
  const parts = [
    "# The nodes",
    "Every node with its inputs, settings, outputs and errors, made from the nodes' own descriptions (`npm run docs`). The help panel of the editor has the same in ten languages, except for errors and examples.",
    ...[...families].flatMap(([family, members]) => section(family, tableOf(members))),
  ];
  return `${parts.join("\n\n")}\n`;
}

const tableOf = (pages: readonly Page[]): string =>
  table(
    ["Node", "Type", "What it does"],
    pages.map(({ source, words }) => [
      `[${words.label}](${source.name}.md)`,
      code(source.description.type),
      words.summary,
    ]),
  );
