/** Samples as bytes: 16-bit little-endian, or mu-law (ITU-T G.711) with 8 bits. */

const FULL_SCALE = 32_768;

/** Bytes of samples from -1 to 1, channels interleaved; all channels are of one length. What is louder is clipped. */
export function encodeSamples(channels: readonly Float32Array[], mulaw: boolean): Buffer {
  const count = channels.length;
  const length = channels[0]?.length ?? 0;
  const width = mulaw ? 1 : 2;
  const bytes = Buffer.allocUnsafe(length * count * width);
  for (const [channel, samples] of channels.entries()) {
    let at = channel * width;
    for (const sample of samples) {
      const value = Math.max(-FULL_SCALE, Math.min(FULL_SCALE - 1, Math.round(sample * FULL_SCALE)));
      if (mulaw) bytes.writeUInt8(mulawOf(value), at);
      else bytes.writeInt16LE(value, at);
      at += count * width;
    }
  }
  return bytes;
}

/** Added to the magnitude, so that each segment begins at a power of two. */
const BIAS = 132;
const LOUDEST = 32_635;

/** The mu-law byte of a 16-bit sample: sign, segment and step, all inverted. */
export function mulawOf(value: number): number {
  const magnitude = Math.min(Math.abs(value), LOUDEST) + BIAS;
  const segment = 24 - Math.clz32(magnitude);
  const step = (magnitude >> (segment + 3)) & 0x0f;
  return ~((value < 0 ? 0x80 : 0) | (segment << 4) | step) & 0xff;
}
