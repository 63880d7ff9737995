/** Measures mp3 that passes by. */
import { FrameScanner } from "./scanner";

/** Listens to an mp3 stream (API reference D.4) that passes by, and knows how much audio it was so far. */
export class FrameMeter {
  readonly #scanner = new FrameScanner(() => undefined);

  /** Takes the next bytes of the stream, cut anywhere. */
  push(data: Uint8Array): void {
    this.#scanner.push(data);
  }

  /** How long the whole frames so far play, in milliseconds. */
  get audioMs(): number {
    return this.#scanner.audioMs;
  }

  /** Whether a stream that ends here stops inside a frame: it certainly ended early. More bytes may still follow. */
  get truncated(): boolean {
    return this.#scanner.truncated;
  }
}
