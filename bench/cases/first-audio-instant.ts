/** The first audio from a server that answers at once. */
import { firstAudio } from "../harness/first-audio";

export const run = firstAudio("first-audio-instant", "instant", 300, { times: 1, of: "core" });
