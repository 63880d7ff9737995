/** Audio that can be fetched for a limited time by clients that know its name. */
import { randomBytes } from "node:crypto";
import { ignoreFailure } from "../../promises";
import { startTimer, type Timer } from "../../timers";
import { Scratch, type ReportLeftover } from "../files/scratch";
import { codeOf } from "../files/write";
import { LengthMeter } from "../length";
import { Spool } from "./spool";

/** Bytes of a name's secret: 192 bits cannot be guessed. */
const SECRET_BYTES = 24;

/** The largest number of speeches kept at the same time. */
const MAX_SPEECHES = 1000;

/**
 * How much longer than the audio plays a listener has when its time is over, in ms: players start late and read ahead.
 */
const LISTEN_MARGIN_MS = 5000;

/** All that can be fetched from this process, by name. */
const published = new Map<string, Publication>();

const ENDINGS: Readonly<Record<string, string>> = {
  "audio/mpeg": ".mp3",
  "audio/wav": ".wav",
  "audio/ogg": ".ogg",
  "audio/flac": ".flac",
};

/** Audio that can be fetched. */
export interface Publication {
  /** The last part of its URL: a secret, and an ending by which players know the type. */
  readonly name: string;
  /** Media type. */
  readonly type: string;
  readonly spool: Spool;
  readonly length: LengthMeter;
}

/** There is no room, even without everything that is complete. */
export class NoRoomError extends Error {
  override readonly name = "NoRoomError";
}

/** The audio of this name, unless it has expired or was never there. */
export const findPublication = (name: string): Publication | undefined => published.get(name);

/** What one owner publishes, within bounds. */
export class PublishedAudio {
  private readonly scratch: Scratch;
  /** What can be fetched, oldest first, each with the timer of its end once it is whole. */
  private readonly held = new Map<Publication, Timer | undefined>();
  /** What can no longer be fetched but still has listeners, oldest first. */
  private readonly leaving = new Set<Publication>();

  /** @param report is called when a file could not be removed */
  constructor(private readonly report: ReportLeftover = () => undefined) {
    this.scratch = new Scratch(report);
  }

  /**
   * Begins a new audio of this media type, empty so far.
   * @throws errors of the file system
   */
  async begin(type: string): Promise<Publication> {
    const name = randomBytes(SECRET_BYTES).toString("base64url") + (ENDINGS[type] ?? "");
    const spool = await this.scratch.file((path) => Spool.create(path, this.report));
    const publication: Publication = { name, type, spool, length: new LengthMeter(type) };
    this.held.set(publication, undefined);
    published.set(name, publication);
    return publication;
  }

  /**
   * Adds to an audio that has not ended. Where all together would be more than `maxBytes`, the oldest complete ones are
   * removed: first those without listeners, then those with listeners, which are disconnected.
   * @throws NoRoomError when that is not enough; errors of the file system
   */
  async add(publication: Publication, data: Buffer, maxBytes: number): Promise<void> {
    while (this.diskBytes + data.length > maxBytes || this.held.size + this.leaving.size > MAX_SPEECHES) {
      const oldest = this.mostDispensable();
      if (!oldest) throw new NoRoomError("There is no room for more audio");
      await this.drop(oldest);
    }
    publication.length.push(data);
    await publication.spool.append(data);
  }

  /** Says that an audio is whole; it can be fetched for `ttlMs` from now on. */
  finish(publication: Publication, ttlMs: number): void {
    publication.spool.finish();
    if (!this.held.has(publication)) return;
    const timer = startTimer(ttlMs, () => this.expire(publication), { unref: true });
    this.held.set(publication, timer);
  }

  /** Removes an audio immediately and disconnects its listeners; never rejects. */
  async drop(publication: Publication): Promise<void> {
    this.forget(publication);
    this.leaving.delete(publication);
    await publication.spool.destroy(new Error("The audio is no longer there"));
  }

  /** Removes everything and cuts off all listeners; never rejects. */
  async clear(): Promise<void> {
    await Promise.all([...this.held.keys(), ...this.leaving].map((each) => this.drop(each)));
    await this.scratch.remove();
  }

  private get diskBytes(): number {
    let sum = 0;
    for (const { spool } of [...this.held.keys(), ...this.leaving]) sum += spool.diskBytes;
    return sum;
  }

  private mostDispensable(): Publication | undefined {
    const complete = [...this.held.keys()].filter(({ spool }) => spool.complete);
    const unheard = complete.find(({ spool }) => !spool.isRead);
    const [leaving] = this.leaving;
    return unheard ?? leaving ?? complete[0];
  }

  /** Refuses new requests; current listeners may play it to its end. */
  private expire(publication: Publication): void {
    const { spool, length } = publication;
    this.forget(publication);
    this.leaving.add(publication);
    ignoreFailure(spool.retire(length.atMostMs + LISTEN_MARGIN_MS));
    ignoreFailure(spool.removed.then(() => this.leaving.delete(publication)));
  }

  private forget(publication: Publication): void {
    this.held.get(publication)?.cancel();
    this.held.delete(publication);
    published.delete(publication.name);
  }
}

/**
 * Makes sure that an audio can still be read. One whose file was removed from outside can no longer be fetched.
 * @throws errors of the file system
 */
export async function checkPublication({ name, spool }: Publication): Promise<void> {
  try {
    await spool.check();
  } catch (error) {
    if (codeOf(error) === "ENOENT") published.delete(name);
    throw error;
  }
}
