/** Faults of the audio itself, at its beginning, within it and at its end, and of what the headers say about it. */
import type { Fault } from "../../../sandbox";
import { COST, type Expected } from "../support/cells";
import type { Row } from "./row";

/** The sandbox's speech is made of frames of this many bytes. */
const FRAME_BYTES = 192;

/** Within the first frame, between two frames, just behind that, and far inside. */
const PLACES = [1, 100, 10 * FRAME_BYTES, 10 * FRAME_BYTES + 1, 5000];

const storageDown: Fault = {
  on: { host: "storage" },
  times: Infinity,
  reply: { status: 404, text: "NoSuchKey" },
};
const cutOff = (bytes: number): Expected => ({
  code: "STREAM_CUT",
  charged: true,
  cause: { bytes, retryable: false },
});

/** With addresses in the headers the rest is fetched from there. */
const RESUMED: readonly Row[] = PLACES.flatMap((at) => [
  { what: `audio that is cut after ${at} bytes`, trouble: [{ cutAfter: at }], on: { stream: "whole" } },
  {
    what: `audio that stalls after ${at} bytes`,
    trouble: [{ stallAfter: at }],
    account: "impatient",
    on: { stream: "whole" },
  },
  {
    what: `a download that is cut after ${at} bytes`,
    trouble: [{ cutAfter: at }],
    on: { download: "whole" },
  },
]);

/** Without them it is an error that says how much arrived. */
const LOST: readonly Row[] = [1, 5000].flatMap((at) => [
  {
    what: `audio that is cut after ${at} bytes, without an address to go on from`,
    trouble: [{ cutAfter: at, responseData: "absent" as const }],
    on: { stream: cutOff(at) },
  },
  {
    what: `audio that is cut after ${at} bytes while the storage host has lost it`,
    trouble: [{ cutAfter: at }, storageDown],
    on: { stream: cutOff(at) },
  },
]);

/** Ends in good order that are too early: within a frame, or far from the estimate. */
const EARLY: readonly Row[] = [0, 1, 100, 5 * FRAME_BYTES + 1].map((at) => ({
  what: `audio that ends in good order after ${at} bytes`,
  trouble: [{ endAfter: at }],
  on: { stream: "whole" },
}));

const LABELS: readonly Row[] = ["application/octet-stream", "text/html", "application/json", "video/mp4"].map(
  (audioContentType) => ({
    what: `audio that is called ${audioContentType}`,
    trouble: [{ audioContentType }],
    on: { chunks: "whole" },
  }),
);

const FORMS: readonly Row[] = (
  ["latin1-utf8", "percent", "absent", "malformed", "huge", "not-json-object"] as const
).map((responseData) => ({
  what: `facts in the form "${responseData}"`,
  trouble: [{ responseData }],
  on: { chunks: "whole" },
}));

const LIES: readonly Row[] = [
  ...["many", -5, null, { amount: 1 }].map((creditsLie) => ({
    what: `credits of ${JSON.stringify(creditsLie)}`,
    trouble: [{ creditsLie }],
    on: { chunks: "whole" as const },
  })),
  { what: "no audio id", trouble: [{ audioIdLie: null }], on: { stream: "whole" } },
  {
    what: "addresses that are none",
    trouble: [{ urlsLie: { audio: "not a url", streamUrl: 42 } }],
    on: { stream: "whole" },
  },
  {
    what: "addresses that are none, and a cut",
    trouble: [{ urlsLie: { audio: "file:///etc/passwd", streamUrl: "javascript:1" }, cutAfter: 500 }],
    on: { stream: cutOff(500) },
  },
  {
    what: "an address that is none beside one that works",
    trouble: [{ on: { path: "/api/tts/simple-generate" }, urlsLie: { audio: "not a url" } }],
    on: { download: "whole" },
  },
];

const silence = Buffer.alloc(0);

const CONTENT: readonly Row[] = [
  ...[
    { what: "audio of no bytes", audio: silence },
    { what: "audio that is a WAV", audio: Buffer.concat([Buffer.from("RIFF"), Buffer.alloc(4000)]) },
    { what: "audio that is noise", audio: Buffer.alloc(4000, 0x55) },
  ].map(({ what, audio }) => ({
    what,
    trouble: [{ on: { path: "/api/tts/simple-generate" }, audio, times: Infinity }],
    on: {
      stream: { code: "NOT_AUDIO", charged: true },
      download: { code: "NOT_AUDIO", charged: true },
    },
  })),
  { what: "audio in small pieces", trouble: [{ sliceBytes: 97 }], on: { stream: "whole" } },
  {
    what: "a storage host that says it is a page",
    trouble: [{ audioContentType: "text/html" }],
    on: { download: { code: "NOT_AUDIO", charged: true, cause: { creditsUsed: COST } } },
  },
];

/** Several faults of one speech. */
const SEVERAL: readonly Row[] = [
  {
    what: "audio that is cut again and again",
    trouble: [
      { cutAfter: 1000 },
      { on: { host: "storage" }, cutAfter: 700, times: 2 },
      { on: { host: "storage" }, cutAfter: 1 },
    ],
    on: { stream: "whole" },
  },
  {
    what: "a cut, and a storage host that is busy at first",
    trouble: [{ cutAfter: 1000 }, { on: { host: "storage" }, reply: { status: 503, text: "SlowDown" } }],
    on: { stream: "whole" },
  },
  {
    what: "a cut, and a storage host that answers with a page first",
    trouble: [
      { cutAfter: 1000 },
      { on: { host: "storage" }, reply: { status: 200, text: "<p>No</p>", contentType: "text/html" } },
    ],
    on: { stream: "whole" },
  },
];

export const AUDIO: readonly Row[] = [
  ...RESUMED,
  ...LOST,
  ...EARLY,
  ...LABELS,
  ...FORMS,
  ...LIES,
  ...CONTENT,
  ...SEVERAL,
];
