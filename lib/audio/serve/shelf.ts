/** Audio that can be fetched for a while by who knows its name, and never by anybody else. */
import { randomBytes } from "node:crypto";
import { join } from "node:path";
import { removeScratch, scratchFolder, sweepOnce } from "./scratch";
import { Spool } from "./spool";

/** Bytes of a name's secret: 192 bits cannot be guessed. */
const SECRET_BYTES = 24;

/** More speeches than this are never kept at once. */
const MAX_SPEECHES = 1000;

/** All that can be fetched from this process, by name. */
const served = new Map<string, Served>();

const ENDINGS: Readonly<Record<string, string>> = {
  "audio/mpeg": ".mp3",
  "audio/wav": ".wav",
  "audio/ogg": ".ogg",
  "audio/flac": ".flac",
};

/** Audio that can be fetched. */
export interface Served {
  /** The last part of its URL: a secret, and an ending by which players know the type. */
  readonly name: string;
  /** Media type. */
  readonly type: string;
  readonly spool: Spool;
}

/** There is no room, even without everything that is complete. */
export class ShelfFullError extends Error {
  override readonly name = "ShelfFullError";
}

/** The audio of this name, unless it has expired or was never there. */
export const findServed = (name: string): Served | undefined => served.get(name);

/** What one owner lets others fetch, within bounds. */
export class Shelf {
  private folder: Promise<string> | undefined;
  /** Oldest first. */
  private readonly held = new Set<Served>();
  private readonly timers = new Map<Served, NodeJS.Timeout>();

  constructor() {
    void sweepOnce();
  }

  /** Begins a new audio of this media type, empty so far. */
  async begin(type: string): Promise<Served> {
    const name = randomBytes(SECRET_BYTES).toString("base64url") + (ENDINGS[type] ?? "");
    const folder = await (this.folder ??= scratchFolder());
    // The file's name tells nobody how to fetch it.
    const spool = await Spool.create(join(folder, randomBytes(8).toString("hex")));
    const entry: Served = { name, type, spool };
    this.held.add(entry);
    served.set(name, entry);
    return entry;
  }

  /**
   * Adds to an audio that has not ended. Where all together would be more than `maxBytes`, the oldest complete ones go.
   * @throws ShelfFullError when that is not enough
   */
  async add(entry: Served, data: Buffer, maxBytes: number): Promise<void> {
    const complete = [...this.held].filter((other) => other.spool.complete);
    while (this.bytes + data.length > maxBytes || this.held.size > MAX_SPEECHES) {
      const oldest = complete.shift();
      if (!oldest) throw new ShelfFullError("There is no room for more audio");
      this.expire(oldest);
    }
    await entry.spool.append(data);
  }

  /** Says that an audio is whole; it can be fetched for `ttlMs` from now on. */
  finish(entry: Served, ttlMs: number): void {
    entry.spool.finish();
    const timer = setTimeout(() => this.expire(entry), ttlMs);
    timer.unref();
    this.timers.set(entry, timer);
  }

  /** Takes an audio away at once, also from those who are listening. */
  async drop(entry: Served): Promise<void> {
    this.forget(entry);
    await entry.spool.destroy(new Error("The audio is no longer there"));
  }

  /** Takes everything away. */
  async clear(): Promise<void> {
    await Promise.all([...this.held].map((entry) => this.drop(entry)));
    const { folder } = this;
    this.folder = undefined;
    if (folder) await removeScratch(await folder);
  }

  private get bytes(): number {
    let sum = 0;
    for (const { spool } of this.held) sum += spool.bytes;
    return sum;
  }

  /** Nobody new may fetch it; who listens hears it to the end. */
  private expire(entry: Served): void {
    this.forget(entry);
    void entry.spool.retire();
  }

  private forget(entry: Served): void {
    clearTimeout(this.timers.get(entry));
    this.timers.delete(entry);
    this.held.delete(entry);
    served.delete(entry.name);
  }
}
