/** How a test hands values to a node, and what the document says that they make of a request. */
import { createHash } from "node:crypto";
import type { RecordedRequest } from "../../sandbox";
import { literalTypeOf } from "../../lib/schema/description";
import type { Message } from "../nodes/support/message";
import type { DocumentOperation, Where } from "./document";
import { sentBy, type PaletteNode } from "./palette";
import type { Call, Given } from "./requests";

/** A request, as far as it is compared. */
export interface Shape {
  readonly path: string;
  readonly query: object;
  readonly body: object | undefined;
}

/** What the document says that these values make of a request. */
export function expected({ path, parameters }: DocumentOperation, { given }: Call): Shape {
  const at = (where: Where): Record<string, Given> =>
    Object.fromEntries(
      parameters.flatMap(({ name, in: place }) => {
        const value = given[name];
        return place === where && value ? [[name, value]] : [];
      }),
    );
  const filled = path.replace(/\{(\w+)\}/g, (_, name: string) =>
    encodeURIComponent(String(at("path")[name]?.wire)),
  );
  const texts = Object.entries(at("query")).map(([name, { wire }]) => [name, String(wire)]);
  const json = Object.entries(at("body")).map(([name, { wire }]) => [name, wire]);
  const form = Object.entries(at("form")).map(([name, { wire }]) => [name, onForm(wire)]);
  const body = [...json, ...form];
  return {
    path: filled,
    query: Object.fromEntries(texts) as object,
    body: body.length > 0 ? (Object.fromEntries(body) as object) : undefined,
  };
}

const sha256 = (bytes: Buffer): string => createHash("sha256").update(bytes).digest("hex");

const onForm = (wire: unknown): unknown =>
  Buffer.isBuffer(wire) ? { bytes: wire.length, sha256: sha256(wire) } : String(wire);

/** A recorded request in the same form. */
export function actual({ path, query, body }: RecordedRequest): Shape {
  if (typeof body !== "object" || body === null) return { path, query: { ...query }, body: undefined };
  const fields = Object.entries(body as Record<string, unknown>).map(([name, value]) => {
    const file = value as { sha256?: string; bytes?: number } | null;
    return [name, file?.sha256 === undefined ? value : { bytes: file.bytes, sha256: file.sha256 }];
  });
  return { path, query: { ...query }, body: Object.fromEntries(fields) as object };
}

/** A node's configuration and a message. */
export interface HandedIn {
  readonly config: Record<string, unknown>;
  readonly message: Message;
}

/** The node's configuration and the message that hand these values in: typed into the dialog, files from the message. */
export function handIn(node: PaletteNode, operation: DocumentOperation, { given, settings }: Call): HandedIn {
  const config: Record<string, unknown> = { ...settings };
  const message: Message = { payload: "" };
  for (const { property, name, spec } of sentBy(node, operation)) {
    const value = given[name];
    if (value?.payload) {
      message[property] = value.payload;
      Object.assign(config, { [property]: property, [`${property}Type`]: "msg" });
    } else {
      const typed = typeof value?.wire === "string" ? value.wire : value && JSON.stringify(value.wire);
      Object.assign(config, { [property]: typed ?? "", [`${property}Type`]: literalTypeOf(spec.kind) });
    }
  }
  return { config, message };
}

/** The same values, all of them properties of the message with their JSON types. */
export function handInByMessage(
  node: PaletteNode,
  operation: DocumentOperation,
  { given, settings }: Call,
): HandedIn {
  const config: Record<string, unknown> = { ...settings };
  const values: Record<string, unknown> = {};
  for (const { property, name } of sentBy(node, operation)) {
    const value = given[name];
    if (value) values[property] = value.payload ?? value.wire;
    Object.assign(config, { [property]: `values.${property}`, [`${property}Type`]: "msg" });
  }
  return { config, message: { payload: "", values } };
}
