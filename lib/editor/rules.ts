/** What may be typed into a field: the checks that the runtime makes too, said before the deploy. */
import type { Input, Setting } from "../schema/description";
import type { FieldValue } from "./fields";

/** What is wrong: a code of the runtime's errors, with what fills its words. */
export interface Fault {
  readonly code: string;
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
      return ["true", "false", "1", "0"].includes(typed.toLowerCase()) ? undefined : invalid("toggle");
    case "choice":
      return choiceFault(input.open === true ? [] : (input.choices ?? []), typed);
    case "object":
      return jsonFault("object", typed, (parsed) => (isObject(parsed) ? undefined : invalid("object")));
    case "list":
      return jsonFault("list", typed, (parsed) =>
        listFault(input, Array.isArray(parsed) ? parsed : [parsed]),
      );
    case "text":
      return typed.length <= (input.maxLength ?? Infinity)
        ? undefined
        : { code: "INPUT_TEXT_TOO_LONG", params: { max: input.maxLength ?? 0 } };
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
  if (value === "") return (required ?? isUrl) ? { code: "INPUT_MISSING" } : undefined;
  return isUrl && !/^https?:\/\/[^\s/]+/.test(value) ? invalid("url") : undefined;
}

function choiceFault(choices: readonly string[], value: string): Fault | undefined {
  if (choices.length === 0 || choices.includes(value)) return undefined;
  return { code: "INPUT_NOT_A_CHOICE", params: { choices: choices.join(", ") } };
}

interface Bounds {
  readonly min?: number;
  readonly max?: number;
}

function numberFault(bounds: Bounds, typed: string, whole: boolean): Fault | undefined {
  const value = Number(typed);
  if (typed === "" || !Number.isFinite(value)) return invalid("number");
  if (whole && !Number.isInteger(value)) return invalid("integer");
  return rangeFault(bounds, value);
}

function rangeFault({ min, max }: Bounds, value: number): Fault | undefined {
  const within = value >= (min ?? -Infinity) && value <= (max ?? Infinity);
  return within ? undefined : { code: "INPUT_OUT_OF_RANGE", params: { min: min ?? "–", max: max ?? "–" } };
}

function jsonFault(
  wanted: string,
  typed: string,
  check: (parsed: unknown) => Fault | undefined,
): Fault | undefined {
  try {
    return check(JSON.parse(typed) as unknown);
  } catch {
    return invalid(wanted);
  }
}

function listFault(input: Input, members: readonly unknown[]): Fault | undefined {
  if (input.length !== undefined && members.length !== input.length) {
    return { code: "INPUT_WRONG_LENGTH", params: { length: input.length } };
  }
  if (input.integers !== true) return undefined;
  for (const member of members) {
    if (!Number.isInteger(member)) return invalid("integer");
    const fault = rangeFault(input, member as number);
    if (fault) return fault;
  }
  return undefined;
}

/** A value of another kind than the one wanted, a word of `wanted`. */
const invalid = (wanted: string): Fault => ({ code: "INPUT_INVALID", params: { wanted } });

const isObject = (value: unknown): boolean =>
  typeof value === "object" && value !== null && !Array.isArray(value);
