/** The cases by name, in the order of the table; each is a module in this folder that exports `run`. */
export const CASES = [
  "first-audio-instant",
  "first-audio-50ms",
  "first-audio-paced",
  "first-sound",
  "cache-hit",
  "large-audio",
  "hour-of-audio",
  "small-writes",
  "message",
  "hundred",
  "thousand",
  "waiting",
  "start",
  "live-decode",
  "upload",
  "size",
] as const;
