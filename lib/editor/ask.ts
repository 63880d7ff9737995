/** Questions to the runtime about an account, deployed or not. */
import { currentValue, elementOf } from "./fields";
import type { EditorNode } from "./red";
import { specOf } from "./spec";
import { knownWord, word } from "./words";

/** An account as it stands in the editor. `apiKey` only where it was typed and not deployed yet. */
export type PostedAccount = Readonly<Record<string, unknown>>;

/** What stands in a password field whose value the editor does not know. */
const UNTOUCHED = "__PWRD__";

const REFERENCES = ["proxy", "tls"];

/** The account of an open dialog, or as it was saved. */
export function accountPosted(node: EditorNode): PostedAccount {
  const names = [...Object.keys(specOf(node.type).settings), ...REFERENCES];
  const config = names.map((name): [string, unknown] => [name, chosen(currentValue(node, name))]);
  const typed =
    elementOf(node, "apiKey").length > 0 ? elementOf(node, "apiKey").val() : node.credentials?.apiKey;
  const apiKey = typeof typed === "string" && typed !== UNTOUCHED ? { apiKey: typed } : {};
  return { id: node.id, ...Object.fromEntries(config), ...apiKey };
}

/** The entry "add new" of a select means that nothing is chosen. */
const chosen = (value: unknown): unknown => (value === "_ADD_" ? "" : value);

/** A refusal, in words. */
export class Refusal extends Error {}

/**
 * Asks the runtime.
 * @throws Refusal with the reason
 */
export async function ask<T>(
  question: "account" | "voices" | "cache/clear",
  account: PostedAccount,
): Promise<T> {
  let answer: T & { error?: unknown };
  try {
    answer = (await $.ajax({
      url: `vocu/${question}`,
      method: "POST",
      contentType: "application/json",
      data: JSON.stringify(account),
      dataType: "json",
    })) as T & { error?: unknown };
  } catch (failed) {
    const { responseJSON } = failed as { responseJSON?: { error?: Failure } };
    throw new Refusal(responseJSON?.error ? reasonOf(responseJSON.error) : word("dialog.unreachable"));
  }
  if (answer.error) throw new Refusal(reasonOf(answer.error as Failure));
  return answer;
}

interface Failure {
  readonly code: string;
  readonly statusCode?: number;
  readonly params: Readonly<Record<string, string | number>>;
}

/** The words of the code, else those of the HTTP status. */
function reasonOf({ code, statusCode, params }: Failure): string {
  const general = statusCode === undefined ? "INTERNAL" : statusCode < 500 ? "HTTP_4xx" : "HTTP_5xx";
  const { field } = params;
  const label = field === undefined ? undefined : knownWord(`settings.${field}.label`);
  const filled = {
    ...params,
    label: label ?? field,
    statusCode,
    said: params.serverMessage ?? code,
    detail: params.detail ?? code,
  };
  return knownWord(`errors.${code}`, filled) ?? knownWord(`errors.${general}`, filled) ?? code;
}
