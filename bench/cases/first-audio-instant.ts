/** The first audio from a server that answers immediately. */
import { firstAudio } from "../harness/first-audio";

export const run = firstAudio("first-audio-instant", "instant", 150, { times: 1, of: "core" });
