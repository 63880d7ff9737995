/** Generates recordings at the sandbox's pace and keeps them for replay. */
import { randomUUID } from "node:crypto";
import type { Settings } from "../options";
import type { Line } from "../speech/speaker";
import { Recording } from "./recording";
import type { Clock } from "./clock";

const TICK_MS = 20;
const MOST_RECORDINGS = 1000;

/** Generates recordings at the server's own pace, with or without listeners, and keeps them for replay. */
export class Recorder {
  readonly #recordings = new Map<string, Recording>();

  constructor(
    private readonly settings: Settings,
    private readonly clock: Clock,
  ) {}

  find(id: string): Recording | undefined {
    return this.#recordings.get(id);
  }

  /** Starts recording what `source` yields, at the sandbox's pace. It continues without readers. */
  record(source: AsyncIterable<Buffer>, line?: Line): Recording {
    const { firstByteMs, bytesPerSecond } = this.settings;
    return this.#start((recording) => this.#paced(recording, source, firstByteMs, bytesPerSecond), line);
  }

  /** Records as fast as `source` yields: tasks wait elsewhere. */
  recordAtOnce(source: AsyncIterable<Buffer>, line?: Line): Recording {
    return this.#start((recording) => this.#paced(recording, source, 0, Infinity), line);
  }

  #start(run: (recording: Recording) => Promise<void>, line: Line | undefined): Recording {
    const recording = new Recording(randomUUID(), line);
    this.#recordings.set(recording.id, recording);
    run(recording).catch((cause: unknown) => {
      recording.fail(cause instanceof Error ? cause : new Error(String(cause)));
    });
    this.#forgetOldest();
    return recording;
  }

  #forgetOldest(): void {
    for (const [id, recording] of this.#recordings) {
      if (this.#recordings.size <= MOST_RECORDINGS) return;
      if (recording.finished) this.#recordings.delete(id);
    }
  }

  async #paced(
    recording: Recording,
    source: AsyncIterable<Buffer>,
    firstByteMs: number,
    bytesPerSecond: number,
  ): Promise<void> {
    if (firstByteMs > 0) await this.clock.sleep(firstByteMs);
    const start = this.clock.now();
    let sent = 0;
    for await (const part of source) {
      for (let at = 0; at < part.length;) {
        if (this.clock.stopped) return;
        const due = (this.clock.now() - start + TICK_MS) / 1000;
        const allowed = Math.min(Math.floor(due * bytesPerSecond) - sent, part.length - at);
        if (allowed > 0) {
          recording.append(part.subarray(at, at + allowed));
          at += allowed;
          sent += allowed;
        } else {
          await this.clock.sleep(TICK_MS);
        }
      }
    }
    recording.finish();
  }
}
