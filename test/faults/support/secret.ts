/**
 * Finds a secret wherever somebody could read it. It does not list ways of writing a secret down: it undoes every way
 * of writing that it knows, in any order and depth, and looks for the secret itself.
 */

/** How deep encodings are undone: base64 of JSON of a URL of hex is four. */
const DEPTH = 4;
/** How much text stands around what was found. */
const AROUND = 100;

/**
 * How deep encodings are undone in all texts together, which are long: what is in one of them has been looked at
 * before.
 */
const DEPTH_TOGETHER = 1;

/**
 * Whether one of these secrets is in these values, and where: the texts around it. Neighbouring texts are also read as
 * one, and so are all bytes: a secret may be cut in two by chunks, by messages, by lines of a log.
 */
export function tracesOf(secrets: readonly string[], values: Iterable<unknown>): string[] {
  const search = new Search(secrets.map((secret) => secret.toLowerCase()));
  const seen = new Set<object>();
  const pieces = [...values].flatMap((value) => [...piecesIn(value, seen)]);
  const bytes = pieces.filter((piece) => piece.bytes);
  const whole = [pieces, bytes].map((each) => each.map(({ text }) => text).join(""));
  return [
    ...pieces.flatMap(({ text }) => search.traceIn(text, DEPTH) ?? []),
    ...whole.flatMap((text) => search.traceIn(text, DEPTH_TOGETHER) ?? []),
  ];
}

/** A search in many texts, most of which come again and again. */
class Search {
  /** How deep each text has been searched. */
  private readonly searched = new Map<string, number>();

  constructor(private readonly wanted: readonly string[]) {}

  /** The text around the first secret; undefined if none exists, or where the text was searched before. */
  traceIn(text: string, depth: number): string | undefined {
    if ((this.searched.get(text) ?? -1) >= depth) return undefined;
    this.searched.set(text, depth);
    const lower = text.toLowerCase();
    for (const wanted of this.wanted) {
      const at = lower.indexOf(wanted);
      if (at >= 0) return text.slice(Math.max(0, at - AROUND), at + wanted.length + AROUND);
    }
    if (depth === 0) return undefined;
    for (const plain of readingsOf(text)) {
      const trace = this.traceIn(plain, depth - 1);
      if (trace !== undefined) return trace;
    }
    return undefined;
  }
}

/** What a text says when it is read as something that was encoded; parts that are not stay as they are. */
function* readingsOf(text: string): Generator<string> {
  if (text.includes("%")) yield text.replace(/(?:%[0-9a-f]{2})+/gi, percentDecoded);
  if (text.includes("+")) yield text.replaceAll("+", " ");
  if (text.includes("\\")) yield text.replace(/\\(?:u([0-9a-f]{4})|x([0-9a-f]{2})|(.))/gi, unescaped);
  if (text.includes("&")) yield text.replace(/&(?:#x([0-9a-f]+)|#(\d+)|(\w+));/gi, entity);
  if (text.includes("\0")) yield text.replaceAll("\0", "");
  yield* decodedRuns(text, /(?:[0-9a-f]{2}[\s:]?){6,}/gi, (run) => [
    Buffer.from(run.replace(/[\s:]/g, ""), "hex").toString("latin1"),
  ]);
  yield* decodedRuns(text, /[\w+/=-]{6,}(?:\s+[\w+/=-]{6,})*/g, base64Readings);
  if (/[\u0080-\u00ff]/.test(text)) yield Buffer.from(text, "latin1").toString("utf8");
}

/** The runs that look encoded, decoded and put together, each in all readings. */
function* decodedRuns(text: string, run: RegExp, readings: (run: string) => string[]): Generator<string> {
  const runs = [...text.matchAll(run)].map(([match]) => readings(match));
  const plain = runs.flat().join("\n");
  if (plain !== "") yield plain;
}

/** base64 and base64url, from each of the four places where it may have begun. */
function base64Readings(run: string): string[] {
  const digits = run.replace(/[\s=]/g, "");
  return [0, 1, 2, 3].map((skip) => Buffer.from(digits.slice(skip), "base64").toString("latin1"));
}

function percentDecoded(run: string): string {
  return Buffer.from(run.replaceAll("%", ""), "hex").toString("latin1");
}

function unescaped(_all: string, unicode?: string, hex?: string, letter = ""): string {
  const code = unicode ?? hex;
  return code === undefined ? letter : String.fromCharCode(Number.parseInt(code, 16));
}

const ENTITIES: Readonly<Record<string, string>> = { quot: '"', amp: "&", lt: "<", gt: ">", apos: "'" };

function entity(all: string, hex?: string, decimal?: string, name = ""): string {
  if (hex !== undefined) return String.fromCodePoint(Number.parseInt(hex, 16) % 0x110000);
  if (decimal !== undefined) return String.fromCodePoint(Number(decimal) % 0x110000);
  return ENTITIES[name.toLowerCase()] ?? all;
}

interface Piece {
  readonly text: string;
  /** Whether it was bytes, e.g. of an audio. */
  readonly bytes: boolean;
}

/**
 * Every text in a value: names and values of all properties, hidden ones too, addresses, headers, and bytes as text.
 */
function* piecesIn(value: unknown, seen: Set<object>): Generator<Piece> {
  if (typeof value === "string") yield { text: value, bytes: false };
  if (typeof value === "symbol") yield { text: value.description ?? "", bytes: false };
  if (typeof value !== "object" || value === null || seen.has(value)) return;
  seen.add(value);
  const bytes = bytesOf(value);
  if (bytes) {
    yield { text: bytes.toString("latin1"), bytes: true };
    return;
  }
  if (value instanceof URL) yield { text: value.href, bytes: false };
  if (value instanceof URLSearchParams || value instanceof Headers) {
    const members: string[] = [];
    value.forEach((member: string, name: string) => members.push(name, member));
    yield { text: members.join("\n"), bytes: false };
  }
  if (value instanceof Map || value instanceof Set) {
    for (const entry of value) yield* piecesIn(entry, seen);
  }
  for (const key of Reflect.ownKeys(value)) {
    // The number of a member of a list would stand between the halves of a secret.
    if (!Array.isArray(value)) yield* piecesIn(key, seen);
    yield* piecesIn((value as Record<PropertyKey, unknown>)[key], seen);
  }
}

function bytesOf(value: object): Buffer | undefined {
  if (ArrayBuffer.isView(value)) return Buffer.from(value.buffer, value.byteOffset, value.byteLength);
  return value instanceof ArrayBuffer ? Buffer.from(value) : undefined;
}
