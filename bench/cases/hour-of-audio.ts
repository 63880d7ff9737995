/** An hour of audio as fast as it comes, and the memory that it takes. */
import { wholeAudio } from "../harness/whole-audio";

export const run = wholeAudio({
  answer: "hour",
  rounds: 7,
  time: { id: "hour-of-audio" },
  memory: { id: "hour-of-audio-memory" },
});
