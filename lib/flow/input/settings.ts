/** Reads a node's fixed settings from its stored configuration. */
import type { Config } from "./evaluate";
import type { Setting, Settings, SettingValues } from "../../schema/description";
import { Problem } from "../message/problem";

/**
 * All settings; missing or blank ones take their default.
 * @throws Problem `INPUT_INVALID`, `INPUT_OUT_OF_RANGE`, `INPUT_NOT_A_CHOICE` for values a dialog would refuse.
 */
export function readSettings<S extends Settings>(config: Config, settings: S): SettingValues<S> {
  const values: Record<string, unknown> = {};
  for (const [name, setting] of Object.entries(settings)) {
    const stored = config[name];
    const blank = stored === undefined || stored === null || stored === "";
    values[name] = blank ? setting.default : read(name, setting, stored);
  }
  return values as SettingValues<S>;
}

function read(field: string, setting: Setting, stored: unknown): unknown {
  switch (setting.kind) {
    case "select":
      if (setting.choices.includes(String(stored))) return stored;
      throw new Problem("INPUT_NOT_A_CHOICE", { field, choices: setting.choices.join(", ") }, { field });
    case "count":
      return count(field, setting, Number(stored));
    case "check":
      return stored === true || stored === "true";
    case "line":
      return String(stored);
  }
}

function count(field: string, { min, max }: { min: number; max: number }, value: number): number {
  if (Number.isNaN(value)) throw new Problem("INPUT_INVALID", { field, wanted: "number" }, { field });
  if (value < min || value > max) throw new Problem("INPUT_OUT_OF_RANGE", { field, min, max }, { field });
  return value;
}
