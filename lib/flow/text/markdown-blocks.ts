/** Removes Markdown at the beginning of lines and on separate lines. */

const FENCE = /^[ \t]{0,3}(`{3,}|~{3,})[^`]*$/u;
const RULER = /^[ \t]*(?:-[ \t]*){3,}$|^[ \t]*(?:\*[ \t]*){3,}$|^[ \t]*(?:_[ \t]*){3,}$|^[ \t]*={3,}[ \t]*$/u;
const HEADING = /^[ \t]{0,3}#{1,6}[ \t]+/u;
const QUOTE = /^[ \t]*(?:>[ \t]?)+/u;
const BULLET = /^[ \t]*[-*+][ \t]+(?:\[[ xX]\][ \t]+)?/u;
const TABLE_RULE = /^[ \t]*\|?[ \t:]*-[-:| \t]*$/u;

/** `text` without fenced code, rulers, headings, quotation marks of lines, bullets and the lines of tables. */
export function withoutBlockMarks(text: string): string {
  const lines = withoutFences(text.split("\n"));
  const shown: string[] = [];
  let inTable = false;
  for (const [index, line] of lines.entries()) {
    const next = lines[index + 1] ?? "";
    if (isTableRule(line)) inTable = true;
    else if (inTable || isTableRule(next) || /^[ \t]*\|.*\|[ \t]*$/u.test(line)) {
      inTable = line.includes("|");
      shown.push(inTable || isTableRule(next) ? row(line) : plain(line, lines, index));
    } else if (!RULER.test(line)) shown.push(plain(line, lines, index));
  }
  return shown.join("\n");
}

/** Code between fences is removed; behind a fence that is never closed nothing is. */
function withoutFences(lines: readonly string[]): string[] {
  const closing = lastFences(lines);
  const kept: string[] = [];
  for (let at = 0; at < lines.length; at += 1) {
    const fence = FENCE.exec(lines[at] ?? "")?.[1];
    if (fence === undefined) {
      kept.push(lines[at] ?? "");
      continue;
    }
    const last = closing.get(fence.charAt(0)) ?? at;
    for (let end = at + 1; end <= last; end += 1) {
      if (!isClosing(lines[end] ?? "", fence)) continue;
      at = end;
      break;
    }
  }
  return kept;
}

const isClosing = (line: string, fence: string): boolean => {
  const found = line.trim();
  return found.length >= fence.length && found === fence.charAt(0).repeat(found.length);
};

/** Position of the last fence of each kind, which ends the search for another one. */
function lastFences(lines: readonly string[]): ReadonlyMap<string, number> {
  const last = new Map<string, number>();
  for (const [index, line] of lines.entries()) {
    const mark = /^[ \t]*(`{3,}|~{3,})[ \t]*$/u.exec(line)?.[1];
    if (mark !== undefined) last.set(mark.charAt(0), index);
  }
  return last;
}

const isTableRule = (line: string): boolean => line.includes("|") && TABLE_RULE.test(line);

/** The cells of a table's row, as a list. */
const row = (line: string): string =>
  line
    .trim()
    .replace(/^\||\|$/gu, "")
    .split("|")
    .map((cell) => cell.trim())
    .filter((cell) => cell !== "")
    .join(", ");

/** A line such as `- 5 degrees` or `> 5 km` is a figure, unless an adjacent line begins in the same way. */
function plain(line: string, lines: readonly string[], index: number): string {
  const beside = [lines[index - 1] ?? "", lines[index + 1] ?? ""];
  const without = (text: string, mark: RegExp): string => {
    const rest = text.replace(mark, "");
    const isFigure = rest !== text && /^\d/u.test(rest) && !beside.some((other) => mark.test(other));
    return isFigure ? text : rest;
  };
  const unquoted = without(line, QUOTE);
  if (HEADING.test(unquoted)) return unquoted.replace(HEADING, "").replace(/[ \t]#+[ \t]*$/u, "");
  return without(unquoted, BULLET);
}
