/** An asynchronous generation and its statuses. */
import { randomUUID } from "node:crypto";
import { text } from "../read";
import type { Settings } from "../options";
import type { Account } from "./account";
import { audioUrl, streamUrl } from "./addresses";
import type { Block } from "./blocks";
import { failMarker } from "./marker";
import type { Clock } from "./clock";
import type { Recording } from "./recording";
import type { Recorder } from "./recorder";

/** The fraction of its time in which a task is `pending`. */
const PENDING_SHARE = 0.25;

/** Statuses of a task, API reference 7.8. */
export type TaskStatus = "pending" | "processing" | "generated" | "failed";

/** The fixed properties of a task. */
export interface TaskPlan {
  blocks: Block[];
  srt: boolean;
  projectId: string | undefined;
  trackId: string | undefined;
}

/** The services that a task uses. */
export interface TaskContext {
  readonly settings: Settings;
  readonly clock: Clock;
  readonly account: Account;
  readonly recorder: Recorder;
  /** Origin of the storage host. */
  readonly storageUrl: string;
}

/** An asynchronous generation, API reference D.2 and 7.8. */
export class Task {
  readonly id = randomUUID();
  readonly #fails: boolean;
  #started = 0;
  #generatedAt: string | undefined;
  #parts: Recording[] = [];
  #merged: Recording | undefined;
  #settled = false;

  constructor(
    readonly plan: TaskPlan,
    private readonly context: TaskContext,
  ) {
    this.#fails = plan.blocks.some(({ shown }) => text(shown, "text")?.includes(failMarker));
    this.start();
  }

  get credits(): number {
    return this.plan.blocks.reduce((sum, { credits }) => sum + credits, 0);
  }

  /** Milliseconds until it is `processing`. */
  get pendingMs(): number {
    return Math.max(
      0,
      this.#started + PENDING_SHARE * this.context.settings.taskMs - this.context.clock.now(),
    );
  }

  get status(): TaskStatus {
    const { taskMs } = this.context.settings;
    const elapsed = this.context.clock.now() - this.#started;
    if (elapsed < taskMs * PENDING_SHARE) return "pending";
    if (elapsed < taskMs) return "processing";
    return this.#fails ? "failed" : "generated";
  }

  get isRunning(): boolean {
    return this.status === "pending" || this.status === "processing";
  }

  /** Freezes the credits and starts, for the first time or again. */
  start(): void {
    this.context.account.charge(this.credits);
    this.#settled = false;
    this.#generatedAt = undefined;
    this.#started = this.context.clock.now();
    this.#parts = this.plan.blocks.map((block) =>
      this.context.recorder.recordAtOnce(block.sound(), block.line),
    );
    // The audio of a single block is the whole audio, at the same address. API reference 7.8.
    this.#merged =
      this.#parts.length === 1 ? this.#parts[0] : this.context.recorder.recordAtOnce(joined(this.#parts));
  }

  /** Waits for the audio once its time is up, and returns the credits of a failure. */
  async settle(): Promise<void> {
    if (this.isRunning || this.#settled) return;
    this.#settled = true;
    if (this.#fails) {
      this.context.account.release(this.credits);
    } else {
      await this.#merged?.whole();
      this.#generatedAt = new Date().toISOString();
    }
  }

  /** The task as the API shows it; `stream` puts play-while-generating addresses. API reference D.6. */
  shown(stream: boolean, status: TaskStatus = this.status): Record<string, unknown> {
    const { storageUrl, account, settings } = this.context;
    const address = (recording: Recording | undefined) => {
      if (!recording || status === "failed" || status === "pending") return undefined;
      if (stream) return { audio: streamUrl(storageUrl, recording.id) };
      return status === "generated" ? { audio: audioUrl(storageUrl, recording.id) } : undefined;
    };
    const generated = status === "generated" && {
      generatedAt: this.#generatedAt ?? new Date().toISOString(),
    };
    const voices = new Set(this.plan.blocks.flatMap(({ voice }) => (voice ? [voice.shown] : [])));
    return {
      id: this.id,
      userId: account.userId,
      status,
      type: "vocu-neural-voice-001",
      metadata: {
        contents: this.plan.blocks.map((block, index) => ({
          ...block.shown,
          ...address(this.#parts[index]),
          ...generated,
        })),
        characters: this.plan.blocks.reduce((sum, { characters }) => sum + characters, 0),
        voices: [...voices],
        isPremium: settings.paid,
        srt: this.plan.srt && settings.paid,
        ...address(this.#merged),
        ...generated,
      },
    };
  }
}

async function* joined(parts: Recording[]): AsyncGenerator<Buffer> {
  for (const part of parts) yield* part.read();
}
