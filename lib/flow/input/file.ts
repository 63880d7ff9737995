/** Files as inputs: a Buffer, the path of a file on this machine, or a data URL becomes what the request needs. */
import { openAsBlob } from "node:fs";
import { open, readFile, stat } from "node:fs/promises";
import { basename, isAbsolute, resolve } from "node:path";
import { audioLengthMs } from "./audio-length";
import { bytesOf } from "../../schema/bytes";
import type { FilePart, FileRules } from "../../schema/description";
import { endingOf, mediaOfName, mediaTypeOf, SNIFF_BYTES } from "../../audio";
import { Problem } from "../message/problem";

/** A file input before its bytes are read. */
interface Given {
  readonly bytes: number;
  readonly filename?: string;
  /** The declared type: of a data URL or by a file's name. */
  readonly claimed?: string;
  /** The first bytes. */
  readonly head: () => Promise<Buffer>;
  readonly whole: () => Promise<Buffer>;
  readonly blob: (type: string) => Promise<Blob>;
}

/** Bytes of a megabyte. */
export const MB = 1024 * 1024;

/** Longer paths (base64 text, for example) are cut in messages. */
const MAX_SHOWN = 120;

/**
 * A file input's value: data URL text, or a form part, as `rules.wire` says. Size, kind and length are checked before
 * anything is sent (API reference 0.4, fact 10; H); size even before it is read.
 * @param directory where relative paths begin (Node-RED's `fileWorkingDirectory`); by default the process's own
 * @throws Problem `INPUT_INVALID`, `INPUT_TOO_LARGE`, `INPUT_TOO_SHORT`, `INPUT_TOO_LONG`, `INPUT_WRONG_MEDIA`,
 * `INPUT_FILE_MISSING`, `INPUT_FILE_UNREADABLE`, `INPUT_FILE_EMPTY`, `INPUT_FILE_IS_URL`
 */
export async function loadFile(
  rules: FileRules,
  field: string,
  value: unknown,
  directory?: string,
): Promise<string | FilePart> {
  const given = await lookAt(field, value, directory);
  if (given.bytes === 0) throw new Problem("INPUT_FILE_EMPTY", { field }, { field });
  const { maxBytes = Infinity } = rules;
  if (given.bytes > maxBytes) throw tooLarge(field, given.bytes, maxBytes);
  const type = typeOf(rules, field, given, await given.head());
  if (rules.wire === "part") {
    const filename = given.filename ?? field + endingOf(type);
    return { filename, type, bytes: given.bytes, blob: await given.blob(type) };
  }
  const data = await given.whole();
  assertLength(rules, field, type, data);
  return `data:${type};base64,${data.toString("base64")}`;
}

async function lookAt(field: string, value: unknown, directory?: string): Promise<Given> {
  const bytes = bytesOf(value);
  if (bytes) return held(bytes);
  if (typeof value !== "string") throw new Problem("INPUT_INVALID", { field, wanted: "file" }, { field });
  const text = value.trim();
  if (/^data:/i.test(text)) return dataUrl(field, text);
  if (/^https?:\/\//i.test(text)) throw new Problem("INPUT_FILE_IS_URL", { field }, { field });
  return onDisk(field, directory !== undefined && !isAbsolute(text) ? resolve(directory, text) : text);
}

function held(data: Buffer, claimed?: string): Given {
  return {
    bytes: data.length,
    claimed,
    head: () => Promise.resolve(data.subarray(0, SNIFF_BYTES)),
    whole: () => Promise.resolve(data),
    blob: (type) => Promise.resolve(new Blob([data as Buffer<ArrayBuffer>], { type })),
  };
}

/** `data:<type>[;…][;base64],<content>` (RFC 2397). */
function dataUrl(field: string, text: string): Given {
  const comma = text.indexOf(",");
  if (comma < 0) throw new Problem("INPUT_INVALID", { field, wanted: "file" }, { field });
  const [type, ...attributes] = text.slice("data:".length, comma).toLowerCase().split(";");
  const content = text.slice(comma + 1);
  if (attributes.some((attribute) => attribute.trim() === "base64")) {
    return held(Buffer.from(content, "base64"), type);
  }
  try {
    return held(Buffer.from(decodeURIComponent(content), "utf8"), type);
  } catch {
    throw new Problem("INPUT_INVALID", { field, wanted: "file" }, { field });
  }
}

async function onDisk(field: string, path: string): Promise<Given> {
  const readable = <T>(work: Promise<T>): Promise<T> =>
    work.catch((error: unknown) => {
      throw fileProblem(field, path, error);
    });
  const facts = await readable(stat(path));
  if (!facts.isFile()) throw unreadable(field, path, facts.isDirectory() ? "EISDIR" : "ENOTSUP");
  return {
    bytes: facts.size,
    filename: basename(path),
    claimed: mediaOfName(path),
    head: () => readable(readHead(path)),
    whole: () => readable(readFile(path)),
    blob: (type) => readable(openAsBlob(path, { type })),
  };
}

async function readHead(path: string): Promise<Buffer> {
  const handle = await open(path);
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(SNIFF_BYTES), 0, SNIFF_BYTES, 0);
    return buffer.subarray(0, bytesRead);
  } finally {
    await handle.close();
  }
}

/** The content decides, otherwise the declared type. */
function typeOf(rules: FileRules, field: string, given: Given, head: Buffer): string {
  const sniffed = mediaTypeOf(head, head.length === given.bytes);
  const type = sniffed ?? given.claimed ?? "";
  if (rules.media === "any") return type === "" ? "application/octet-stream" : type;
  // A recording may have a video container (webm, mp4).
  const fitting = rules.media === "audio" ? type.replace(/^video\/(webm|mp4)$/, "audio/$1") : type;
  if (fitting.startsWith(`${rules.media}/`)) return fitting;
  throw new Problem("INPUT_WRONG_MEDIA", { field, media: rules.media }, { field });
}

function assertLength(rules: FileRules, field: string, type: string, data: Buffer): void {
  if (rules.wire !== "dataUrl") return;
  const { minSeconds = 0, maxSeconds } = rules;
  if (minSeconds === 0 && maxSeconds === undefined) return;
  const ms = audioLengthMs(type, data, (maxSeconds ?? minSeconds) * 1000);
  if (ms === undefined) return;
  const seconds = (ms / 1000).toFixed(1);
  if (ms < minSeconds * 1000) {
    throw new Problem("INPUT_TOO_SHORT", { field, seconds, min: minSeconds }, { field });
  }
  if (maxSeconds !== undefined && ms > maxSeconds * 1000) {
    throw new Problem("INPUT_TOO_LONG", { field, max: maxSeconds }, { field });
  }
}

function tooLarge(field: string, bytes: number, maxBytes: number): Problem {
  const size = (Math.ceil((bytes / MB) * 10) / 10).toFixed(1);
  return new Problem("INPUT_TOO_LARGE", { field, size, max: Math.floor(maxBytes / MB) }, { field });
}

const codeOf = (error: unknown): string =>
  error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : "EIO";

/** Codes that mean that the file does not exist, or that the text is not a path. */
const MISSING: readonly string[] = ["ENOENT", "ENOTDIR", "ENAMETOOLONG", "ERR_INVALID_ARG_VALUE"];

function fileProblem(field: string, path: string, error: unknown): Problem {
  const code = codeOf(error);
  if (!MISSING.includes(code)) return unreadable(field, path, code);
  return new Problem("INPUT_FILE_MISSING", { field, path: shown(path) }, { field, detail: code });
}

function unreadable(field: string, path: string, code: string): Problem {
  return new Problem(
    "INPUT_FILE_UNREADABLE",
    { field, path: shown(path), detail: code },
    { field, detail: code },
  );
}

const shown = (path: string): string => (path.length > MAX_SHOWN ? `${path.slice(0, MAX_SHOWN)}…` : path);
