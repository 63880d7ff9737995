/**
 * Lenient conversion of inputs; invalid values are rejected. The runtime and the edit dialogs use the same functions, so
 * this also runs in a browser.
 */
import { isUint8Array, textOfBytes } from "./bytes";
import type { Input } from "./description";
import { InputFault } from "./fault";

/** True for a value that means "not given": undefined, null, blank text, an empty Buffer. */
export function isBlank(value: unknown): boolean {
  if (value === undefined || value === null) return true;
  if (typeof value === "string") return value.trim() === "";
  return isUint8Array(value) && value.length === 0;
}

/**
 * Converts one given (not blank) value to the type of its input.
 * @throws InputFault `INPUT_INVALID` when it cannot be converted, `INPUT_OUT_OF_RANGE` when it is outside its bounds.
 */
export function convert(spec: Input, field: string, value: unknown): unknown {
  switch (spec.kind) {
    case "text":
    case "voice":
    case "style":
      return shortEnough(spec, field, wellFormed(spec, field, toText(field, value)));
    case "choice":
      return toChoice(spec, field, value);
    case "number":
    case "integer":
      return toNumber(spec, field, value);
    case "toggle":
      return toBoolean(field, value);
    case "object":
      return toObject(field, value);
    case "list":
      return toList(spec, field, value);
    case "file":
      return value;
  }
}

/** The refusal of a value, with what was wanted as a word of the catalog (`wanted.<kind>`). */
const invalid = (field: string, wanted: string): InputFault =>
  new InputFault("INPUT_INVALID", field, { wanted });

function toText(field: string, value: unknown): string {
  if (typeof value === "string") return value;
  if (typeof value === "boolean" || typeof value === "bigint" || Number.isFinite(value)) return String(value);
  const text = isUint8Array(value) ? textOfBytes(value) : undefined;
  if (text !== undefined) return text;
  throw invalid(field, "text");
}

/** Half a surrogate pair cannot be sent: in a text to speak it is replaced by U+FFFD, in anything else it is an error. */
function wellFormed({ kind, multiline }: Input, field: string, text: string): string {
  if (text.isWellFormed()) return text;
  if (kind === "text" && multiline === true) return text.toWellFormed();
  throw invalid(field, "wellFormed");
}

function shortEnough({ maxLength = Infinity }: Input, field: string, text: string): string {
  if (text.length <= maxLength) return text;
  throw new InputFault("INPUT_TEXT_TOO_LONG", field, { max: maxLength });
}

function toChoice(spec: Input, field: string, value: unknown): string {
  const word = wellFormed(spec, field, toText(field, value).trim());
  if (spec.open === true || spec.choices?.includes(word) === true) return word;
  throw new InputFault("INPUT_NOT_A_CHOICE", field, { choices: (spec.choices ?? []).join(", ") });
}

function toNumber(spec: Input, field: string, value: unknown): number {
  const parsed = typeof value === "string" && value.trim() !== "" ? Number(value.trim()) : value;
  if (typeof parsed !== "number" || !Number.isFinite(parsed)) throw invalid(field, "number");
  if (spec.kind === "integer" && !Number.isInteger(parsed)) throw invalid(field, "integer");
  return inRange(spec, field, parsed);
}

/** A number within the bounds. @throws InputFault `INPUT_OUT_OF_RANGE` */
export function inRange(spec: Pick<Input, "min" | "max">, field: string, value: number): number {
  const { min, max } = spec;
  if (value >= (min ?? -Infinity) && value <= (max ?? Infinity)) return value;
  throw new InputFault("INPUT_OUT_OF_RANGE", field, { min: min ?? "–", max: max ?? "–" });
}

const BOOLEANS: ReadonlyMap<string, boolean> = new Map([
  ["true", true],
  ["false", false],
  ["1", true],
  ["0", false],
]);

function toBoolean(field: string, value: unknown): boolean {
  if (typeof value === "boolean") return value;
  const word = typeof value === "number" || typeof value === "string" ? String(value) : "";
  const toggle = BOOLEANS.get(word.trim().toLowerCase());
  if (toggle === undefined) throw invalid(field, "toggle");
  return toggle;
}

function fromJson(field: string, value: unknown, wanted: string): unknown {
  const json = isUint8Array(value) ? (textOfBytes(value) ?? "") : value;
  if (typeof json !== "string") return json;
  try {
    return JSON.parse(json) as unknown;
  } catch {
    throw invalid(field, wanted);
  }
}

function toObject(field: string, value: unknown): Record<string, unknown> {
  const parsed = fromJson(field, value, "object");
  if (typeof parsed !== "object" || parsed === null || Array.isArray(parsed)) throw invalid(field, "object");
  return parsed as Record<string, unknown>;
}

function toList(spec: Input, field: string, value: unknown): unknown[] {
  const parsed = fromJson(field, value, "list");
  const members = Array.isArray(parsed) ? (parsed as unknown[]) : [parsed];
  if (spec.length !== undefined && members.length !== spec.length) {
    throw new InputFault("INPUT_WRONG_LENGTH", field, { length: spec.length });
  }
  if (spec.integers !== true) return members;
  return members.map((member) => toNumber({ ...spec, kind: "integer" }, field, member));
}
