/** The messages that a node is processing, and how each of them ends. */

import { ignoreFailure } from "../../promises";

/** Why work was aborted intentionally, which is not an error. */
export type StopReason = "reset" | "replaced" | "closed";

/** The abort reason of intentionally aborted work. */
export class Stopped extends Error {
  constructor(readonly reason: StopReason) {
    super(`Stopped: ${reason}`);
  }
}

/** One message in processing. */
export interface Job {
  readonly signal: AbortSignal;
  /** True once it was aborted intentionally. */
  readonly stopped: boolean;
}

/** All jobs of one node. */
export class Jobs {
  private readonly running = new Map<AbortController, Promise<void>>();
  private ended = false;

  /** True once the node is closed: nothing may be sent any more. */
  get closed(): boolean {
    return this.ended;
  }

  /** Number of messages in processing. */
  get count(): number {
    return this.running.size;
  }

  /** Starts work on a message; `work` must not throw. */
  start(work: (job: Job) => Promise<void>): void {
    const controller = new AbortController();
    const { signal } = controller;
    const job: Job = {
      signal,
      get stopped() {
        return signal.aborted;
      },
    };
    // The work begins in the same tick, so that messages keep their order; it is listed before it can end.
    const work$ = Promise.resolve()
      .then(() => work(job))
      .finally(() => this.running.delete(controller));
    this.running.set(controller, work$);
    ignoreFailure(work$);
  }

  /** Aborts all work. */
  stop(reason: StopReason): void {
    // One for all: each would cost the recording of a stack.
    const stopped = new Stopped(reason);
    for (const controller of [...this.running.keys()]) controller.abort(stopped);
  }

  /** Aborts all work that began before `job`. */
  stopOlder(reason: StopReason, job: Job): void {
    const stopped = new Stopped(reason);
    for (const controller of [...this.running.keys()]) {
      if (controller.signal === job.signal) return;
      controller.abort(stopped);
    }
  }

  /** Aborts all work and waits until it has ended. */
  async close(): Promise<void> {
    this.ended = true;
    const ending = [...this.running.values()];
    this.stop("closed");
    await Promise.allSettled(ending);
  }
}
