/** Whether one mp3 can be played right before another by the same player. */
import { sameStream, type FrameHeader } from "../mp3/frame";
import { FrameSplitter, type Unit } from "../mp3/frames";

type Frame = Extract<Unit, { kind: "frame" }>;

/** An mp3 stream that is preceded by another one where players can play both in one go. */
export interface Joined {
  /** The audio frames that go first; undefined if the two have different formats. */
  readonly lead: readonly Buffer[] | undefined;
  /** All of the stream, to be read once. */
  readonly audio: AsyncIterable<Buffer>;
}

/**
 * Finds out whether `first`, a whole mp3, may go before `audio` in one stream: players keep the sample rate and the
 * channels that a stream begins with, and play what differs at the wrong speed or not at all. Of `first` only the audio
 * frames are used: its tags and its table of contents would give the player a wrong length.
 * @throws what the audio throws
 */
export async function joinMp3(first: Buffer, audio: AsyncIterable<Buffer>): Promise<Joined> {
  const frames = framesOf(first);
  const { header, replayed } = await firstHeaderOf(audio);
  const same = (each: FrameHeader): boolean =>
    header !== undefined && sameStream(each, header) && each.channels === header.channels;
  const fits = frames.length > 0 && frames.every((frame) => same(frame.header));
  return { lead: fits ? frames.map(({ data }) => data) : undefined, audio: replayed };
}

function framesOf(mp3: Buffer): Frame[] {
  const splitter = new FrameSplitter();
  return [...splitter.push(mp3), ...splitter.end()].filter((unit): unit is Frame => unit.kind === "frame");
}

async function firstHeaderOf(
  audio: AsyncIterable<Buffer>,
): Promise<{ header: FrameHeader | undefined; replayed: AsyncIterable<Buffer> }> {
  const rest = audio[Symbol.asyncIterator]();
  const splitter = new FrameSplitter();
  const seen: Buffer[] = [];
  for (;;) {
    const next = await rest.next();
    if (next.done !== true) seen.push(next.value);
    const units = next.done === true ? splitter.end() : splitter.push(next.value);
    const frame = units.find((unit): unit is Frame => unit.kind === "frame");
    if (frame || next.done === true) return { header: frame?.header, replayed: replay(seen, rest) };
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
