/** Provides speech from the disk, from a generation that is already running, or from a new one. */
import type { SpeechInfo, SpeechParams, SpeechStream, VocuClient } from "../../api";
import {
  FrameMeter,
  MAX_SPEECH_BYTES,
  SharedStream,
  type Completed,
  type SpeechStore,
  type StoredSpeech,
  type Subscriber,
} from "../../audio";
import type { Facts } from "../message/sequence";
import type { Budget } from "../queue/budget";
import type { Lane, QueueOptions } from "../queue/lane";
import { Urgency } from "../queue/urgency";
import { Problem } from "../message/problem";
import { soundOf, speechKey } from "./speech-key";
import { SharedDeadline } from "../queue/deadline";

/** The part of an account that the cache uses. */
export interface SpeechSource {
  readonly client: VocuClient;
  /** The queue of generations. */
  readonly generation: Lane;
  /** The budget that generations are charged to. */
  readonly budget: Budget;
  /** The server, a part of each speech's key. */
  readonly baseUrl: string;
  /** False: one generation per message. */
  readonly enabled: boolean;
  /** Left out: nothing is stored, but equal speeches at the same time still share one generation. */
  readonly store?: SpeechStore;
}

/** Options of one message's speech. */
export interface Wish {
  readonly params: SpeechParams;
  readonly queueOptions: QueueOptions;
  /** Limit for the first byte of a generation that this message starts, in ms. */
  readonly timeoutMs?: number;
  /** False: a new generation, which is neither shared nor stored, except for its own job. */
  readonly cache: boolean;
  /** The same for each delivery of one job: those after the first one cost nothing, whatever `cache` says. */
  readonly jobId?: string;
  /** The stored speech is outside the limits of age and size. */
  readonly keep?: boolean;
  /** Called when a request to the service is needed. */
  connecting(): void;
}

/** A speech whose audio is about to arrive. */
export interface Speech {
  /** For `msg.vocu`, known from the beginning. `cached`: nothing was paid for this message. */
  readonly known: Facts;
  /** For `msg.vocu`, known when the audio has ended. */
  ending(): Facts;
  readonly cached: boolean;
  /** Iterate once; leaving the loop stops listening. */
  readonly audio: AsyncIterable<Buffer>;
  /** Stops listening; without any subscriber left, the generation is aborted immediately. */
  leave(): void;
}

/** Audio that is being generated. */
interface Live {
  readonly audio: AsyncIterator<Buffer, undefined>;
  readonly speech: SpeechStream;
  readonly meter: FrameMeter;
}

/** Audio from the disk. */
interface Stored {
  readonly audio: AsyncIterator<Buffer, undefined>;
  readonly stored: StoredSpeech;
}

/** One speech that is delivered to one or more messages. */
interface Sharing {
  readonly stream: SharedStream<Live | Stored>;
  readonly deadline: SharedDeadline;
  /** The priority of its generation: an alarm may join a message that can wait. */
  readonly urgency: Urgency;
  /** Whether the costs are already assigned to a message. */
  paid: boolean;
  /** Whether a message exempts it from the limits. */
  kept: boolean;
}

/** The speeches of one account. */
export class SpeechCache {
  private readonly sharings = new Map<string, Sharing>();

  constructor(private readonly source: SpeechSource) {}

  /**
   * Resolves when the audio is about to arrive: immediately from the disk; from the running generation of an equal
   * speech; or from a new generation, after its wait in the lane.
   * @throws Problem `EXPIRED`; VocuError of the generation; the reason of the queueOptions's signal
   */
  async speak(wish: Wish): Promise<Speech> {
    wish.queueOptions.signal.throwIfAborted();
    const sharing = this.sharingFor(wish);
    const subscriber = sharing.stream.join(wish.queueOptions.signal);
    const expiry = sharing.deadline.expire(wish.queueOptions.expiresAt, () =>
      subscriber.leave(new Problem("EXPIRED")),
    );
    try {
      const carried = await subscriber.opened;
      return "stored" in carried ? fromDisk(carried, subscriber) : generated(carried, subscriber, sharing);
    } catch (error) {
      subscriber.leave();
      throw error;
    } finally {
      expiry.cancel();
    }
  }

  /** Resolves when all pending writes have ended. */
  async close(): Promise<void> {
    await this.source.store?.close();
  }

  private sharingFor(wish: Wish): Sharing {
    const { store, baseUrl, enabled } = this.source;
    const ownJob = wish.cache ? undefined : wish.jobId;
    if (!enabled || !(wish.cache || ownJob)) return this.begin(wish, 0, () => Promise.resolve(undefined));
    const key = speechKey(baseUrl, wish.params, ownJob);
    const running = this.sharings.get(key);
    if (running?.stream.joinable) {
      running.kept ||= wish.keep === true;
      running.urgency.raise(wish.queueOptions.priority);
      if (!running.stream.end) wish.connecting();
      return running;
    }
    const label = labelOf(wish.params);
    const look = async (): Promise<StoredSpeech | undefined> => store?.find(key, label);
    const sharing = this.begin(wish, MAX_SPEECH_BYTES, look);
    this.sharings.set(key, sharing);
    // Requests between the end of the audio and the last byte on the disk still join.
    sharing.stream.settled
      .then((completed) => completed && this.keep(sharing, key, wish.params, completed))
      .catch(() => undefined)
      .finally(() => {
        if (this.sharings.get(key) === sharing) this.sharings.delete(key);
      });
    return sharing;
  }

  private begin(wish: Wish, keepBytes: number, look: () => Promise<StoredSpeech | undefined>): Sharing {
    const deadline = new SharedDeadline();
    const urgency = new Urgency(wish.queueOptions.priority);
    const stream = new SharedStream<Live | Stored>({
      keepBytes,
      open: async (signal) => {
        const stored = await look();
        if (stored) return { stored, audio: iterate(stored.pieces) };
        // Each subscriber has a limit of its own, so the place in the lane never expires.
        const queueOptions = { ...wish.queueOptions, expiresAt: undefined, signal };
        const release = await urgency.enter(this.source.generation, queueOptions);
        if (!wish.queueOptions.signal.aborted) wish.connecting();
        deadline.cancelAll();
        stream.settled.then(release, release);
        return this.generate(wish, urgency, signal);
      },
    });
    return { stream, deadline, urgency, paid: false, kept: wish.keep === true };
  }

  private async generate(
    { params, timeoutMs }: Wish,
    { priority }: Urgency,
    signal: AbortSignal,
  ): Promise<Live> {
    const meter = new FrameMeter();
    const limit = timeoutMs === undefined ? {} : { timeoutMs };
    const speech = await this.source.budget.spend(
      { characters: params.text?.length ?? 0, priority },
      () => this.source.client.speak(params, { signal, meter, ...limit }),
      ({ info }) => info.creditsUsed,
    );
    return { speech, meter, audio: speech.audio };
  }

  /** Stores complete speech, and exempts it from the limits if a message requests that. */
  private async keep(
    { kept }: Sharing,
    key: string,
    params: SpeechParams,
    { carried, pieces }: Completed<Live | Stored>,
  ): Promise<void> {
    const { store } = this.source;
    const label = labelOf(params);
    if ("stored" in carried) {
      if (kept) await store?.protect(key, label);
      return;
    }
    if (carried.meter.audioMs === 0 || carried.meter.truncated || carried.speech.unverified) return;
    await store?.keep({
      key,
      label,
      kept,
      pieces,
      audioMs: Math.round(carried.meter.audioMs),
      info: lasting(carried.speech.info),
      request: requestOf(params),
    });
  }
}

/** What identifies a speech for the user. */
const labelOf = ({ text }: SpeechParams): string => text ?? "";

// eslint-disable-next-line @typescript-eslint/require-await -- the pieces are in memory, but an audio is asynchronous
async function* iterate(pieces: readonly Buffer[]): AsyncGenerator<Buffer, undefined> {
  yield* pieces;
}

/** The facts that stay valid for a stored speech; stream addresses, prices and the signatures of addresses do not. */
const lasting = (info: SpeechInfo): Facts => withoutQueries(without(info, ["streamUrl", "billing"])) as Facts;

const without = (facts: object, names: readonly string[]): Facts =>
  Object.fromEntries(Object.entries(facts).filter(([name]) => !names.includes(name)));

/** The requested values; the text is stored unchanged. */
function requestOf(params: SpeechParams): Facts {
  const { text, ...others } = soundOf(params);
  return { ...(text === undefined ? {} : { text }), ...(withoutQueries(others) as Facts) };
}

/** Addresses without their query, in which storage hosts put secrets, at any depth of a value. */
function withoutQueries(value: unknown): unknown {
  if (typeof value === "string")
    return /^\s*[a-z][a-z\d+.-]*:\/\//i.test(value) ? value.split(/[?#]/)[0] : value;
  if (Array.isArray(value)) return value.map(withoutQueries);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, withoutQueries(member)]));
}

const ours = (subscriber: Subscriber<Live | Stored>): Pick<Speech, "audio" | "leave"> => ({
  audio: subscriber,
  leave: () => subscriber.leave(),
});

function fromDisk({ stored }: Stored, subscriber: Subscriber<Live | Stored>): Speech {
  // Entries of earlier versions may still contain signatures.
  const info = withoutQueries(stored.card.info) as Facts;
  const known = { ...info, creditsUsed: 0, cached: true };
  return { known, cached: true, ending: () => ({}), ...ours(subscriber) };
}

function generated({ speech }: Live, subscriber: Subscriber<Live | Stored>, sharing: Sharing): Speech {
  const cached = sharing.paid;
  sharing.paid = true;
  const { info, requestId, statusCode: status, attempts } = speech;
  const own = { status, ...(requestId === undefined ? {} : { requestId }), attempts, ...info };
  const shared = { ...without(info, ["billing"]), creditsUsed: 0 };
  return {
    known: { ...(cached ? shared : own), cached },
    cached,
    ending: () => ({
      ...(speech.resumes > 0 ? { resumes: speech.resumes } : {}),
      ...(speech.unverified ? { unverified: true } : {}),
    }),
    ...ours(subscriber),
  };
}
