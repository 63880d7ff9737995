/** 30 s of audio in HTTP chunks of 100 bytes. */
import { wholeAudio } from "../harness/whole-audio";

export const run = wholeAudio({
  answer: "small",
  rounds: 60,
  time: { id: "small-writes", goal: { times: 2, of: "raw" } },
  core: false,
});
