/** Bytes that a flow hands over, wherever they were made. */

/**
 * The value as a Buffer that shares its memory; undefined where it is not a Buffer or a Uint8Array. Function nodes run
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
