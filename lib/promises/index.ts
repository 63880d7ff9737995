/**
 * The only way to ignore a promise: an unhandled rejection ends the whole process of Node-RED, with
 * everything else that runs in it.
 */

/** Lets work continue without waiting for it; its failure is ignored. */
export function ignoreFailure(work: Promise<unknown> | undefined): void {
  work?.catch(() => undefined);
}
