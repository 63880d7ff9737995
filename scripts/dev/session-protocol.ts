/** The messages of a development session to the process that started it. */

/** Exit code of a session that has to be started again, because its own code has changed. */
export const REPLACE = 75;

/** Sent when open editors should reload. */
export interface FromSession {
  /** Port of the editor. */
  readonly port: number;
}
