/** The body of a request in pieces, so that a server that stops reading is noticed. */
import { randomUUID } from "node:crypto";
import type { FormData } from "undici";
import { VocuError } from "./errors";

const PIECE_BYTES = 64 * 1024;

/** A body that fits into one piece is sent whole: the system buffers it, and the connection can always be reused. */
const WHOLE_BYTES = PIECE_BYTES;

/** A body ready to be sent, and what its headers must say. */
export interface Upload {
  /** In bytes. */
  readonly length: number;
  readonly headers: Readonly<Record<string, string>>;
  /**
   * The bytes, from the beginning each time. `onPiece` is called whenever the connection has taken a piece, and with
   * `true` when it has taken the last.
   * @throws VocuError `FILE_UNREADABLE` while iterating, when a file changes or vanishes on the way
   */
  pieces(onPiece: (done: boolean) => void): AsyncIterable<Buffer>;
  /** All bytes, where they are few. */
  readonly whole?: Buffer;
}

/**
 * Makes an upload of a body; a form becomes multipart/form-data, whose files are read while they are sent.
 * @throws VocuError `FILE_UNREADABLE`
 */
export async function uploadOf(body: Buffer | FormData): Promise<Upload> {
  if (Buffer.isBuffer(body)) {
    const pieces: Upload["pieces"] = (onPiece) => piecesOf(slices(body), onPiece);
    return {
      length: body.length,
      headers: {},
      pieces,
      ...(body.length <= WHOLE_BYTES ? { whole: body } : {}),
    };
  }
  const boundary = `----vocu-${randomUUID()}`;
  const content = multipart(body, boundary);
  const whole = content.size <= WHOLE_BYTES ? await wholeOf(content) : undefined;
  return {
    length: content.size,
    headers: { "content-type": `multipart/form-data; boundary=${boundary}` },
    pieces: (onPiece) => piecesOf(content.stream() as unknown as AsyncIterable<Uint8Array>, onPiece),
    ...(whole ? { whole } : {}),
  };
}

async function wholeOf(content: Blob): Promise<Buffer> {
  try {
    return Buffer.from(await content.arrayBuffer());
  } catch (error) {
    throw unreadable(error);
  }
}

/** The form as RFC 7578 and the HTML standard write it; a Blob of Blobs reads none of them beforehand. */
function multipart(form: FormData, boundary: string): Blob {
  const parts: (string | Blob)[] = [];
  for (const [name, value] of form) {
    const head = `--${boundary}\r\nContent-Disposition: form-data; name="${escaped(name)}"`;
    if (typeof value === "string") {
      parts.push(`${head}\r\n\r\n${value}\r\n`);
      continue;
    }
    const type = value.type === "" ? "application/octet-stream" : value.type;
    parts.push(
      `${head}; filename="${escaped(value.name)}"\r\nContent-Type: ${type}\r\n\r\n`,
      value as Blob,
      "\r\n",
    );
  }
  return new Blob([...parts, `--${boundary}--\r\n`]);
}

const escaped = (text: string): string =>
  text.replaceAll("\n", "%0A").replaceAll("\r", "%0D").replaceAll('"', "%22");

function* slices(body: Buffer): Generator<Buffer> {
  for (let at = 0; at < body.length; at += PIECE_BYTES) yield body.subarray(at, at + PIECE_BYTES);
}

async function* piecesOf(
  source: AsyncIterable<Uint8Array> | Iterable<Buffer>,
  onPiece: (done: boolean) => void,
): AsyncGenerator<Buffer> {
  try {
    for await (const piece of source) {
      yield Buffer.from(piece.buffer, piece.byteOffset, piece.byteLength);
      onPiece(false);
    }
  } catch (error) {
    throw unreadable(error);
  }
  onPiece(true);
}

function unreadable(error: unknown): VocuError {
  const { name, message } = error as Error;
  return new VocuError("FILE_UNREADABLE", { retryable: false, detail: `${name}: ${message}` });
}
