/** The samples of a live channel as they are sent. API reference B.2. */

const NOT_HEX = /[^\dA-Fa-f]/;

/**
 * The bytes that hexadecimal text stands for; undefined if it has an odd length or anything else in it. Node's own
 * decoder says nothing about either.
 */
export function bytesOfHex(hex: string): Buffer | undefined {
  return hex.length % 2 === 0 && !NOT_HEX.test(hex) ? Buffer.from(hex, "hex") : undefined;
}
