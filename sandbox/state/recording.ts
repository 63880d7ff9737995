/** One generated audio, readable while it grows. */
import type { Line } from "../speech/speaker";

/** Speech that grows while it is being generated; any number of readers may follow it, each from its beginning. */
export class Recording {
  readonly #parts: Buffer[] = [];
  #length = 0;
  #finished = false;
  #failure: Error | undefined;
  #changed: () => void = () => undefined;
  #change = Promise.resolve();

  /** `line`: the spoken line, if it is speech; voice conversion speaks it again. */
  constructor(
    readonly id: string,
    readonly line?: Line,
  ) {
    this.#renew();
  }

  get finished(): boolean {
    return this.#finished;
  }

  append(bytes: Buffer): void {
    this.#parts.push(bytes);
    this.#length += bytes.length;
    this.#notify();
  }

  finish(): void {
    this.#finished = true;
    this.#notify();
  }

  /** Ends the recording permanently; its readers get the error. */
  fail(error: Error): void {
    this.#failure = error;
    this.#notify();
  }

  /** All bytes from the beginning, then new ones as they arrive, to the end. */
  async *read(): AsyncGenerator<Buffer> {
    for (let next = 0; ;) {
      const part = this.#parts[next];
      if (part) {
        next++;
        yield part;
      } else if (this.#finished) {
        return;
      } else {
        await this.#more();
      }
    }
  }

  /** The whole speech, once it is complete. */
  async whole(): Promise<Buffer> {
    while (!this.#finished) await this.#more();
    return Buffer.concat(this.#parts, this.#length);
  }

  #more(): Promise<void> {
    return this.#failure ? Promise.reject(this.#failure) : this.#change;
  }

  #notify(): void {
    this.#changed();
    this.#renew();
  }

  #renew(): void {
    this.#change = new Promise((resolve) => (this.#changed = resolve));
  }
}
