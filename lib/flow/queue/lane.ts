/** A queue with a limited number of places: the highest priority first, then the oldest. */
import { startTimer, type Timer } from "../../timers";
import { Problem } from "../message/problem";
import type { QueueSlot } from "./queue-limit";
import { SortedQueue } from "./sorted-queue";

/** How one message waits. */
export interface QueueOptions {
  /** Higher goes first (`msg.priority`). */
  readonly priority: number;
  /** Epoch milliseconds after which the message is not processed any more (`msg.expires`). */
  readonly expiresAt?: number;
  /** Removes the message from the lane as soon as it aborts. */
  readonly signal: AbortSignal;
  /** When it began to wait in any lane (`performance.now()`), by default when it enters this one. */
  readonly since?: number;
  /** The message's slot in its account's wait limit; without one the number is not limited. */
  readonly slot?: QueueSlot;
  /** Called with the number of waiting messages, this one included, when it begins to wait and after changes. */
  readonly waiting?: (count: number) => void;
}

/** Frees the place. A second call has no effect. */
export type Release = () => void;

interface Waiting extends QueueOptions {
  readonly since: number;
  readonly admit: () => void;
  readonly refuse: (reason: Error) => void;
}

/** A limited number of places, and a queue for them. */
export class Lane {
  private readonly queue = new SortedQueue<Waiting>((a, b) => b.priority - a.priority || a.since - b.since);
  private running = 0;
  private pausedUntil = 0;
  private wakeUp?: Timer;
  private announcement?: NodeJS.Immediate;

  /**
   * @param limit how many may run at the same time, 0 for no limit
   * @param changed called with the number of waiting messages after it has changed
   */
  constructor(
    private readonly limit: number,
    private readonly changed: (waiting: number) => void = () => undefined,
  ) {}

  /** Number of waiting messages. */
  get waiting(): number {
    return this.queue.size;
  }

  /** Whether a message that enters now has to wait. */
  get busy(): boolean {
    return this.paused || this.full;
  }

  private get full(): boolean {
    return this.limit > 0 && this.running >= this.limit;
  }

  /** Admits no message for `ms` milliseconds; a longer running pause is kept. */
  pause(ms: number): void {
    this.pausedUntil = Math.max(this.pausedUntil, performance.now() + ms);
    this.setAlarm();
  }

  private get paused(): boolean {
    return performance.now() < this.pausedUntil;
  }

  /**
   * Waits for a place.
   * @throws Problem `EXPIRED` when the message expires before its turn, `QUEUE_FULL`; the signal's reason when aborted.
   */
  async enter(options: QueueOptions): Promise<Release> {
    options.signal.throwIfAborted();
    assertFresh(options);
    // After a pause, messages that the timer has not admitted yet come first.
    this.fill();
    if (!this.busy) return this.take();
    options.slot?.take();
    return this.wait(options);
  }

  private wait(options: QueueOptions): Promise<Release> {
    return new Promise((resolve, reject) => {
      const leave = (): void => {
        expiry?.cancel();
        options.signal.removeEventListener("abort", onAbort);
        this.queue.remove(waiting);
        options.slot?.release();
        this.update();
      };
      const waiting: Waiting = {
        ...options,
        since: options.since ?? performance.now(),
        admit: () => {
          leave();
          resolve(this.take());
        },
        refuse: (reason) => {
          leave();
          reject(reason);
        },
      };
      const onAbort = (): void => waiting.refuse(options.signal.reason as Error);
      const expiry = expiryTimer(waiting);
      options.signal.addEventListener("abort", onAbort, { once: true });
      this.queue.add(waiting);
      this.update();
    });
  }

  private update(): void {
    this.setAlarm();
    // Once for all changes of a turn of the event loop: one call per change would block it with thousands of messages.
    this.announcement ??= setImmediate(() => {
      this.announcement = undefined;
      this.changed(this.queue.size);
      for (const { waiting } of this.queue) waiting?.(this.queue.size);
    });
  }

  /** Admits waiting messages at the end of a pause; without waiting messages no timer runs. */
  private setAlarm(): void {
    const left = this.pausedUntil - performance.now();
    this.wakeUp?.cancel();
    this.wakeUp = undefined;
    // A pause may end between two reads of the clock: messages that can be admitted now are admitted too.
    if (this.queue.size === 0 || (left <= 0 && this.full)) return;
    this.wakeUp = startTimer(Math.max(left, 0), () => {
      this.fill();
      this.setAlarm();
    });
  }

  private take(): Release {
    this.running += 1;
    let held = true;
    return () => {
      if (!held) return;
      held = false;
      this.running -= 1;
      this.fill();
    };
  }

  private fill(): void {
    while (!this.busy && this.queue.first) this.queue.first.admit();
  }
}

const expired = (): Problem => new Problem("EXPIRED", {}, { retryable: false });

function expiryTimer(waiting: Waiting): Timer | undefined {
  if (waiting.expiresAt === undefined) return undefined;
  return startTimer(waiting.expiresAt - Date.now() + 1, () => waiting.refuse(expired()));
}

function assertFresh({ expiresAt }: QueueOptions): void {
  if (expiresAt !== undefined && expiresAt <= Date.now()) throw expired();
}
