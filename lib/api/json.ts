/** Reads JSON whose form is not guaranteed: whatever is missing or of another type is left out, never an error. */

/** A JSON object, not validated. */
export type JsonObject = Record<string, unknown>;

/** Whether `value` is a JSON object (no array, not null). */
export function isObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Parses a JSON object; undefined if `text` is not one. */
export function parseObject(text: string): JsonObject | undefined {
  try {
    const value: unknown = JSON.parse(text.replace(/^\uFEFF/, ""));
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

/** The value if it is an object, else an empty object. */
export const fieldsOf = (value: unknown): Readonly<JsonObject> => (isObject(value) ? value : {});

/** The members of an array as objects; anything else counts as an empty array or an empty object. */
export const listOf = (value: unknown): Readonly<JsonObject>[] =>
  Array.isArray(value) ? (value as unknown[]).map(fieldsOf) : [];

/** The value if it is text; undefined if it is blank or of another type. */
export const textOf = (value: unknown): string | undefined =>
  typeof value === "string" && value.trim() !== "" ? value : undefined;

/** The value if it is a finite number, else undefined. */
export const numberOf = (value: unknown): number | undefined =>
  typeof value === "number" && Number.isFinite(value) ? value : undefined;

/**
 * Replaces every text in a JSON value, the names of members too, by what `change` makes of it. Changes objects and
 * arrays in place; not recursive, so that no depth of nesting is too much.
 */
export function changeTexts(value: unknown, change: (text: string) => string): unknown {
  if (typeof value === "string") return change(value);
  const left: unknown[] = [value];
  while (left.length > 0) {
    const next = left.pop();
    if (Array.isArray(next)) changeItems(next, change, left);
    else if (isObject(next)) changeMembers(next, change, left);
  }
  return value;
}

function changeItems(items: unknown[], change: (text: string) => string, left: unknown[]): void {
  items.forEach((item, index) => {
    if (typeof item === "string") items[index] = change(item);
    else left.push(item);
  });
}

function changeMembers(object: JsonObject, change: (text: string) => string, left: unknown[]): void {
  for (const [name, member] of Object.entries(object)) {
    const changed = typeof member === "string" ? change(member) : member;
    const newName = change(name);
    if (newName !== name) Reflect.deleteProperty(object, name);
    if (newName !== name || changed !== member) {
      // Not by assignment: "__proto__" would set the prototype.
      Object.defineProperty(object, newName, {
        value: changed,
        configurable: true,
        enumerable: true,
        writable: true,
      });
    }
    left.push(member);
  }
}
