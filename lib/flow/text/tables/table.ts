/** What a language's table of units and abbreviations holds. */

/** How a unit is spoken: one form, or that of exactly one and that of all others. */
export type SpokenUnit = string | readonly [one: string, others: string];

/** The units and abbreviations of one language. */
export interface UnitTable {
  /** By the unit as it is written behind a number; capitals matter. */
  readonly units: Readonly<Record<string, SpokenUnit>>;
  /** Currency signs that stand before a number; they are spoken behind it. */
  readonly signs: Readonly<Record<string, SpokenUnit>>;
  /** Abbreviations with their points. */
  readonly abbreviations: Readonly<Record<string, string>>;
  /** How a minus before a number with a unit is spoken. */
  readonly minus: string;
  /** Puts a number and its unit together. */
  readonly join: (number: string, unit: string) => string;
}
