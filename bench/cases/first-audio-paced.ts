/** The first audio of 10 s of speech that come at twice the speed at which they play. */
import { firstAudio } from "../harness/first-audio";

export const run = firstAudio("first-audio-paced", "twice", 3, { times: 1 / 90, of: "core" });
