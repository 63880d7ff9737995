/** What kind of media some bytes are: by their content, else by a file's name. One rule for all nodes. */
import { Mp3Evidence, MP3_SEARCH_BYTES } from "./mp3/evidence";
import { FrameScanner } from "./mp3/scanner";
import { tagLength } from "./mp3/tags";

/** How many bytes from the start are enough to know a type. */
export const SNIFF_BYTES = MP3_SEARCH_BYTES;

/** With this many bytes every signature is unambiguous, and the length of a tag is known. */
const SURE_BYTES = 12;
const SIGNATURE_BYTES = 32;

const SIGNATURES: readonly { readonly type: string; readonly at: number; readonly bytes: string }[] = [
  { type: "audio/ogg", at: 0, bytes: "OggS" },
  { type: "audio/flac", at: 0, bytes: "fLaC" },
  { type: "audio/amr", at: 0, bytes: "#!AMR" },
  { type: "audio/webm", at: 0, bytes: "\x1a\x45\xdf\xa3" },
  { type: "audio/aac", at: 0, bytes: "\xff\xf1" },
  { type: "audio/aac", at: 0, bytes: "\xff\xf9" },
  { type: "image/png", at: 0, bytes: "\x89PNG\r\n\x1a\n" },
  { type: "image/jpeg", at: 0, bytes: "\xff\xd8\xff" },
  { type: "image/gif", at: 0, bytes: "GIF8" },
  { type: "image/bmp", at: 0, bytes: "BM" },
  { type: "application/zip", at: 0, bytes: "PK\x03\x04" },
  { type: "audio/wav", at: 8, bytes: "WAVE" },
  { type: "audio/aiff", at: 8, bytes: "AIF" },
  { type: "image/webp", at: 8, bytes: "WEBP" },
  { type: "image/avif", at: 4, bytes: "ftypavi" },
  { type: "image/heic", at: 4, bytes: "ftyphei" },
  { type: "image/heic", at: 4, bytes: "ftypmif1" },
  { type: "audio/mp4", at: 4, bytes: "ftyp" },
];

const EXTENSIONS: Readonly<Record<string, string>> = {
  wav: "audio/wav",
  mp3: "audio/mpeg",
  ogg: "audio/ogg",
  oga: "audio/ogg",
  opus: "audio/ogg",
  flac: "audio/flac",
  m4a: "audio/mp4",
  mp4: "audio/mp4",
  aac: "audio/aac",
  webm: "audio/webm",
  aiff: "audio/aiff",
  aif: "audio/aiff",
  amr: "audio/amr",
  wma: "audio/x-ms-wma",
  png: "image/png",
  jpg: "image/jpeg",
  jpeg: "image/jpeg",
  gif: "image/gif",
  webp: "image/webp",
  bmp: "image/bmp",
  avif: "image/avif",
  heic: "image/heic",
  zip: "application/zip",
};

const TYPES: ReadonlyMap<string, string> = new Map(Object.entries(EXTENSIONS));

const MP3 = "audio/mpeg";

/** The media type that a file's name suggests. */
export function mediaOfName(name: string): string | undefined {
  const extension = /\.(\w+)$/.exec(name)?.[1];
  return TYPES.get(extension?.toLowerCase() ?? "");
}

/** The usual ending of a file of this type, with its dot; empty if none exists. */
export function endingOf(type: string): string {
  const entry = Object.entries(EXTENSIONS).find(([, known]) => known === type);
  return entry ? `.${entry[0]}` : "";
}

/** What is known so far: nothing certain, or the media type, which may be none that is known here. */
export type Verdict =
  { readonly decided: false } | { readonly decided: true; readonly type: string | undefined };

const UNDECIDED: Verdict = { decided: false };

/**
 * Finds out the media type of bytes that come in pieces, in as few bytes as are certain. Signatures count where the
 * bytes begin and behind leading tags; what has none is mp3 or nothing (see `Mp3Evidence`).
 */
export class MediaSniffer {
  #verdict: Verdict = UNDECIDED;
  /** Where the next signature begins, and what has come of it. */
  #signatureAt = 0;
  #signature: Buffer = Buffer.alloc(0);
  #bytes = 0;
  #tagged = false;
  readonly #evidence = new Mp3Evidence();
  readonly #scanner = new FrameScanner(this.#evidence.add);

  /** Takes the next bytes. */
  push(piece: Buffer): Verdict {
    if (this.#verdict.decided) return this.#verdict;
    const start = this.#bytes;
    this.#bytes += piece.length;
    const signed = this.#lookForSignature(piece, start);
    if (signed !== undefined) return (this.#verdict = { decided: true, type: signed });
    this.#scanner.push(piece);
    if (this.#evidence.found) this.#verdict = { decided: true, type: MP3 };
    else if (this.#evidence.garbage > MP3_SEARCH_BYTES) this.#verdict = { decided: true, type: undefined };
    return this.#verdict;
  }

  /** Says that nothing follows. */
  end(): Extract<Verdict, { decided: true }> {
    if (this.#verdict.decided) return this.#verdict;
    this.#scanner.end();
    const mp3 = this.#evidence.end(this.#scanner.truncated);
    return { decided: true, type: signatureOf(this.#signature) ?? (mp3 ? MP3 : undefined) };
  }

  /** What it would most likely be if it went on: mp3 where all there is so far is a tag, or frames that are too few. */
  get likely(): string | undefined {
    if (this.#verdict.decided) return this.#verdict.type;
    const signed = signatureOf(this.#signature);
    if (signed !== undefined) return signed;
    return this.#tagged || this.#scanner.frames > 0 || this.#scanner.truncated ? MP3 : undefined;
  }

  #lookForSignature(piece: Buffer, start: number): string | undefined {
    while (this.#signature.length < SIGNATURE_BYTES) {
      const from = this.#signatureAt + this.#signature.length - start;
      if (from >= piece.length) break;
      const more = piece.subarray(from, from + SIGNATURE_BYTES - this.#signature.length);
      this.#signature = Buffer.concat([this.#signature, more]);
      const tag = tagLength(this.#signature);
      const sure = tag === undefined && this.#signature.length >= SURE_BYTES;
      const type = sure ? signatureOf(this.#signature) : undefined;
      if (type !== undefined) return type;
      if (typeof tag === "number") this.#skipTag(tag);
    }
    return undefined;
  }

  #skipTag(bytes: number): void {
    // A text may begin with the three letters of an ID3v1 tag, which stands at the end anyway.
    this.#tagged ||= !this.#signature.toString("latin1").startsWith("TAG");
    this.#signatureAt += bytes;
    this.#signature = Buffer.alloc(0);
  }
}

const signatureOf = (head: Buffer): string | undefined =>
  SIGNATURES.find(({ at, bytes }) => head.toString("latin1", at, at + bytes.length) === bytes)?.type;

/**
 * The media type that the first bytes of a file or stream show, e.g. `audio/wav`; undefined if they show none that is
 * known. `whole`: they are all there is; otherwise the beginning of an mp3 will do.
 */
export function mediaTypeOf(head: Buffer, whole = false): string | undefined {
  const sniffer = new MediaSniffer();
  const verdict = sniffer.push(head.subarray(0, SNIFF_BYTES));
  if (verdict.decided) return verdict.type;
  return whole && head.length <= SNIFF_BYTES ? sniffer.end().type : sniffer.likely;
}

/** A stream whose type is known; the audio is all of it, from its first byte on. */
export interface Sniffed {
  /** Media type; undefined if it is not one that is known here. */
  readonly type: string | undefined;
  readonly audio: AsyncIterable<Buffer>;
}

/**
 * Reads a stream until its type is certain, which takes the first frame of an mp3 and a few bytes of anything else.
 * @throws what the source throws
 */
export async function sniff(source: AsyncIterable<Buffer>): Promise<Sniffed> {
  const pieces = source[Symbol.asyncIterator]();
  const sniffer = new MediaSniffer();
  const seen: Buffer[] = [];
  for (;;) {
    const next = await pieces.next();
    if (next.done === true) return { type: sniffer.end().type, audio: replay(seen, pieces) };
    seen.push(next.value);
    const verdict = sniffer.push(next.value);
    if (verdict.decided) return { type: verdict.type, audio: replay(seen, pieces) };
  }
}

async function* replay(seen: readonly Buffer[], rest: AsyncIterator<Buffer>): AsyncGenerator<Buffer> {
  try {
    yield* seen;
    for (let next = await rest.next(); next.done !== true; next = await rest.next()) yield next.value;
  } finally {
    await rest.return?.();
  }
}
