/** Calls `done` of a closing node, even if its work does not end. */
import { startTimer } from "../../timers";

/** Node-RED reports a node that takes longer than 15 s to close; this is shorter. */
const CLOSE_LIMIT_MS = 10_000;

/**
 * Calls `done` once: when the work has ended, or after `limitMs`. A failure of the work is passed to `failed` first and
 * does not keep `done` from being called.
 */
export function finish(
  work: Promise<unknown>,
  done: () => void,
  failed: (error: unknown) => void,
  limitMs = CLOSE_LIMIT_MS,
): void {
  let ended = false;
  const end = (): void => {
    if (ended) return;
    ended = true;
    timer.cancel();
    done();
  };
  const timer = startTimer(limitMs, end, { unref: true });
  work.catch(failed).then(end, end);
}
