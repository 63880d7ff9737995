/** Uploaded files on the storage host. */
import type { Pcm } from "../speech/espeak";

const MOST_BYTES = 512 * 1024 * 1024;

/** A file on the storage host. */
export interface StoredFile {
  bytes: Buffer;
  type: string;
  /** Its samples, if it was uploaded for voice conversion as WAV. */
  pcm?: Pcm;
}

/** Uploaded files, by path on the storage host; beyond half a gigabyte the oldest are dropped. */
export class Files {
  readonly #files = new Map<string, StoredFile>();
  #bytes = 0;

  put(path: string, file: StoredFile): void {
    this.#drop(path);
    this.#files.set(path, file);
    this.#bytes += file.bytes.length;
    for (const oldest of this.#files.keys()) {
      if (this.#bytes <= MOST_BYTES || oldest === path) return;
      this.#drop(oldest);
    }
  }

  get(path: string): StoredFile | undefined {
    return this.#files.get(path);
  }

  #drop(path: string): void {
    this.#bytes -= this.#files.get(path)?.bytes.length ?? 0;
    this.#files.delete(path);
  }
}
