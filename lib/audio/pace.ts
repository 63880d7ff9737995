/** Sends chunks at playback speed. */
import { AbortRace, systemClock, type Clock } from "./clock";

/** How `pace` sends. */
export interface PaceOptions {
  /** How many milliseconds before its playback time a chunk is sent. */
  leadMs: number;
  /** Ends the waiting. */
  signal: AbortSignal;
  /** Left out: the machine's own clock. */
  clock?: Clock;
}

/**
 * Sends chunks as fast as they play: each is sent `leadMs` before its playback time, counted from the moment the
 * first one left, so that late timers never add up. A listener needs room for `leadMs` plus one chunk; cut chunks
 * fine enough for that with the option `maxChunkMs` of `chunks`.
 *
 * When a chunk arrives after all that was sent has been heard, the listener ran dry and the count starts again with
 * this chunk. One chunk is read ahead at most, and chunks pass unchanged, so the last stays known as the last.
 *
 * @throws `signal.reason` as soon as the signal aborts, also while the source is silent; the source is closed
 * @throws what the source throws
 */
export async function* pace<T extends { audioMs: number }>(
  chunks: AsyncIterable<T>,
  { leadMs, signal, clock = systemClock }: PaceOptions,
): AsyncGenerator<T> {
  const source = chunks[Symbol.asyncIterator]();
  let start = -Infinity;
  let sentMs = 0;
  let ended = false;
  const race = new AbortRace(signal);
  try {
    for (;;) {
      signal.throwIfAborted();
      const next = await race.run(source.next());
      if (next.done === true) {
        ended = true;
        return;
      }
      const chunk = next.value;
      const arrived = clock.now();
      if (arrived > start + sentMs) {
        start = arrived;
        sentMs = 0;
      }
      const wait = start + sentMs - leadMs - arrived;
      if (wait > 0) await clock.sleep(wait, signal);
      yield chunk;
      sentMs += chunk.audioMs;
    }
  } finally {
    race.close();
    // A source that is silent may not answer; an abort must not wait for it.
    const closed = ended ? undefined : source.return?.().catch(() => undefined);
    if (!signal.aborted) await closed;
  }
}
