import { request, FormData } from "undici";
import type { Sandbox } from "../../sandbox";

/** A reply of the sandbox, read whole. */
export interface Reply {
  status: number;
  headers: Record<string, string | string[] | undefined>;
  bytes: Buffer;
  /** The body as JSON. */
  json: {
    status: number;
    code?: string;
    message?: string;
    data?: unknown;
    [more: string]: unknown;
  };
}

interface CallOptions {
  method?: string;
  /** null: no Authorization header; default: the sandbox's own key. */
  key?: string | null;
  query?: Record<string, string>;
  json?: unknown;
  /** A body that is sent as it is. */
  text?: string;
  form?: Record<string, string | { filename: string; type: string; bytes: Buffer }>;
  headers?: Record<string, string>;
}

function formOf(fields: NonNullable<CallOptions["form"]>): FormData {
  const form = new FormData();
  for (const [name, value] of Object.entries(fields)) {
    if (typeof value === "string") form.append(name, value);
    else form.append(name, new File([new Uint8Array(value.bytes)], value.filename, { type: value.type }));
  }
  return form;
}

/** Calls the sandbox with a plain HTTP client; `path` may also be a whole address. */
export async function call(sandbox: Sandbox, path: string, options: CallOptions = {}): Promise<Reply> {
  const { key = sandbox.apiKey, json, form, query } = options;
  const reply = await request(path.startsWith("http") ? path : sandbox.url + path, {
    method: options.method ?? (json === undefined && form === undefined ? "GET" : "POST"),
    query,
    headers: {
      ...(key !== null && { authorization: `Bearer ${key}` }),
      ...(json !== undefined && { "content-type": "application/json" }),
      ...options.headers,
    },
    body: json === undefined ? (options.text ?? (form && formOf(form))) : JSON.stringify(json),
  });
  const bytes = Buffer.from(await reply.body.arrayBuffer());
  return {
    status: reply.statusCode,
    headers: reply.headers,
    bytes,
    get json() {
      return JSON.parse(bytes.toString()) as Reply["json"];
    },
  };
}

/** The `data` of a reply that must be a success. */
export function dataOf(reply: Reply): unknown {
  if (reply.status !== 200) throw new Error(`${reply.status}: ${reply.bytes.toString()}`);
  return reply.json.data;
}

/** A WAV of a tone (or of silence), 8 kHz mono. */
export function wav(seconds: number, loudness = 8000): Buffer {
  const samples = Math.round(seconds * 8000);
  const bytes = Buffer.alloc(44 + samples * 2);
  bytes.write("RIFF", 0);
  bytes.writeUInt32LE(36 + samples * 2, 4);
  bytes.write("WAVEfmt ", 8);
  bytes.writeUInt32LE(16, 16);
  bytes.writeUInt16LE(1, 20);
  bytes.writeUInt16LE(1, 22);
  bytes.writeUInt32LE(8000, 24);
  bytes.writeUInt32LE(16000, 28);
  bytes.writeUInt16LE(2, 32);
  bytes.writeUInt16LE(16, 34);
  bytes.write("data", 36);
  bytes.writeUInt32LE(samples * 2, 40);
  for (let i = 0; i < samples; i++) {
    bytes.writeInt16LE(Math.round(loudness * Math.sin((2 * Math.PI * 220 * i) / 8000)), 44 + i * 2);
  }
  return bytes;
}

export const dataUrl = (bytes: Buffer, type = "audio/wav"): string =>
  `data:${type};base64,${bytes.toString("base64")}`;
