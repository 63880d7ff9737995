/** How many messages may wait for an account, in any of its queues. */
import { Problem } from "../message/problem";

/** Limits how many messages wait in all queues of one account together. */
export class QueueLimit {
  private occupied = 0;

  /** @param limit how many may wait, 0 for no limit */
  constructor(private readonly limit: number) {}

  /** A slot for one message; it counts while the message waits in a lane. */
  slot(): QueueSlot {
    let admitted = false;
    return {
      take: () => {
        if (!admitted && this.limit > 0 && this.occupied >= this.limit) {
          throw new Problem("QUEUE_FULL", { waiting: this.occupied }, { retryable: true });
        }
        admitted = true;
        this.occupied += 1;
      },
      release: () => {
        this.occupied -= 1;
      },
    };
  }
}

/** One message's slot in the wait limit of its account. The message waits in its node's queue first, then in the account's. */
export interface QueueSlot {
  /**
   * Occupies the slot. A message that has waited once is admitted to the next queue whatever the limit says.
   * @throws Problem `QUEUE_FULL`
   */
  take(): void;
  /** Frees the slot. */
  release(): void;
}
