/** One event that several messages wait for, each with its own expiry (`msg.expires`). */
import { startTimer, type Timer } from "../../timers";

/** The expiry timers of all messages that wait for one event. */
export class SharedDeadline {
  private readonly timers = new Set<Timer>();
  private cancelled = false;

  /**
   * Calls `expired` at `expiresAt` (epoch ms, never if undefined), unless this wait or all of them were cancelled
   * before.
   */
  expire(expiresAt: number | undefined, expired: () => void): { cancel(): void } {
    if (this.cancelled || expiresAt === undefined) return { cancel: () => undefined };
    const timer = startTimer(expiresAt - Date.now() + 1, expired);
    this.timers.add(timer);
    return {
      cancel: () => {
        timer.cancel();
        this.timers.delete(timer);
      },
    };
  }

  /** Cancels all timers: the event has happened. */
  cancelAll(): void {
    this.cancelled = true;
    for (const timer of this.timers) timer.cancel();
  }
}
