/** Questions to the runtime: about an account, deployed or not, and about the machine that Node-RED runs on. */
import type { AudioReply, Failure } from "../schema/admin-replies";
import { currentValue, elementOf } from "./fields";
import type { EditorNode } from "./red-types";
import { specOf } from "./spec";
import { knownWord, word } from "./words";

/** An account as it stands in the editor. `apiKey` only where it was typed and not deployed yet. */
export type PostedAccount = Readonly<Record<string, unknown>>;

/** What stands in a password field whose value the editor does not know. */
export const UNTOUCHED = "__PWRD__";

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
class Refusal extends Error {}

/**
 * Asks the runtime; `question` is the path below `vocu/`.
 * @throws Refusal with the reason
 */
export async function ask<T>(question: string, body: object, signal?: AbortSignal): Promise<T> {
  const asking = $.ajax({
    url: `vocu/${question}`,
    method: "POST",
    contentType: "application/json",
    data: JSON.stringify(body),
    dataType: "json",
  });
  signal?.addEventListener("abort", () => asking.abort());
  let answer: T & { error?: Failure };
  try {
    answer = (await asking) as T & { error?: Failure };
  } catch (failed) {
    const { responseJSON } = failed as { responseJSON?: { error?: Failure } };
    throw new Refusal(responseJSON?.error ? reasonOf(responseJSON.error) : word("dialog.unreachable"));
  }
  if (answer.error) throw new Refusal(reasonOf(answer.error));
  return answer;
}

/**
 * Asks the runtime for audio.
 * @throws Refusal with the reason
 */
export async function askForAudio(question: string, body: object, signal: AbortSignal): Promise<Blob> {
  const { type, base64 } = await ask<AudioReply>(question, body, signal);
  const bytes = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
  return new Blob([bytes], { type });
}

/** The words of the code, else those of the HTTP status. */
function reasonOf({ code, statusCode, params }: Failure): string {
  const general = statusCode === undefined ? "INTERNAL" : statusCode < 500 ? "HTTP_4xx" : "HTTP_5xx";
  const { field } = params;
  const label =
    field === undefined
      ? undefined
      : (knownWord(`settings.${field}.label`) ?? knownWord(`inputs.${field}.label`));
  const filled = {
    ...params,
    label: label ?? field,
    statusCode,
    said: params.serverMessage ?? code,
    detail: params.detail ?? code,
  };
  return knownWord(`errors.${code}`, filled) ?? knownWord(`errors.${general}`, filled) ?? code;
}
