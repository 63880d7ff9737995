/** A source of audio that consists of one buffer. */

/** A source of audio that holds all of it already. */
export async function* oneBuffer(bytes: Buffer): AsyncGenerator<Buffer> {
  yield await Promise.resolve(bytes);
}
