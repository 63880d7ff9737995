import { randomUUID } from "node:crypto";
import type { Settings } from "../options";
import { Recording } from "./recording";

const TICK_MS = 20;
const MOST_RECORDINGS = 1000;

/** Generates recordings at the server's own pace, whoever listens, and keeps them for replay. */
export class Studio {
  readonly #recordings = new Map<string, Recording>();
  readonly #timers = new Set<() => void>();
  #closed = false;

  constructor(private readonly settings: Settings) {}

  find(id: string): Recording | undefined {
    return this.#recordings.get(id);
  }

  /** Starts recording what `source` yields. The recording goes on even when nobody reads it. */
  record(source: AsyncIterable<Buffer>): Recording {
    const recording = new Recording(randomUUID());
    this.#recordings.set(recording.id, recording);
    this.#run(recording, source).catch((cause: unknown) => {
      recording.fail(cause instanceof Error ? cause : new Error(String(cause)));
    });
    this.#forgetOldest();
    return recording;
  }

  /** Stops everything that is still being generated. */
  close(): void {
    this.#closed = true;
    for (const wake of this.#timers) wake();
  }

  #forgetOldest(): void {
    for (const [id, recording] of this.#recordings) {
      if (this.#recordings.size <= MOST_RECORDINGS) return;
      if (recording.finished) this.#recordings.delete(id);
    }
  }

  async #run(recording: Recording, source: AsyncIterable<Buffer>): Promise<void> {
    const { firstByteMs, bytesPerSecond } = this.settings;
    if (firstByteMs > 0) await this.#sleep(firstByteMs);
    const start = performance.now();
    let sent = 0;
    for await (const part of source) {
      for (let at = 0; at < part.length;) {
        if (this.#closed) return;
        const due = (performance.now() - start + TICK_MS) / 1000;
        const allowed = Math.min(Math.floor(due * bytesPerSecond) - sent, part.length - at);
        if (allowed > 0) {
          recording.append(part.subarray(at, at + allowed));
          at += allowed;
          sent += allowed;
        } else {
          await this.#sleep(TICK_MS);
        }
      }
    }
    recording.finish();
  }

  #sleep(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const wake = () => {
        clearTimeout(timer);
        this.#timers.delete(wake);
        resolve();
      };
      const timer = setTimeout(wake, ms);
      this.#timers.add(wake);
    });
  }
}
