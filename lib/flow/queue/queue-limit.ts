/** How many messages may wait for an account, in whatever queue. */
import { Problem } from "../message/problem";

/** A bounded number of seats, shared by all queues of one account. */
export class WaitingRoom {
  private seated = 0;

  /** @param seats how many may wait, 0 for no limit */
  constructor(private readonly seats: number) {}

  /** The right of one message to sit; it sits while it waits in a lane. */
  seat(): Seat {
    let known = false;
    return {
      take: () => {
        if (!known && this.seats > 0 && this.seated >= this.seats) {
          throw new Problem("QUEUE_FULL", { waiting: this.seated }, { retryable: true });
        }
        known = true;
        this.seated += 1;
      },
      leave: () => {
        this.seated -= 1;
      },
    };
  }
}

/** What a message waits on: the queue of its node first, that of the account next. */
export interface Seat {
  /**
   * Sits down. Who has waited once is never turned away from the next queue.
   * @throws Problem `QUEUE_FULL`
   */
  take(): void;
  /** Gets up again. */
  leave(): void;
}
