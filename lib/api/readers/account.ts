/**
 * The one reader of account information (API reference E.1, 10.1); whatever is missing or of another type is left out.
 */
import { fieldsOf, numberOf, textOf, type JsonObject } from "../json";

/** What matters of an account. */
export interface AccountInfo {
  /** Its name, else its e-mail address. */
  readonly name: string | undefined;
  /** True for a paid plan; undefined if the service does not say. */
  readonly paid: boolean | undefined;
  /** Paid and granted balance together. */
  readonly credits: number | undefined;
}

/** The account in a reply: documented under `user`, else under `data`, else the reply itself. */
export const accountIn = (body: Readonly<JsonObject>): unknown => body.user ?? body.data ?? body;

/** Reads an account. */
export function readAccount(value: unknown): AccountInfo {
  const fields = fieldsOf(value);
  const paid = numberOf(fields.credit);
  const granted = numberOf(fields.bonusCredit) ?? numberOf(fields.credits);
  return {
    name: textOf(fields.name) ?? textOf(fields.email),
    paid: typeof fields.isPaid === "boolean" ? fields.isPaid : undefined,
    credits: paid === undefined ? granted : paid + (granted ?? 0),
  };
}
