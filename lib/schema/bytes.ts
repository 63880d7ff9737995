/** Bytes from a flow, of any JavaScript realm. */

/**
 * The value as a Buffer that shares its memory; undefined if it is not a Buffer or a Uint8Array. Function nodes run
 * in a realm of their own, where `instanceof Uint8Array` is false for the arrays that they make.
 */
export function bytesOf(value: unknown): Buffer | undefined {
  if (Buffer.isBuffer(value)) return value;
  if (!isUint8Array(value)) return undefined;
  return Buffer.from(value.buffer, value.byteOffset, value.byteLength);
}

/** Whether a value is a Uint8Array of any realm. */
export function isUint8Array(value: unknown): value is Uint8Array {
  return ArrayBuffer.isView(value) && Object.prototype.toString.call(value) === "[object Uint8Array]";
}

/** The byte order marks of the encodings that texts have beside UTF-8. */
const UTF_16 = [
  { label: "utf-16le", mark: [0xff, 0xfe] },
  { label: "utf-16be", mark: [0xfe, 0xff] },
] as const;

/**
 * The text that bytes are: UTF-8, or UTF-16 where a byte order mark says so; undefined if they are not text. A piece
 * of a text may begin or end within a character, so invalid bytes alone are not proof.
 */
export function textOfBytes(bytes: Uint8Array): string | undefined {
  const encoding = UTF_16.find(({ mark }) => mark.every((byte, at) => bytes[at] === byte));
  const text = new TextDecoder(encoding?.label ?? "utf-8").decode(bytes);
  // Other encodings of 16 bits, audio and archives contain them; they cannot be spoken.
  return text.includes("\0") ? undefined : text;
}
