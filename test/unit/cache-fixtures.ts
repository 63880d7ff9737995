/** What the tests of the speech cache's store share. */
import { createHash } from "node:crypto";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { SpeechStore, type NewSpeech, type StoreOptions } from "../../lib/audio";
import { framesOf } from "./audio-fixtures";

/** A file system that may fail. */
export type CacheFs = NonNullable<StoreOptions["fs"]>;

const HOUR_MS = 3_600_000;
export const DAY_MS = 24 * HOUR_MS;

/** A key as the cache gets it: 64 hex digits. */
export const keyOf = (text: string): string => createHash("sha256").update(text).digest("hex");

/** A speech of `frames` mp3 frames. */
export function speechOf(text: string, frames = 20): NewSpeech {
  return {
    key: keyOf(text),
    label: text,
    pieces: framesOf(frames),
    audioMs: frames * 26,
    info: { audioId: `id of ${text}` },
    request: { text, voiceId: "voice" },
  };
}

export const bytesOf = (speech: { readonly pieces: readonly Buffer[] }): Buffer =>
  Buffer.concat(speech.pieces);

/** A store in a fresh folder of its own for each test of a file. */
export interface StoreHost {
  /** The store's folder; it does not exist before something is stored. */
  readonly folder: string;
  /** What the stores reported, as `damaged` or `unwritable ENOSPC`. */
  readonly troubles: string[];
  open(own?: Partial<StoreOptions>): SpeechStore;
  /** Names in the folder, in order. */
  files(): Promise<string[]>;
  /** The path of an entry's file. */
  path(text: string, ending: "mp3" | "json"): Promise<string>;
}

export function useStores(): () => StoreHost {
  let root = "";
  let host: StoreHost | undefined;
  let stores: SpeechStore[] = [];
  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), "vocu-cache-"));
    const folder = join(root, "vocu-cache");
    const troubles: string[] = [];
    stores = [];
    const files = async (): Promise<string[]> => (await readdir(folder)).sort();
    host = {
      folder,
      troubles,
      files,
      open(own = {}) {
        const report: StoreOptions["report"] = (trouble, code) => troubles.push(`${trouble} ${code}`.trim());
        const store = new SpeechStore({ folder, maxBytes: 1e9, maxAgeMs: 30 * DAY_MS, report, ...own });
        stores.push(store);
        return store;
      },
      async path(text, ending) {
        const mark = `-${keyOf(text).slice(0, 16)}.${ending}`;
        const name = (await files()).find((file) => file.endsWith(mark));
        if (name === undefined) throw new Error(`nothing is stored for ${text}`);
        return join(folder, name);
      },
    };
  });
  afterEach(async () => {
    await Promise.all(stores.map((store) => store.close()));
    await rm(root, { recursive: true, force: true });
  });
  return () => {
    if (!host) throw new Error("stores are there only during tests");
    return host;
  };
}
