/** What may be typed into a field: the checks that the runtime makes too, said before the deploy. */
import type { Input, Setting } from "../schema/description";
import type { FieldValue } from "./fields";

/** What is wrong: a word of `dialog.invalid`, with what fills it. */
export interface Fault {
  readonly key: string;
  readonly params?: Readonly<Record<string, string | number>>;
}

/** A whole value that is filled in at the deploy. */
const ENVIRONMENT = /^\$\{[^}]+\}$/;

/** True for a field that nobody filled in. */
export const isBlank = (value: FieldValue): boolean => value === undefined || String(value).trim() === "";

/** The fault of a literal value; blank ones are judged elsewhere. */
export function literalFault(input: Input, value: string): Fault | undefined {
  const typed = value.trim();
  if (ENVIRONMENT.test(typed)) return undefined;
  switch (input.kind) {
    case "number":
    case "integer":
      return numberFault(input, typed, input.kind === "integer");
    case "toggle":
      return ["true", "false", "1", "0"].includes(typed.toLowerCase()) ? undefined : { key: "toggle" };
    case "choice":
      return choiceFault(input.open === true ? [] : (input.choices ?? []), typed);
    case "object":
      return jsonFault(typed, (parsed) => (isObject(parsed) ? undefined : { key: "object" }));
    case "list":
      return jsonFault(typed, (parsed) => listFault(input, Array.isArray(parsed) ? parsed : [parsed]));
    default:
      return undefined;
  }
}

/** The fault of a setting. */
export function settingFault(name: string, setting: Setting, value: FieldValue): Fault | undefined {
  if (ENVIRONMENT.test(String(value))) return undefined;
  switch (setting.kind) {
    case "select":
      return choiceFault(setting.choices, String(value));
    case "count":
      return isBlank(value) ? undefined : numberFault(setting, String(value), false);
    case "line":
      return lineFault(name, setting.required, String(value).trim());
    case "check":
      return undefined;
  }
}

/** Settings that hold an address are called so; one that is shown must be filled in unless it says otherwise. */
function lineFault(name: string, required: boolean | undefined, value: string): Fault | undefined {
  const isUrl = name.endsWith("Url");
  if (value === "") return (required ?? isUrl) ? { key: "missing" } : undefined;
  return isUrl && !/^https?:\/\/[^\s/]+/.test(value) ? { key: "url" } : undefined;
}

function choiceFault(choices: readonly string[], value: string): Fault | undefined {
  if (choices.length === 0 || choices.includes(value)) return undefined;
  return { key: "choice", params: { choices: choices.join(", ") } };
}

interface Bounds {
  readonly min?: number;
  readonly max?: number;
}

function numberFault(bounds: Bounds, typed: string, whole: boolean): Fault | undefined {
  const value = Number(typed);
  if (typed === "" || !Number.isFinite(value)) return { key: "number" };
  if (whole && !Number.isInteger(value)) return { key: "integer" };
  return rangeFault(bounds, value);
}

function rangeFault({ min, max }: Bounds, value: number): Fault | undefined {
  const within = value >= (min ?? -Infinity) && value <= (max ?? Infinity);
  return within ? undefined : { key: "range", params: { min: min ?? "–", max: max ?? "–" } };
}

function jsonFault(typed: string, check: (parsed: unknown) => Fault | undefined): Fault | undefined {
  try {
    return check(JSON.parse(typed) as unknown);
  } catch {
    return { key: "json" };
  }
}

function listFault(input: Input, members: readonly unknown[]): Fault | undefined {
  if (input.length !== undefined && members.length !== input.length) {
    return { key: "length", params: { length: input.length } };
  }
  if (input.integers !== true) return undefined;
  const sound = members.every(
    (member) => Number.isInteger(member) && rangeFault(input, member as number) === undefined,
  );
  return sound ? undefined : { key: "integers", params: { min: input.min ?? "–", max: input.max ?? "–" } };
}

const isObject = (value: unknown): boolean =>
  typeof value === "object" && value !== null && !Array.isArray(value);
