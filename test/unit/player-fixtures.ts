/** Programs of the tests in place of players, and audio for them. */
import type { PlayerCommand } from "../../lib/audio";

/** A signal that never aborts. */
export const never = new AbortController().signal;

/** How mp3 is played that nobody stops. */
export const MP3 = { signal: never, type: "audio/mpeg" };

/** The command of a player that runs this code of Node.js. */
export const program = (code: string, own: Partial<PlayerCommand> = {}): PlayerCommand => ({
  name: "test",
  program: process.execPath,
  args: ["-e", code],
  ...own,
});

/** Audio that is there at once. */
// eslint-disable-next-line @typescript-eslint/require-await -- an audio is asynchronous
export async function* audioOf(...pieces: Buffer[]): AsyncGenerator<Buffer> {
  yield* pieces;
}
