/** Reads members of bodies and queries with their types. */
import { missingField } from "./errors";

/** An object read from outside. */
export type Fields = Record<string, unknown>;

/** The body as an object; anything else counts as empty. */
export function fields(body: unknown): Fields {
  return typeof body === "object" && body !== null && !Array.isArray(body) ? (body as Fields) : {};
}

/** A text, or undefined if it is missing or not text. */
export function text(from: Fields, name: string): string | undefined {
  const value = from[name];
  return typeof value === "string" ? value : undefined;
}

/** A text that must be there and not blank: otherwise 400 VALIDATION_MISSING_FIELD. */
export function requiredText(from: Fields, name: string): string {
  const value = text(from, name);
  if (value === undefined || value.trim() === "") throw missingField(name);
  return value;
}

/** A boolean, also as the texts `true`, `false`, `1`, `0` of a query or form. */
export function flag(from: Fields, name: string): boolean | undefined {
  const value = from[name];
  if (typeof value === "boolean") return value;
  if (value === "true" || value === "1") return true;
  if (value === "false" || value === "0") return false;
  return undefined;
}

/** A finite number, also as text; undefined for anything else. */
export function number(from: Fields, name: string): number | undefined {
  const value = from[name];
  if (typeof value === "number") return Number.isFinite(value) ? value : undefined;
  if (typeof value !== "string" || value.trim() === "") return undefined;
  const parsed = Number(value);
  return Number.isFinite(parsed) ? parsed : undefined;
}
