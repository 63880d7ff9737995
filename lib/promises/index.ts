/**
 * The only way to leave a promise to itself: a rejection that nobody handles ends the whole process of Node-RED, with
 * everything else that runs in it.
 */

/** Lets work go on without waiting for it; its failure concerns nobody. */
export function ignoreFailure(work: Promise<unknown> | undefined): void {
  work?.catch(() => undefined);
}
