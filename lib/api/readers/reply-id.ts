/** Ids in replies whose form is not documented (API reference C.4, C.7, F, 10.1). */
import { fieldsOf, textOf, type JsonObject } from "../json";

/** Members that every reply may have in addition to its content (API reference 3 and 4). */
const ENVELOPE = new Set(["status", "message", "code", "requestId", "traceId"]);

/**
 * The id that a reply is about: in or next to its `data`, under one of these names; the `data` itself where it is no
 * object; `data.id`; else the only text that there is. Undefined if none of these applies.
 */
export function idInReply(body: Readonly<JsonObject>, names: readonly string[]): string | undefined {
  const data = fieldsOf(body.data);
  for (const name of names) {
    const named = idOf(data[name]) ?? idOf(body[name]);
    if (named !== undefined) return named;
  }
  return idOf(body.data) ?? idOf(data.id) ?? onlyText(data) ?? idOf(body.id) ?? onlyText(body);
}

/** An id is text; a server that counts them may send the number. */
const idOf = (value: unknown): string | undefined =>
  typeof value === "number" && Number.isSafeInteger(value) ? String(value) : textOf(value);

function onlyText(fields: Readonly<JsonObject>): string | undefined {
  const texts = Object.entries(fields).flatMap(([name, value]) =>
    ENVELOPE.has(name) ? [] : (textOf(value) ?? []),
  );
  return texts.length === 1 ? texts[0] : undefined;
}
