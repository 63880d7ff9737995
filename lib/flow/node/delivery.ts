/** Sends audio to the flow: a sequence of chunks or one Buffer, as fast as it arrives or as fast as it plays. */
import {
  chunks,
  joinAhead,
  NoAudioError,
  pace,
  shapeAudio,
  type Chunk,
  type Shape,
  type ShapeFacts,
} from "../../audio";
import type { RunContext } from "./run-context";
import type { Setting } from "../../schema/description";
import { Turns } from "../../timers";
import { Problem } from "../message/problem";
import { loudness, shifted } from "./shaping";
import type { AudioSequence, Facts } from "../message/sequence";
import { shiftSubtitles } from "./subtitles";

/** How a node sends audio. */
export interface DeliverySettings {
  /** `chunks`: a sequence of Buffers while the audio arrives; anything else: all of it in one message. */
  readonly output: string;
  readonly chunkBytes: number;
  /** `realtime`: no faster than it plays. */
  readonly pace: string;
  /** How long before its playback time a paced chunk is sent, in ms. */
  readonly leadMs: number;
}

/** The settings of `DeliverySettings` besides `output`, for the nodes that send chunks. */
export const CHUNK_SETTINGS = {
  chunkBytes: {
    kind: "count",
    default: 0,
    min: 0,
    max: 1048576,
    when: { output: "chunks" },
    advanced: true,
  },
  pace: {
    kind: "select",
    choices: ["off", "realtime"],
    default: "off",
    when: { output: "chunks" },
    advanced: true,
  },
  leadMs: { kind: "count", default: 1000, min: 0, max: 60000, when: { pace: "realtime" }, advanced: true },
} as const satisfies Record<string, Setting>;

/** An audio and its facts. */
export interface Delivery {
  readonly audio: AsyncIterable<Buffer>;
  /** Known from the beginning: on every message. */
  readonly known: Facts;
  /** Known when it has ended: on the last message. */
  readonly ending?: () => Facts;
  /** Silence and loudness, which are not part of the generated or stored audio. */
  readonly shape?: Shape;
  /** How many bytes of the speech are before this audio; 0 by default. */
  readonly begunAt?: number;
}

/** The part of a node's context that delivery uses. */
export type DeliveryContext = Pick<
  RunContext<unknown, DeliverySettings>,
  "settings" | "signal" | "send" | "retract" | "status" | "arrivedAt"
>;

/** The most audio that is sent at a time to a paced listener with a small buffer, in ms. */
const PACED_CHUNK_MS = 250;

const PACED = { enoughMs: PACED_CHUNK_MS, mostMs: PACED_CHUNK_MS } as const;

/** The length of pieces for a listener that is far ahead, in ms. */
const AHEAD = { enoughMs: 2000 } as const;

/** The size of the pieces in which audio for one Buffer is collected, in bytes. */
const WHOLE_PIECE_BYTES = 65_536;

/** The interval of status updates while audio arrives, in ms. */
const STATUS_EVERY_MS = 500;

/**
 * Sends the audio according to the settings; returns the facts of the whole audio.
 * @throws what the audio throws, after what was sent has been retracted; Problem `NOT_AUDIO` if it has no mp3 frame
 */
export async function deliver(
  context: DeliveryContext,
  sequence: AudioSequence,
  delivery: Delivery,
): Promise<Facts> {
  try {
    return await sequence.retractOnError(context, () => sendAll(context, sequence, delivery));
  } catch (error) {
    if (error instanceof NoAudioError) throw new Problem("NOT_AUDIO");
    throw error;
  }
}

async function sendAll(
  context: DeliveryContext,
  sequence: AudioSequence,
  { audio, known, ending, shape = {}, begunAt = 0 }: Delivery,
): Promise<Facts> {
  const asChunks = context.settings.output === "chunks";
  const whole: Buffer[] = [];
  let firstAudioMs: number | undefined;
  const shaped = shapeAudio(audio, shape);
  let facts = known;
  const spoken = new SpokenStatus(context);
  const turns = new Turns();
  let sentBytes = 0;
  for await (const chunk of chunksOf(context, shaped.audio)) {
    if (firstAudioMs === undefined) facts = shifted(known, shaped.facts.silenceMs);
    firstAudioMs ??= elapsed(context);
    spoken.add(chunk.audioMs);
    if (chunk.last) {
      const { bytes, audioMs } = chunk.last;
      const totals = { bytes, audioMs: Math.round(audioMs), firstAudioMs, totalMs: elapsed(context) };
      facts = { ...facts, ...totals, ...loudness(shape, shaped.facts), ...later(ending, shaped.facts) };
    }
    sentBytes += chunk.data.length;
    if (asChunks) {
      const position = begunAt + shaped.facts.sourceBytes(sentBytes);
      const message = sequence.next(chunk.data, { ...facts, position }, chunk.last !== undefined);
      sequence.whileSending(() => context.send(message));
    } else whole.push(chunk.data);
    // Cached or overdue audio is available immediately.
    await turns.share();
  }
  if (!asChunks) context.send(sequence.whole(Buffer.concat(whole), facts));
  return { ...facts, chunks: asChunks ? sequence.count : 1 };
}

/** The facts at the end; subtitles that arrive only now are shifted by the silence before the speech. */
function later(ending: Delivery["ending"], { silenceMs }: ShapeFacts): Facts {
  const facts = ending?.() ?? {};
  const { srt } = facts;
  return typeof srt === "string" ? { ...facts, srt: shiftSubtitles(srt, silenceMs) } : facts;
}

/** Chunks of whole frames; with `chunkBytes` 0 few and large ones where the audio arrives faster than it plays. */
function chunksOf({ settings, signal }: DeliveryContext, audio: AsyncIterable<Buffer>): AsyncIterable<Chunk> {
  const { output, chunkBytes, leadMs } = settings;
  if (output !== "chunks") return chunks(audio, { chunkBytes: WHOLE_PIECE_BYTES });
  const paced = settings.pace === "realtime";
  const most = paced ? { maxChunkMs: PACED_CHUNK_MS } : {};
  const framed = chunks(audio, { chunkBytes, ...most });
  const joined = chunkBytes > 0 ? framed : joinAhead(framed, { ...(paced ? PACED : AHEAD), signal });
  return paced ? pace(joined, { leadMs, signal }) : joined;
}

const elapsed = (context: DeliveryContext): number => Math.round(performance.now() - context.arrivedAt);

/** Shows the progress, but not for every chunk: each status is sent to every open editor. */
export class SpokenStatus {
  private audioMs = 0;
  private shownAt = -Infinity;

  constructor(private readonly context: Pick<DeliveryContext, "status">) {}

  add(audioMs: number): void {
    this.audioMs += audioMs;
    const now = performance.now();
    if (now - this.shownAt < STATUS_EVERY_MS) return;
    this.shownAt = now;
    this.context.status.working("speaking", { seconds: (this.audioMs / 1000).toFixed(1) });
  }
}
