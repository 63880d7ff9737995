/** What may be typed into a field: the runtime's own checks, before the deploy. */
import { convert } from "../schema/check";
import type { Input, Setting } from "../schema/description";
import { faultOf, type FaultParams } from "../schema/fault";
import { checkLine, isUnset, readSetting } from "../schema/setting";
import type { FieldValue } from "./fields";

/** What is wrong: a code of the runtime's errors, with what fills its words. */
export interface Fault {
  readonly code: string;
  readonly params?: FaultParams;
}

/** A whole value that is filled in at the deploy. */
const ENVIRONMENT = /^\$\{[^}]+\}$/;

/** True for an empty field. */
export const isBlank = (value: FieldValue): boolean => value === undefined || String(value).trim() === "";

/** The fault of a literal value; blank ones are judged elsewhere. */
export function literalFault(input: Input, value: string): Fault | undefined {
  const typed = value.trim();
  return ENVIRONMENT.test(typed) ? undefined : shown(() => convert(input, "", typed));
}

/** The fault of a setting. */
export function settingFault(name: string, setting: Setting, value: FieldValue): Fault | undefined {
  if (ENVIRONMENT.test(String(value))) return undefined;
  if (setting.kind === "line") return shown(() => checkLine(name, setting, String(value ?? "")));
  return isUnset(value) ? undefined : shown(() => readSetting(name, setting, value));
}

function shown(check: () => unknown): Fault | undefined {
  const fault = faultOf(check);
  if (!fault) return undefined;
  const { code, params } = fault;
  return Object.keys(params).length > 0 ? { code, params } : { code };
}
