/** A lane: work waits its turn, the most urgent and then the oldest first. */
import { Problem } from "../message/problem";
import type { Seat } from "./queue-limit";

/** How one piece of work wants to be treated. */
export interface Ticket {
  /** Higher goes first (`msg.priority`). */
  readonly priority: number;
  /** Epoch milliseconds after which the work is worthless (`msg.expires`). */
  readonly expiresAt?: number;
  /** Leaves the lane at once when it aborts. */
  readonly signal: AbortSignal;
  /** When it began to wait in any lane (`performance.now()`), by default when it enters this one. */
  readonly since?: number;
  /** Where it may wait; without one there is always room. */
  readonly seat?: Seat;
  /** Is told how many wait, itself included, when it begins to wait and whenever that changes while it does. */
  readonly waiting?: (count: number) => void;
}

/** Gives the place back. Calling it twice does nothing more. */
export type Release = () => void;

interface Waiting extends Ticket {
  readonly since: number;
  readonly admit: () => void;
  readonly refuse: (reason: Error) => void;
}

/** A bounded number of places, and a queue for them. */
export class Lane {
  private readonly queue: Waiting[] = [];
  private running = 0;
  private pausedUntil = 0;
  private wakeUp?: NodeJS.Timeout;

  /**
   * @param limit how many may run at once, 0 for no limit
   * @param changed is told whenever the number of waiting pieces changes
   */
  constructor(
    private readonly limit: number,
    private readonly changed: (waiting: number) => void = () => undefined,
  ) {}

  /** How many wait. */
  get waiting(): number {
    return this.queue.length;
  }

  /** Whether a newcomer would have to wait. */
  get busy(): boolean {
    return this.paused || this.full;
  }

  private get full(): boolean {
    return this.limit > 0 && this.running >= this.limit;
  }

  /** Lets nobody in for so many milliseconds; a longer pause that is on already stays as it is. */
  pause(ms: number): void {
    this.pausedUntil = Math.max(this.pausedUntil, performance.now() + ms);
    this.setAlarm();
  }

  private get paused(): boolean {
    return performance.now() < this.pausedUntil;
  }

  /**
   * Waits for a place.
   * @throws Problem `EXPIRED` when its time ran out before its turn, `QUEUE_FULL`; the signal's reason when aborted.
   */
  async enter(ticket: Ticket): Promise<Release> {
    ticket.signal.throwIfAborted();
    assertFresh(ticket);
    // After a pause nobody may overtake those whom the timer has not woken yet.
    this.fill();
    if (!this.busy) return this.take();
    ticket.seat?.take();
    return this.wait(ticket);
  }

  private wait(ticket: Ticket): Promise<Release> {
    return new Promise((resolve, reject) => {
      const leave = (): void => {
        clearTimeout(timer);
        ticket.signal.removeEventListener("abort", onAbort);
        const at = this.queue.indexOf(waiting);
        if (at >= 0) this.queue.splice(at, 1);
        ticket.seat?.leave();
        this.announce();
      };
      const waiting: Waiting = {
        ...ticket,
        since: ticket.since ?? performance.now(),
        admit: () => {
          leave();
          resolve(this.take());
        },
        refuse: (reason) => {
          leave();
          reject(reason);
        },
      };
      const onAbort = (): void => waiting.refuse(ticket.signal.reason as Error);
      const timer = this.expiryTimer(waiting);
      ticket.signal.addEventListener("abort", onAbort, { once: true });
      this.insert(waiting);
      this.announce();
    });
  }

  private announce(): void {
    this.changed(this.queue.length);
    for (const { waiting } of this.queue) waiting?.(this.queue.length);
    this.setAlarm();
  }

  /** Wakes those who wait at the end of a pause; without any of them no timer is left behind. */
  private setAlarm(): void {
    clearTimeout(this.wakeUp);
    const left = this.pausedUntil - performance.now();
    // A pause may run out between one look at the clock and the next: whoever could go by now is woken too.
    if (this.queue.length === 0 || (left <= 0 && this.full)) return;
    this.wakeUp = setTimeout(
      () => {
        this.fill();
        this.setAlarm();
      },
      Math.max(left, 0),
    );
  }

  private expiryTimer(waiting: Waiting): NodeJS.Timeout | undefined {
    if (waiting.expiresAt === undefined) return undefined;
    // Timers hold at most 2^31 ms; work that lives longer than 24 days needs none.
    const left = waiting.expiresAt - Date.now();
    if (left > 2 ** 31 - 1) return undefined;
    return setTimeout(() => waiting.refuse(expired()), left + 1);
  }

  /** Behind all that are more urgent, or as urgent and not younger. */
  private insert(waiting: Waiting): void {
    const { priority, since } = waiting;
    const at = this.queue.findIndex(
      (other) => other.priority < priority || (other.priority === priority && other.since > since),
    );
    this.queue.splice(at < 0 ? this.queue.length : at, 0, waiting);
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
    while (!this.busy && this.queue[0]) this.queue[0].admit();
  }
}

const expired = (): Problem => new Problem("EXPIRED", {}, { retryable: false });

function assertFresh(ticket: Ticket): void {
  if (ticket.expiresAt !== undefined && ticket.expiresAt <= Date.now()) throw expired();
}
