/** Limits how many messages may wait for an account, in any of its queues. */
import { Problem } from "../message/problem";

/**
 * Members of one sequence count once: refusing the rest of a sequence would waste the credits spent on its beginning.
 */
interface Group {
  /** Members that have a slot. */
  members: number;
  /** Members that wait. */
  waiting: number;
}

/** Limits how many messages wait in all queues of one account together. */
export class QueueLimit {
  private readonly groups = new Map<string, Group>();
  private waiting = 0;

  /** @param limit how many may wait, 0 for no limit */
  constructor(private readonly limit: number) {}

  /**
   * A slot for one message, to be closed when the message has ended.
   * @param sequence the sequence it belongs to (`msg.parts.id`); its members count as one, and all of them are admitted
   * when one of them was.
   */
  slot(sequence?: string): QueueSlot {
    const group = this.group(sequence);
    // A member that finds others in processing follows them, whether those had to wait or not.
    let admitted = group.members > 0;
    let closed = false;
    group.members += 1;
    return {
      take: () => {
        if (!admitted && this.limit > 0 && this.waiting >= this.limit) {
          throw new Problem("QUEUE_FULL", { waiting: this.waiting }, { retryable: true });
        }
        admitted = true;
        group.waiting += 1;
        if (group.waiting === 1) this.waiting += 1;
      },
      release: () => {
        group.waiting -= 1;
        if (group.waiting === 0) this.waiting -= 1;
      },
      close: () => {
        if (closed) return;
        closed = true;
        group.members -= 1;
        if (group.members === 0 && sequence !== undefined) this.groups.delete(sequence);
      },
    };
  }

  private group(sequence: string | undefined): Group {
    const known = sequence === undefined ? undefined : this.groups.get(sequence);
    if (known) return known;
    const group = { members: 0, waiting: 0 };
    if (sequence !== undefined) this.groups.set(sequence, group);
    return group;
  }
}

/**
 * One message's slot in the wait limit of its account. The message waits in its node's queue first, then in the
 * account's.
 */
export interface QueueSlot {
  /**
   * Occupies the slot. A message that has waited once is admitted to the next queue regardless of the limit.
   * @throws Problem `QUEUE_FULL`
   */
  take(): void;
  /** Frees the slot; the message no longer waits. */
  release(): void;
  /** Ends the message's membership. A second call has no effect. */
  close(): void;
}
