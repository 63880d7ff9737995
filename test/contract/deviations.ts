/** Where nodes and the OpenAPI document differ on purpose. */

type Reasons = Readonly<Record<string, string>>;

/** Puts the same reason to several differences. */
const because = (reason: string, ...differences: string[]): Reasons =>
  Object.fromEntries(differences.map((difference) => [difference, reason]));

const PAGES = because(
  "a page has something in it and begins at or after the first thing; the document gives no bounds",
  "limit: minimum is 1, documented as undefined",
  "offset: minimum is 0, documented as undefined",
);

/** By node type: each difference in the words of the contract test, with its reason. */
export const DEVIATIONS: Readonly<Record<string, Reasons>> = {
  "vocu-speech-stream": {
    ...because(
      "the GET request does not take it, so the node posts to the same path (API reference D.1, D.4)",
      "language: not documented in the query",
      "vivid: not documented in the query",
      "emo_switch: not documented in the query",
    ),
    ...because(
      "documented for the same parameter of the POST request (API reference 7.5)",
      "seed: minimum is -1, documented as undefined",
      "seed: maximum is 2147483647, documented as undefined",
    ),
  },
  "vocu-speech-generate": because(
    "with it the reply is the audio itself, which is what the stream node is for (API reference D.1)",
    "direct_stream: missing in the body",
  ),
  "vocu-task-create": {
    ...because(
      "a parameter of the text block that the node makes of one text (API reference D.2)",
      ...[
        "voiceId",
        "promptId",
        "preset",
        "speechRate",
        "language",
        "break_clone",
        "vivid",
        "emo_switch",
        "seed",
        "instruct_mode",
        "reference_mode",
        "infinite_mode",
        "post_processing",
        "flash",
        "stream",
        "gamble",
        "interval",
        "interval_head",
        "interval_tail",
        "interval_range",
      ].map((name) => `${name}: not documented in the body`),
    ),
  },
  "vocu-task-list": PAGES,
  "vocu-template-list": PAGES,
  "vocu-splitter-list": because(
    "a list begins at or after its first thing; the document gives no bound",
    "offset: minimum is 0, documented as undefined",
  ),
  "vocu-upload-chunk": because(
    "the fields of a form are text, this one the digits of a whole number (API reference F.2)",
    "index: is integer, documented as string",
    "index: minimum is 0, documented as undefined",
  ),
};

/** Operations without a node of their own. */
export const WITHOUT_NODE: Reasons = {
  simpleGenerateStreamMp3: "the same operation under a second path, for players (API reference D.4)",
  openTurboChannel: "opened by the live speech node",
};
