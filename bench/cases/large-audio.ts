/** 64 MiB as fast as they come. */
import { wholeAudio } from "../harness/whole-audio";

export const run = wholeAudio({
  answer: "large",
  rounds: 9,
  time: { id: "large-audio", goal: { times: 1, of: "core" } },
});
