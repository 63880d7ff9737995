/** What a development session tells the process that started it. */

/** Exit code of a session that has to be started again, because its own code has changed. */
export const REPLACE = 75;

/** Sent whenever open editors should be loaded again. */
export interface FromSession {
  /** Port of the editor. */
  readonly port: number;
}
