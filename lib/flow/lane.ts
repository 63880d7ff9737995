/** A lane: work waits its turn, the most urgent and then the oldest first. */
import { Problem } from "./problem";

/** How one piece of work wants to be treated. */
export interface Ticket {
  /** Higher goes first (`msg.priority`). */
  readonly priority: number;
  /** Epoch milliseconds after which the work is worthless (`msg.expires`). */
  readonly expiresAt?: number;
  /** Leaves the lane at once when it aborts. */
  readonly signal: AbortSignal;
}

/** Gives the place back. Calling it twice does nothing more. */
export type Release = () => void;

interface Waiting extends Ticket {
  readonly admit: () => void;
  readonly refuse: (reason: unknown) => void;
}

/** A bounded number of places, and a queue for them. */
export class Lane {
  private readonly queue: Waiting[] = [];
  private running = 0;

  /**
   * @param limit how many may run at once, 0 for no limit
   * @param maxWaiting how many may wait, 0 for no limit
   * @param changed is told whenever the number of waiting pieces changes
   */
  constructor(
    private readonly limit: number,
    private readonly maxWaiting = 0,
    private readonly changed: (waiting: number) => void = () => undefined,
  ) {}

  /** How many wait. */
  get waiting(): number {
    return this.queue.length;
  }

  /** Whether a newcomer would have to wait. */
  get busy(): boolean {
    return this.limit > 0 && this.running >= this.limit;
  }

  /**
   * Waits for a place.
   * @throws Problem `EXPIRED` when its time ran out before its turn, `QUEUE_FULL`; the signal's reason when aborted.
   */
  async enter(ticket: Ticket): Promise<Release> {
    ticket.signal.throwIfAborted();
    assertFresh(ticket);
    if (!this.busy) return this.take();
    if (this.maxWaiting > 0 && this.queue.length >= this.maxWaiting) {
      throw new Problem("QUEUE_FULL", { waiting: this.queue.length }, { retryable: true });
    }
    return this.wait(ticket);
  }

  private wait(ticket: Ticket): Promise<Release> {
    return new Promise((resolve, reject) => {
      const leave = (): void => {
        clearTimeout(timer);
        ticket.signal.removeEventListener("abort", onAbort);
        const at = this.queue.indexOf(waiting);
        if (at >= 0) this.queue.splice(at, 1);
        this.changed(this.queue.length);
      };
      const waiting: Waiting = {
        ...ticket,
        admit: () => {
          leave();
          resolve(this.take());
        },
        refuse: (reason) => {
          leave();
          reject(reason as Error);
        },
      };
      const onAbort = (): void => waiting.refuse(ticket.signal.reason);
      const timer = this.expiryTimer(waiting);
      ticket.signal.addEventListener("abort", onAbort, { once: true });
      this.insert(waiting);
      this.changed(this.queue.length);
    });
  }

  private expiryTimer(waiting: Waiting): NodeJS.Timeout | undefined {
    if (waiting.expiresAt === undefined) return undefined;
    // Timers hold at most 2^31 ms; work that lives longer than 24 days needs none.
    const left = waiting.expiresAt - Date.now();
    if (left > 2 ** 31 - 1) return undefined;
    return setTimeout(() => waiting.refuse(expired()), left + 1);
  }

  /** Behind all that are as urgent. */
  private insert(waiting: Waiting): void {
    const at = this.queue.findIndex((other) => other.priority < waiting.priority);
    this.queue.splice(at < 0 ? this.queue.length : at, 0, waiting);
  }

  private take(): Release {
    this.running += 1;
    let held = true;
    return () => {
      if (!held) return;
      held = false;
      this.running -= 1;
      this.next();
    };
  }

  private next(): void {
    if (this.busy) return;
    this.queue[0]?.admit();
  }
}

const expired = (): Problem => new Problem("EXPIRED", {}, { retryable: false });

function assertFresh(ticket: Ticket): void {
  if (ticket.expiresAt !== undefined && ticket.expiresAt <= Date.now()) throw expired();
}
