/** What a player's output says about why it failed. */

/** The longest line that is quoted in an error. */
const LINE_CHARACTERS = 200;

/**
 * Libraries that players try one after the other report every sound system that is missing, whether or not
 * that matters.
 */
const NOISE = /^(ALSA lib |AL lib|Jack|jack server|Cannot connect to server|\[[A-Z]\]\[)/;

const FAILURE = /fail|error|could ?n[o']t|can(no|')t|no such|unable|sorry|not found|denied|unknown|invalid/i;

/** What players say where the machine has no sound device, or not the one that was chosen. */
const NO_DEVICE =
  /(could(n't| not) open|no|cannot open|can't open|failed to open) (the )?(default )?(audio|playback|sound)( output)? device|could not open\/initialize audio device|audio open failed|failure loading driver module|audio device "[^"]*" could not be used/i;

/** Whether a player has reported that it could not open a sound device. */
export const lacksDevice = (output: string): boolean => NO_DEVICE.test(output);

/**
 * The line that names the cause: the last one that mentions a failure, else the first; undefined without any output.
 */
export function causeIn(output: string): string | undefined {
  const lines = output.split(/[\r\n]+/).map((line) => line.trim());
  const said = lines.filter((line) => line !== "");
  const relevant = said.filter((line) => !NOISE.test(line));
  const cause = relevant.findLast((line) => FAILURE.test(line)) ?? relevant[0] ?? said[0];
  return cause?.slice(0, LINE_CHARACTERS);
}
