/** Markdown elements of the node reference. */

/** A table; a cell may hold Markdown, but no line break. */
export function table(headings: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.map(cell).join(" | ")} |`;
  return [line(headings), line(headings.map(() => "---")), ...rows.map(line)].join("\n");
}

const cell = (text: string): string =>
  text === "" ? "–" : text.replace(/\s*\n\s*/g, " ").replace(/\|/g, "\\|");

/** A section; nothing if it has no content. */
export const section = (heading: string, ...content: readonly string[]): string[] => {
  const given = content.filter((part) => part !== "");
  return given.length === 0 ? [] : [`## ${heading}`, ...given];
};

export const code = (text: string | number | boolean): string => `\`${text}\``;

/** The anchor that GitHub gives a heading. */
export const anchor = (heading: string): string =>
  heading
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\s_-]/gu, "")
    .trim()
    .replace(/\s/g, "-");
