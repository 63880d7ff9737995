/** Chunked and simple file uploads. */
import { createHash, randomUUID } from "node:crypto";
import { badRequest } from "../errors";

const ZIP_BEGINNING = Buffer.from("PK\x03\x04", "latin1");
const ZIP_END = Buffer.from("PK\x05\x06", "latin1");

/** A file that was uploaded in chunks or as a whole. */
export interface Upload {
  id: string;
  finished: boolean;
  /** Bytes received so far. */
  bytes: number;
  /** Of the whole file, once finished. */
  sha256?: string;
}

interface Parts {
  upload: Upload;
  chunks: Map<number, Buffer>;
}

const unknown = () => badRequest("VALIDATION_BAD_PARAMS", "Unknown or finished upload");

/** Uploads to the account's file store, API reference F. */
export class Uploads {
  readonly #uploads = new Map<string, Parts>();

  /** All uploads, for tests. */
  get all(): Upload[] {
    return [...this.#uploads.values()].map(({ upload }) => upload);
  }

  begin(): string {
    const id = randomUUID();
    this.#uploads.set(id, { upload: { id, finished: false, bytes: 0 }, chunks: new Map() });
    return id;
  }

  /** Takes a chunk; the same number again replaces it. */
  add(id: string, index: number, chunk: Buffer): void {
    const { upload, chunks } = this.#open(id);
    upload.bytes += chunk.length - (chunks.get(index)?.length ?? 0);
    chunks.set(index, chunk);
  }

  /** Puts the chunks together: all numbers from zero on must be there, and the whole must be a ZIP. */
  finish(id: string): void {
    const parts = this.#open(id);
    const inOrder = Array.from({ length: parts.chunks.size }, (_, index) => parts.chunks.get(index));
    const present = inOrder.filter((chunk) => chunk !== undefined);
    const whole = Buffer.concat(present);
    if (present.length < inOrder.length || !isZip(whole)) {
      throw badRequest("VALIDATION_INVALID_FORMAT", "The chunks make no ZIP");
    }
    this.#close(parts, whole);
  }

  /** Takes a whole file of any kind. */
  take(bytes: Buffer): string {
    const id = this.begin();
    const parts = this.#open(id);
    parts.upload.bytes = bytes.length;
    this.#close(parts, bytes);
    return id;
  }

  isFinished(id: string): boolean {
    return this.#uploads.get(id)?.upload.finished ?? false;
  }

  #open(id: string): Parts {
    const parts = this.#uploads.get(id);
    if (!parts || parts.upload.finished) throw unknown();
    return parts;
  }

  #close({ upload, chunks }: Parts, whole: Buffer): void {
    upload.finished = true;
    upload.sha256 = createHash("sha256").update(whole).digest("hex");
    chunks.clear();
  }
}

/** A local file header at the beginning and an end-of-central-directory record at the end. */
function isZip(bytes: Buffer): boolean {
  return bytes.subarray(0, 4).equals(ZIP_BEGINNING) && bytes.lastIndexOf(ZIP_END) >= 0;
}
