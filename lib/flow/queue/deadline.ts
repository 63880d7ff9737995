/** Several messages wait for one turn, each as long as it is worth it (`msg.expires`). */

/** Timers hold at most 2^31 ms; work that lives longer than 24 days needs none. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** A turn that comes once. */
export class Turn {
  private readonly timers = new Set<NodeJS.Timeout>();
  private here = false;

  /** Calls `expired` at `expiresAt` (epoch ms), unless the turn has come or the returned wait was cancelled by then. */
  expire(expiresAt: number | undefined, expired: () => void): { cancel(): void } {
    const left = (expiresAt ?? Infinity) - Date.now();
    if (this.here || left > LONGEST_TIMER_MS) return { cancel: () => undefined };
    const timer = setTimeout(expired, left + 1);
    this.timers.add(timer);
    return {
      cancel: () => {
        clearTimeout(timer);
        this.timers.delete(timer);
      },
    };
  }

  /** The turn has come: nothing expires any more. */
  come(): void {
    this.here = true;
    for (const timer of this.timers) clearTimeout(timer);
    this.timers.clear();
  }
}
