/** Finished speeches on disk. */
import { createHash, randomBytes } from "node:crypto";
import * as promises from "node:fs/promises";
import { join } from "node:path";
import { ignoreFailure } from "../../promises";
import { codeOf } from "../files/write";
import {
  entryName,
  FILE_ENDINGS,
  newCard,
  readCard,
  unfinishedName,
  type Card,
  type EntryFileKind,
} from "./entry";
import { clear, removeEntry, tidy, type CacheFs, type Limits } from "./folder";

/** A longer speech is not kept: it has to fit into memory while it is checked. */
export const MAX_SPEECH_BYTES = 16 * 1024 * 1024;

/** How often an entry is written until its audio and its side-car are of one and the same writer. */
const WRITE_ATTEMPTS = 3;

/** Audio leaves in pieces of this size, about a second each. */
const PIECE_BYTES = 16 * 1024;

/** Only the user that Node-RED runs as may read what was said. */
const FILE_MODE = 0o600;
const FOLDER_MODE = 0o700;

/**
 * What kept the cache from working: an entry or the folder could not be read, an entry was damaged (and is removed),
 * something could not be written, or something could not be removed. It never fails the speech.
 */
type Trouble = "unreadable" | "damaged" | "unwritable" | "unremovable";

/** The folder of a store, its limits and its listeners. */
export interface StoreOptions extends Limits {
  readonly folder: string;
  /** Receives each failure, with the file system's code such as `ENOSPC` if it has one. */
  readonly report: (trouble: Trouble, code: string) => void;
  readonly fs?: CacheFs;
}

/** A speech from the store: its audio is verified as a whole. */
export interface StoredSpeech {
  readonly card: Card;
  readonly pieces: readonly Buffer[];
}

/** A speech to be stored. `label` becomes the readable part of the files' names. */
export interface NewSpeech extends Pick<Card, "key" | "audioMs" | "info" | "request"> {
  readonly label: string;
  readonly pieces: readonly Buffer[];
  /** Outside the limits of age and size. */
  readonly kept?: boolean;
}

/**
 * Finished speeches on disk: each an mp3 with a readable name and a JSON side-car, in one flat folder that several
 * processes, also on several machines, may share. It relies on no locks, only on a rename being all or nothing. Whatever
 * goes wrong is reported and makes a miss, never an exception.
 */
export class SpeechStore {
  readonly #fs: CacheFs;
  readonly #options: StoreOptions;
  #work: Promise<void> = Promise.resolve();
  #tidied = false;
  #restricted = false;
  #closed = false;

  constructor(options: StoreOptions) {
    this.#options = options;
    this.#fs = options.fs ?? promises;
  }

  /** The speech of a key; undefined if it is missing, damaged or expired. `label` as when it was stored. */
  async find(key: string, label: string): Promise<StoredSpeech | undefined> {
    const name = entryName(label, key);
    try {
      // On a network file system, a file that another machine replaces meanwhile can no longer be read.
      return await this.#find(key, name).catch((error: unknown) => {
        if (codeOf(error) === "ESTALE") return this.#find(key, name);
        throw error;
      });
    } catch (error) {
      if (codeOf(error) !== "ENOENT") this.#options.report("unreadable", codeOf(error));
      return undefined;
    } finally {
      if (!this.#tidied) ignoreFailure(this.#next(() => this.#tidy()));
    }
  }

  /** Stores a speech, one after another, and keeps the limits. */
  keep(speech: NewSpeech): Promise<void> {
    const audio = Buffer.concat(speech.pieces);
    const room = speech.kept === true ? Infinity : this.#options.maxBytes;
    if (audio.length > Math.min(room, MAX_SPEECH_BYTES)) return Promise.resolve();
    return this.#next(async () => {
      await this.#write(audio, speech);
      await this.#tidy();
    });
  }

  /** Takes a stored speech out of the limits permanently. `label` as when it was stored. */
  protect(key: string, label: string): Promise<void> {
    return this.#next(() => this.#protect(entryName(label, key)));
  }

  /** Resolves when nothing is being written any more; tidying up is broken off. Never rejects. */
  close(): Promise<void> {
    this.#closed = true;
    return this.#work;
  }

  async #find(key: string, name: string): Promise<StoredSpeech | undefined> {
    const path = this.#path(name, "card");
    const card = readCard(await this.#fs.readFile(path, "utf8"), key);
    if (card && (await this.#isTooOld(name))) {
      await this.#remove(name);
      return undefined;
    }
    const pieces = card && (await this.#read(name, card));
    if (!pieces) {
      this.#options.report("damaged", "");
      await this.#remove(name);
      return undefined;
    }
    const now = new Date();
    // A folder that can only be read still serves.
    await this.#fs.utimes(path, now, now).catch(() => undefined);
    return { card, pieces };
  }

  async #isTooOld(name: string): Promise<boolean> {
    const { mtimeMs } = await this.#fs.stat(this.#path(name, "card"));
    if (Date.now() - mtimeMs <= this.#options.maxAgeMs) return false;
    const kept = this.#fs.stat(this.#path(name, "keep"));
    return kept.then(
      () => false,
      () => true,
    );
  }

  /** The audio if it is what the card says. */
  async #read(name: string, { bytes, sha256 }: Card): Promise<Buffer[] | undefined> {
    const file = await this.#fs.open(this.#path(name, "audio"), "r");
    try {
      const { size } = await file.stat();
      if (size !== bytes || size > MAX_SPEECH_BYTES) return undefined;
      const audio = await file.readFile();
      return sha256Of(audio) === sha256 ? cut(audio) : undefined;
    } finally {
      await file.close();
    }
  }

  async #write(audio: Buffer, speech: NewSpeech): Promise<void> {
    const { label, key, audioMs, info, request, kept = false } = speech;
    const name = entryName(label, key);
    const card = newCard({ key, bytes: audio.length, sha256: sha256Of(audio), audioMs, info, request });
    try {
      await this.#fs.mkdir(this.#options.folder, { recursive: true, mode: FOLDER_MODE });
      await this.#restrict();
      // Another process may store the same speech, from a generation of its own, at the same time.
      for (let attempt = 1; attempt === 1 || !(await this.#isWhole(name, key)); attempt++) {
        if (attempt > WRITE_ATTEMPTS) break;
        await this.#place(audio, this.#path(name, "audio"));
        // The side-car last: an entry exists when its side-car does.
        await this.#place(`${JSON.stringify(card, null, 2)}\n`, this.#path(name, "card"));
      }
      if (kept) await this.#protect(name);
    } catch (error) {
      this.#options.report("unwritable", codeOf(error));
      await this.#remove(name);
    }
  }

  /** Whether an entry is there whose audio is what its card says. */
  async #isWhole(name: string, key: string): Promise<boolean> {
    try {
      const card = readCard(await this.#fs.readFile(this.#path(name, "card"), "utf8"), key);
      return card !== undefined && (await this.#read(name, card)) !== undefined;
    } catch {
      return false;
    }
  }

  /** A folder of an earlier version may be open to everybody. */
  async #restrict(): Promise<void> {
    if (this.#restricted) return;
    this.#restricted = true;
    await this.#fs.chmod(this.#options.folder, FOLDER_MODE).catch(() => undefined);
  }

  async #protect(name: string): Promise<void> {
    try {
      const file = await this.#fs.open(this.#path(name, "keep"), "a", FILE_MODE);
      await file.close();
    } catch (error) {
      this.#options.report("unwritable", codeOf(error));
    }
  }

  /** Puts a file in its place as a whole or not at all. */
  async #place(content: Buffer | string, path: string): Promise<void> {
    const unfinished = join(this.#options.folder, unfinishedName(randomBytes(8).toString("hex")));
    try {
      const file = await this.#fs.open(unfinished, "wx", FILE_MODE);
      try {
        await file.writeFile(content);
        await file.sync();
      } finally {
        await file.close();
      }
      await this.#fs.rename(unfinished, path);
    } catch (error) {
      await this.#fs.unlink(unfinished).catch(() => undefined);
      throw error;
    }
  }

  async #tidy(): Promise<void> {
    this.#tidied = true;
    const { folder, report } = this.#options;
    try {
      await tidy({
        fs: this.#fs,
        folder,
        limits: this.#options,
        stopped: () => this.#closed,
        report: (code) => report("unremovable", code),
      });
    } catch (error) {
      report("unreadable", codeOf(error));
    }
  }

  /** What cannot be removed is found damaged, or too old, again, and reported when the folder is tidied. */
  async #remove(name: string): Promise<void> {
    await removeEntry(this.#fs, this.#options.folder, name).catch(() => undefined);
  }

  /** One piece of work after another; one that fails keeps none of the following from its turn. */
  #next(work: () => Promise<void>): Promise<void> {
    this.#work = this.#work.then(work).catch((error: unknown) => {
      this.#options.report("unwritable", codeOf(error));
    });
    return this.#work;
  }

  #path(name: string, kind: EntryFileKind): string {
    return join(this.#options.folder, name + FILE_ENDINGS[kind]);
  }
}

/** Removes every speech of a store's folder, and nothing else in it. @throws errors of the file system */
export const clearStore = (folder: string): Promise<number> => clear(promises, folder);

const sha256Of = (data: Buffer): string => createHash("sha256").update(data).digest("hex");

function cut(audio: Buffer): Buffer[] {
  const pieces: Buffer[] = [];
  for (let at = 0; at < audio.length; at += PIECE_BYTES) pieces.push(audio.subarray(at, at + PIECE_BYTES));
  return pieces;
}
