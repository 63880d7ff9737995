/** The priority of work that several messages wait for: the highest of theirs, also where it comes later. */
import type { Lane, QueueOptions, Release } from "./lane";

/** The highest priority of the messages that wait for one thing. */
export class Urgency {
  private raised = new AbortController();

  constructor(private highest: number) {}

  /** The highest priority so far. */
  get priority(): number {
    return this.highest;
  }

  /** Adds a message of this priority. */
  raise(priority: number): void {
    if (priority <= this.highest) return;
    this.highest = priority;
    const { raised } = this;
    this.raised = new AbortController();
    raised.abort();
  }

  /**
   * Waits for a place, with the priority that is the highest at each moment.
   * @throws as `Lane.enter`
   */
  async enter(lane: Lane, options: QueueOptions): Promise<Release> {
    for (;;) {
      const raised = this.raised.signal;
      const signal = AbortSignal.any([options.signal, raised]);
      try {
        return await lane.enter({ ...options, priority: this.highest, signal });
      } catch (error) {
        // Sorted in again, by the new priority.
        if (!raised.aborted || options.signal.aborted) throw error;
      }
    }
  }
}
