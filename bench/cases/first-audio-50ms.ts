/** The first audio from a server that thinks for 50 ms. */
import { firstAudio } from "../harness/first-audio";

export const run = firstAudio("first-audio-50ms", "later", 60, { times: 1.02, of: "raw" });
