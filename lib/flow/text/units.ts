/** Units behind numbers and common abbreviations become words, by the table of the text's language. */
import { DE } from "./tables/de";
import { EN } from "./tables/en";
import type { SpokenUnit, UnitTable } from "./tables/table";
import { ZH } from "./tables/zh";

const TABLES: Readonly<Record<string, UnitTable>> = { en: EN, de: DE, zh: ZH };

interface Compiled {
  readonly table: UnitTable;
  readonly amounts: RegExp;
  readonly prices: RegExp;
  readonly abbreviations?: RegExp;
}

const compiled = new Map<string, Compiled>();

/** `text` with the units and abbreviations of a language spoken out; unchanged for a language without a table. */
export function spellUnits(text: string, language: string): string {
  const known = compiledTable(language);
  if (!known) return text;
  const { table, amounts, prices, abbreviations } = known;
  const amount = (number: string, minus: string | undefined, spoken: SpokenUnit): string =>
    `${minus ? table.minus : ""}${table.join(number, formOf(spoken, number))}`;
  const priced = text.replace(prices, (whole, minus: string | undefined, sign: string, number: string) =>
    sign in table.signs ? amount(number, minus, table.signs[sign] ?? sign) : whole,
  );
  const measured = priced.replace(
    amounts,
    (whole, minus: string | undefined, number: string, unit: string) =>
      unit in table.units ? amount(number, minus, table.units[unit] ?? unit) : whole,
  );
  if (!abbreviations) return measured;
  return measured.replace(abbreviations, (short) => table.abbreviations[short.replace(/\s/gu, " ")] ?? short);
}

const formOf = (spoken: SpokenUnit, number: string): string =>
  typeof spoken === "string" ? spoken : number === "1" ? spoken[0] : spoken[1];

/** A minus is one only where no word or number ends before it, as in a range: `5-10 °C`. */
const MINUS = "(?:(?<![\\p{Script=Latin}\\p{N}])([-−]))?";
const DIGITS = "(\\d+(?:[.,]\\d+)*)";
/** Chinese has no space before a number. */
const START = "(?<![\\p{Script=Latin}\\p{N}.,])";
/** Plain and no-break spaces. */
const SPACE = "[ \\u00A0\\u202F]?";

function compiledTable(language: string): Compiled | undefined {
  const table = Object.hasOwn(TABLES, language) ? TABLES[language] : undefined;
  if (!table) return undefined;
  const known = compiled.get(language) ?? compile(table);
  compiled.set(language, known);
  return known;
}

function compile(table: UnitTable): Compiled {
  const any = (words: object): string =>
    Object.keys(words)
      .sort((one, other) => other.length - one.length)
      .map((word) => word.replace(/[.*+?^${}()|[\]\\/]/g, "\\$&"))
      .join("|");
  const abbreviations = any(table.abbreviations);
  // No letter of the Latin script may follow: "5 m" is a length, "5 men" is not. Chinese follows without a space.
  const end = "(?![\\p{Script=Latin}\\p{N}°²³/])";
  return {
    table,
    amounts: new RegExp(`${MINUS}${START}${DIGITS}${SPACE}(${any(table.units)})${end}`, "gu"),
    prices: new RegExp(`${MINUS}(${any(table.signs)})${SPACE}${DIGITS}`, "gu"),
    ...(abbreviations === ""
      ? {}
      : {
          abbreviations: new RegExp(
            `(?<![\\p{L}\\p{N}.])(?:${abbreviations.replaceAll(" ", "\\s")})(?![\\p{L}\\p{N}])`,
            "gu",
          ),
        }),
  };
}
