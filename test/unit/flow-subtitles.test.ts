import assert from "node:assert/strict";
import { shiftSubtitles } from "../../lib/flow/node/subtitles";

describe("subtitles behind silence", () => {
  it("have all their times later, also over a minute and an hour", () => {
    const srt = "1\n00:00:01,000 --> 00:00:02,500\nOne\n\n2\n00:59:59,900 --> 01:00:00,000\nTwo --\n";
    const later = "1\n00:00:01,500 --> 00:00:03,000\nOne\n\n2\n01:00:00,400 --> 01:00:00,500\nTwo --\n";
    assert.equal(shiftSubtitles(srt, 500), later);
  });

  it("keep times that are spoken", () => {
    const srt = "1\n00:00:01,000 --> 00:00:02,000\nAt 10:15:00,000\n";
    assert.match(shiftSubtitles(srt, 500), /At 10:15:00,000/);
  });
});
