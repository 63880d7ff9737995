/** Deep copies of message properties. Plain data is copied about six times faster than `RED.util.cloneMessage` does it. */
import type { NodeMessage } from "node-red";

/** Copies a message deeply, as `RED.util.cloneMessage` does. */
export type CloneMessage = <T extends NodeMessage>(message: T) => T;

/** Deeper data is left to `cloneMessage`. */
const MOST_LEVELS = 100;

/** A deep copy of `value`, whatever it is. */
export function copyOf<T>(value: T, clone: CloneMessage): T {
  return isPlain(value) ? (copyPlain(value) as T) : clone({ value }).value;
}

/**
 * A function that makes deep copies of `value`, which must not change from now on. What `value` consists of is examined
 * once, at the first copy.
 */
export function copierOf<T>(value: T, clone: CloneMessage): () => T {
  let plain: boolean | undefined;
  return () => {
    plain ??= isPlain(value);
    return plain ? (copyPlain(value) as T) : clone({ value }).value;
  };
}

/** Whether a value is a tree of arrays, object literals and primitives, as JSON data is. */
function isPlain(value: unknown, level = 0, seen = new Set<object>()): boolean {
  if (typeof value !== "object" || value === null) return typeof value !== "function";
  // An object that stands in two places must be one object in the copy, too.
  if (level > MOST_LEVELS || seen.has(value)) return false;
  seen.add(value);
  const keys = Object.keys(value);
  const members: readonly unknown[] = Array.isArray(value) ? value : Object.values(value);
  return (
    (Array.isArray(value) ? isArrayAlone(value, keys) : isLiteral(value, keys)) &&
    members.every((member) => isPlain(member, level + 1, seen))
  );
}

/** An array without gaps and without further properties. Function nodes have an `Array` of their own. */
const isArrayAlone = (value: readonly unknown[], keys: readonly string[]): boolean =>
  Array.isArray(Object.getPrototypeOf(value)) &&
  keys.length === value.length &&
  // Beside its members an array has the property `length`.
  Reflect.ownKeys(value).length === value.length + 1;

/** An object literal without symbols and hidden properties. Function nodes have an `Object` of their own. */
function isLiteral(value: object, keys: readonly string[]): boolean {
  const prototype = Object.getPrototypeOf(value) as object | null;
  return (
    prototype !== null &&
    Object.getPrototypeOf(prototype) === null &&
    Object.hasOwn(prototype, "isPrototypeOf") &&
    Reflect.ownKeys(value).length === keys.length &&
    !Object.hasOwn(value, "__proto__")
  );
}

function copyPlain(value: unknown): unknown {
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.map(copyPlain);
  const copy: Record<string, unknown> = {};
  for (const key of Object.keys(value)) copy[key] = copyPlain((value as Record<string, unknown>)[key]);
  return copy;
}
