/** Results as a table for people. */
import { isMet, type Figure, type Goal, type Results } from "./result";
import { FIGURES, WORDS, type TableLanguage } from "./words";

const UNITS = { ms: "ms", us: "µs", "%": "%", kB: "kB", MB: "MB" } as const;

/** Figures that are worth reading, in the order in which the table has them. */
const PRECISE_BELOW = 10;
const TENTHS_BELOW = 100;

function amount(value: number, unit: Figure["unit"]): string {
  const digits = value < PRECISE_BELOW ? 2 : value < TENTHS_BELOW ? 1 : 0;
  return `${value.toLocaleString("en", { minimumFractionDigits: digits, maximumFractionDigits: digits })} ${UNITS[unit]}`;
}

const times = (value: number): string => (value < 0.1 ? `1/${Math.round(1 / value)}` : value.toFixed(2));

function goalOf(goal: Goal, unit: Figure["unit"], language: TableLanguage): string {
  const { goal: words } = WORDS[language];
  if ("most" in goal) return `${words.most} ${goal.most} ${UNITS[unit]}`;
  return `${words.most} ${goal.times < 0.1 ? `1/${Math.round(1 / goal.times)}` : goal.times} ${words[goal.of]}`;
}

/** The figure with what it is in relation to the comparisons. */
function oursOf({ ours, unit, ratio }: Figure): string {
  const ratios = Object.entries(ratio).map(([, value]) => `${times(value)}×`);
  return `${amount(ours, unit)}${ratios.length > 0 ? ` (${ratios.join(", ")})` : ""}`;
}

/** The rows of the table, its head first. */
export function rows({ figures }: Results, language: TableLanguage): string[][] {
  const { head, met } = WORDS[language];
  const peer = (value: number | undefined, unit: Figure["unit"]): string =>
    value === undefined ? "" : amount(value, unit);
  return [
    [...head],
    ...figures.map((figure) => {
      const { id, unit, raw, core, goal } = figure;
      const reached = isMet(figure);
      return [
        FIGURES[id]?.[language] ?? id,
        ...[peer(raw, unit), peer(core, unit), oursOf(figure)],
        goal ? goalOf(goal, unit, language) : "",
        reached === undefined ? "" : met[`${reached}`],
      ];
    }),
  ];
}

/** The table as plain text. */
export function plainTable(results: Results): string {
  const all = rows(results, "en");
  const widths = all[0]?.map((_, column) => Math.max(...all.map((row) => row[column]?.length ?? 0))) ?? [];
  return all
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join("  ")
        .trimEnd(),
    )
    .join("\n");
}
