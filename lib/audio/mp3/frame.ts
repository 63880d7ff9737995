/** The header of an MPEG audio frame: what it says, and which frames are tables of contents. */

/** How many bytes a frame header has. */
export const HEADER_BYTES = 4;

/**
 * Ticks in a millisecond of audio. One sample of every sample rate mp3 knows is a whole number of ticks, so that
 * durations of mixed streams add up without rounding.
 */
export const TICKS_PER_MS = 14_112;

/** What the four bytes at the start of an MPEG audio frame say (ISO/IEC 11172-3 and 13818-3, plus "MPEG 2.5"). */
export interface FrameHeader {
  readonly version: 1 | 2 | 2.5;
  readonly layer: 1 | 2 | 3;
  /** Whether two bytes of checksum follow the header (they count in `bytes`). */
  readonly crc: boolean;
  /** kbit/s; 0 means free format, where only the distance to the next frame gives the length. */
  readonly bitrate: number;
  /** Hz. */
  readonly sampleRate: number;
  /** How many bytes of padding the frame has: 0 or 1, in layer 1: 0 or 4. */
  readonly padding: number;
  readonly channels: 1 | 2;
  /** Length of the whole frame, header and padding included; 0 while unknown (free format). */
  readonly bytes: number;
  /** Samples of each channel. */
  readonly samples: number;
  readonly durationMs: number;
}

const VERSIONS = [2.5, undefined, 2, 1] as const;
const LAYERS = [undefined, 3, 2, 1] as const;
const SAMPLE_RATES = [44_100, 48_000, 32_000];
const BITRATES_1 = [
  [0, 32, 64, 96, 128, 160, 192, 224, 256, 288, 320, 352, 384, 416, 448],
  [0, 32, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384],
  [0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320],
];
const LOW_BITRATES = [0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160];
const BITRATES_2 = [
  [0, 32, 48, 56, 64, 80, 96, 112, 128, 144, 160, 176, 192, 224, 256],
  LOW_BITRATES,
  LOW_BITRATES,
];

/** Every header that `FrameHeader` distinguishes; null if the bits are invalid. */
const HEADERS: (FrameHeader | null | undefined)[] = [];

/**
 * Reads the frame header at `at`; undefined if none exists or fewer than four bytes are left. Equal headers are
 * one object: a stream costs no memory for its headers.
 */
export function parseFrameHeader(data: Uint8Array, at = 0): FrameHeader | undefined {
  if (data[at] !== 0xff) return undefined;
  const kind = data[at + 1] ?? 0;
  const mode = data[at + 3];
  if (kind < 0xe0 || mode === undefined) return undefined;
  const rates = data[at + 2] ?? 0;
  const key = ((kind & 0x1f) << 8) | (rates & 0xfe) | (mode >= 0xc0 ? 1 : 0);
  let header = HEADERS[key];
  if (header === undefined) HEADERS[key] = header = readHeader(kind, rates, mode) ?? null;
  return header ?? undefined;
}

function readHeader(kind: number, rates: number, mode: number): FrameHeader | undefined {
  const version = VERSIONS[(kind >> 3) & 3];
  const layer = LAYERS[(kind >> 1) & 3];
  if (version === undefined || layer === undefined) return undefined;
  const bitrate = (version === 1 ? BITRATES_1 : BITRATES_2)[layer - 1]?.[rates >> 4];
  const fullRate = SAMPLE_RATES[(rates >> 2) & 3];
  if (bitrate === undefined || fullRate === undefined) return undefined;

  const sampleRate = fullRate / (version === 1 ? 1 : version === 2 ? 2 : 4);
  const slot = layer === 1 ? 4 : 1;
  const padding = rates & 2 ? slot : 0;
  const samples = layer === 1 ? 384 : layer === 3 && version !== 1 ? 576 : 1152;
  const slots = Math.floor((samples * bitrate * 125) / sampleRate / slot);
  return Object.freeze({
    version,
    layer,
    crc: (kind & 1) === 0,
    bitrate,
    sampleRate,
    padding,
    channels: mode >> 6 === 3 ? 1 : 2,
    bytes: bitrate === 0 ? 0 : slots * slot + padding,
    samples,
    durationMs: (samples * 1000) / sampleRate,
  });
}

/** Whether two headers can belong to one stream: same version, layer, sample rate, and both or neither free format. */
export function sameStream(a: FrameHeader, b: FrameHeader): boolean {
  return (
    a.version === b.version &&
    a.layer === b.layer &&
    a.sampleRate === b.sampleRate &&
    (a.bitrate === 0) === (b.bitrate === 0)
  );
}

/** How long a frame plays, in ticks (see `TICKS_PER_MS`). */
export function ticksOf(header: FrameHeader): number {
  return header.samples * ((TICKS_PER_MS * 1000) / header.sampleRate);
}

const VBRI_AT = HEADER_BYTES + 32;

/** The bytes of a frame that are needed to recognize an information frame. */
export const INFO_BYTES = HEADER_BYTES + 32 + 2 + 4;

/** How many bytes of side information follow the header (and its checksum) in layer 3. */
export function sideInfoBytes({ version, channels }: FrameHeader): number {
  if (version === 1) return channels === 1 ? 17 : 32;
  return channels === 1 ? 9 : 17;
}

/**
 * Whether the frame at `at` is a Xing, Info or VBRI frame: a table of contents that looks like a frame to old players
 * and has no audio in it. `INFO_BYTES` of it are enough.
 */
export function isInfoFrame(header: FrameHeader, data: Buffer, at = 0, bytes = data.length - at): boolean {
  if (header.layer !== 3) return false;
  const end = at + bytes;
  const mark = at + HEADER_BYTES + sideInfoBytes(header);
  if (isXing(data, mark, end)) return true;
  // Writers disagree whether the checksum moves the mark.
  if (header.crc && isXing(data, mark + 2, end)) return true;
  return data[at + VBRI_AT] === 0x56 && isMark(data, at + VBRI_AT, end, "VBRI");
}

function isXing(data: Buffer, at: number, end: number): boolean {
  const first = data[at];
  if (first === 0x58) return isMark(data, at, end, "Xing");
  return first === 0x49 && isMark(data, at, end, "Info");
}

function isMark(data: Buffer, at: number, end: number, mark: string): boolean {
  return at + mark.length <= end && data.toString("latin1", at, at + mark.length) === mark;
}
