/** The check of a node's fixed settings, for the runtime and the edit dialogs. */
import { inRange } from "./check";
import type { Setting } from "./description";
import { InputFault } from "./fault";

/** A stored value that counts as not set; the setting then has its default. */
export const isUnset = (stored: unknown): boolean => stored === undefined || stored === null || stored === "";

/**
 * A stored value of a setting, which is not unset, in the setting's type.
 * @throws InputFault `INPUT_INVALID`, `INPUT_OUT_OF_RANGE`, `INPUT_NOT_A_CHOICE`
 */
export function readSetting(field: string, setting: Setting, stored: unknown): string | number | boolean {
  switch (setting.kind) {
    case "select":
      if (setting.choices.includes(String(stored))) return String(stored);
      throw new InputFault("INPUT_NOT_A_CHOICE", field, { choices: setting.choices.join(", ") });
    case "count":
      return count(field, setting, Number(stored));
    case "check":
      return stored === true || stored === "true";
    case "line":
      return String(stored);
  }
}

/**
 * Checks a line of text, which may be blank.
 * @throws InputFault `INPUT_MISSING`, `INPUT_INVALID`, or with the code that the setting has for its faults
 */
export function checkLine(field: string, setting: Extract<Setting, { kind: "line" }>, value: string): void {
  const typed = value.trim();
  if (typed === "") {
    if (setting.required === true) throw new InputFault(setting.fault ?? "INPUT_MISSING", field);
    return;
  }
  if (setting.format === "url" && !/^https?:\/\/[^\s/]+/.test(typed)) {
    throw new InputFault(setting.fault ?? "INPUT_INVALID", field, { wanted: "url" });
  }
}

function count(field: string, bounds: { min: number; max: number }, value: number): number {
  if (!Number.isFinite(value)) throw new InputFault("INPUT_INVALID", field, { wanted: "number" });
  return inRange(bounds, field, value);
}
