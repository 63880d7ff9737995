/** What kind of media some bytes are: by their content, else by a file's name. */
import { FrameSplitter } from "../../audio";

/** How many bytes from the start are enough to know a type. */
export const SNIFF_BYTES = 16_384;

const SIGNATURES: readonly { readonly type: string; readonly at: number; readonly bytes: string }[] = [
  { type: "audio/mpeg", at: 0, bytes: "ID3" },
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

/** The media type that the first bytes of a file show, e.g. `audio/wav`; undefined where they show none. */
export function sniffMedia(head: Buffer): string | undefined {
  const match = SIGNATURES.find(({ at, bytes }) => head.toString("latin1", at, at + bytes.length) === bytes);
  return match?.type ?? (startsLikeMp3(head) ? "audio/mpeg" : undefined);
}

/** The media type that a file's name suggests. */
export function mediaOfName(name: string): string | undefined {
  const extension = /\.(\w+)$/.exec(name)?.[1];
  return TYPES.get(extension?.toLowerCase() ?? "");
}

/** The usual ending of a file of this type, with its dot; empty where there is none. */
export function endingOf(type: string): string {
  const entry = Object.entries(EXTENSIONS).find(([, known]) => known === type);
  return entry ? `.${entry[0]}` : "";
}

/** An mp3 file may begin without any tag: then its first frames follow each other. */
function startsLikeMp3(head: Buffer): boolean {
  if (head[0] !== 0xff) return false;
  const units = new FrameSplitter().push(head.subarray(0, SNIFF_BYTES));
  const [first, second] = units.filter(({ kind }) => kind !== "tag");
  return first?.kind === "frame" && second?.kind === "frame";
}
