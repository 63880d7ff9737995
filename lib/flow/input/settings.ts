/** Reads a node's fixed settings from its stored configuration. */
import { applies, type Settings, type SettingValues } from "../../schema/description";
import { checkLine, isUnset, readSetting } from "../../schema/setting";
import type { Config } from "./evaluate";

/**
 * All settings; missing or blank ones take their default.
 * @throws InputFault `INPUT_INVALID`, `INPUT_OUT_OF_RANGE`, `INPUT_NOT_A_CHOICE`, `INPUT_MISSING` for values that the dialog
 * marks as invalid.
 */
export function readSettings<S extends Settings>(config: Config, settings: S): SettingValues<S> {
  const values: Record<string, string | number | boolean> = {};
  for (const [name, setting] of Object.entries(settings)) {
    const stored = config[name];
    values[name] = isUnset(stored) ? setting.default : readSetting(name, setting, stored);
  }
  for (const [name, setting] of Object.entries(settings)) {
    if (setting.kind === "line" && applies(setting.when, values))
      checkLine(name, setting, String(values[name]));
  }
  return values as SettingValues<S>;
}
