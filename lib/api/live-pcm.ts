/** How a live channel describes its samples. API reference B.2. */

/** Format assumed where none is stated: the service's usual speech. */
const USUAL = { sampleRate: 24000, channels: 1, bitsPerSample: 16 };

/** Possible names of members, in lower case without separators; the names are not documented (API reference B.2). */
const NAMES = {
  sampleRate: ["samplerate", "rate", "samplingrate", "samplespersecond", "framerate", "frequency", "hz"],
  channels: ["channels", "channel", "numchannels", "nchannels", "channelcount"],
  bitsPerSample: ["bitspersample", "bitdepth", "bits", "samplebits", "samplesize", "depth"],
  bytesPerSample: ["bytespersample", "samplewidth", "samplebytes", "width"],
} as const;

const RATE = { least: 1000, most: 768_000 };
const MOST_CHANNELS = 32;
const DEPTHS = [8, 16, 24, 32];

/** A description of samples, and whether part of it is only assumed because the service did not say it. */
export interface DescribedPcm {
  readonly sampleRate: number;
  readonly channels: number;
  readonly bitsPerSample: number;
  readonly assumed?: true;
}

/**
 * Reads the description of samples, whatever its members are called and whether they are numbers or text. What is
 * missing or makes no sense is 24000 Hz, one channel, 16 bits; `assumed` says so.
 */
export function pcmFormatOf(described: unknown): DescribedPcm {
  const members = membersOf(described);
  const sampleRate = find(members, NAMES.sampleRate, (rate) => rate >= RATE.least && rate <= RATE.most);
  const channels = find(members, NAMES.channels, (count) => count >= 1 && count <= MOST_CHANNELS);
  const bitsPerSample = depthOf(members);
  const assumed = [sampleRate, channels, bitsPerSample].includes(undefined);
  return {
    sampleRate: sampleRate ?? USUAL.sampleRate,
    channels: channels ?? USUAL.channels,
    bitsPerSample: bitsPerSample ?? USUAL.bitsPerSample,
    ...(assumed ? { assumed } : {}),
  };
}

function membersOf(described: unknown): ReadonlyMap<string, number> {
  if (typeof described !== "object" || described === null) return new Map();
  return new Map(
    Object.entries(described).map(([name, value]): [string, number] => [
      name.toLowerCase().replace(/[^a-z]/g, ""),
      typeof value === "number" || typeof value === "string" ? Number(value) : NaN,
    ]),
  );
}

function find(
  members: ReadonlyMap<string, number>,
  names: readonly string[],
  sensible: (value: number) => boolean,
): number | undefined {
  return names
    .map((name) => members.get(name))
    .find((value) => value !== undefined && Number.isInteger(value) && sensible(value));
}

/** Bits; a width given in bytes is turned into them, and one that can only be bits is left as it is. */
function depthOf(members: ReadonlyMap<string, number>): number | undefined {
  const bits = find(members, NAMES.bitsPerSample, (value) => DEPTHS.includes(value));
  const width = find(members, NAMES.bytesPerSample, (value) => [value, 8 * value].some(isDepth));
  return bits ?? (width === undefined || isDepth(width) ? width : 8 * width);
}

const isDepth = (value: number): boolean => DEPTHS.includes(value);
