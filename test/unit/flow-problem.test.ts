import assert from "node:assert/strict";
import { VocuError } from "../../lib/api";
import {
  detailOf,
  flowError,
  Problem,
  problemOf,
  withFacts,
  type Translate,
} from "../../lib/flow/message/problem";

/** A catalog as i18next reads it: what it does not have comes back as the key. */
const catalog =
  (entries: Record<string, string>): Translate =>
  (key, params = {}) =>
    (entries[key] ?? key.replace("shared:", "")).replace(/__(\w+)__/g, (_all, name: string) =>
      String(params[name]),
    );

const missing = new Problem("INPUT_MISSING", { field: "name" }, { field: "name" });

describe("the error a flow gets", () => {
  it("calls a field what the node's own dialog calls it", () => {
    const translate = catalog({
      "shared:errors.INPUT_MISSING": "“__label__” is missing.",
      "inputs.name.label": "Voice name",
      "shared:settings.name.label": "Other",
    });
    assert.equal(flowError(missing, "voice-create", translate).message, "“Voice name” is missing.");
  });

  it("calls a field of the account what the account's dialog calls it", () => {
    const translate = catalog({
      "shared:errors.INPUT_MISSING": "“__label__” is missing.",
      "shared:settings.name.label": "Site",
    });
    assert.equal(flowError(missing, "voice-create", translate).message, "“Site” is missing.");
  });

  it("calls a field that no dialog has by its name", () => {
    const translate = catalog({ "shared:errors.INPUT_MISSING": "“__label__” is missing." });
    assert.equal(flowError(missing, "voice-create", translate).message, "“name” is missing.");
  });

  it("reports that a 404 may mean the operation as well, if it may", () => {
    const words = catalog({
      "shared:errors.HTTP_404": "Not found.",
      "shared:errors.HTTP_404_EITHER": "Either.",
    });
    const facts = { statusCode: 404, retryable: false };
    const either = new VocuError("HTTP_404", { ...facts, perhapsNotOffered: true });
    assert.equal(flowError(either, "voice-share", words).message, "Either.");
    assert.equal(flowError(either, "voice-share", words).code, "HTTP_404");
    assert.equal(flowError(new VocuError("HTTP_404", facts), "voice-get", words).message, "Not found.");
  });

  it("includes the service's message if there is no text for its code", () => {
    const translate = catalog({ "shared:errors.HTTP_4xx": "Vocu refused: __said__" });
    const thrown = new VocuError("BRAND_NEW", {
      statusCode: 400,
      retryable: false,
      serverMessage: "too loud",
    });
    const error = flowError(thrown, "voice-get", translate);
    assert.equal(error.message, "Vocu refused: too loud");
    assert.equal(error.code, "BRAND_NEW");
  });

  it("carries plain facts, the operation among them, and no unknown ones", () => {
    const thrown = new VocuError("HTTP_503", { statusCode: 503, retryable: true, retryAfter: 7 });
    const { cause } = flowError(thrown, "voice-get", catalog({}));
    assert.deepEqual(cause, { statusCode: 503, retryable: true, retryAfter: 7, operation: "voice-get" });
  });

  it("tells of whatever was thrown, even of what cannot become text", () => {
    const round: Record<string, unknown> = {};
    round.self = round;
    const words = catalog({ "shared:errors.INTERNAL": "__detail__" });
    const messages = [Object.create(null), round, null, 5n, { code: "D3030" }].map(
      (thrown: unknown) => flowError(thrown, "voice-get", words).message,
    );
    assert.deepEqual(messages, ["{}", "[object Object]", "null", "5", "D3030"]);
  });

  it("reads as the sentence itself, without the word Error before it", () => {
    assert.equal(
      String(flowError(missing, "voice-get", catalog({ "shared:errors.INPUT_MISSING": "Gone." }))),
      "Gone.",
    );
  });
});

describe("the error a flow gets of an error with more facts", () => {
  const words = catalog({ "shared:errors.HTTP_503": "Try later." });
  const thrown = new VocuError("HTTP_503", { statusCode: 503, retryable: true });

  it("is the same error, with them", () => {
    const error = flowError(withFacts(thrown, { taskId: "t1" }), "task-wait", words);
    assert.equal(error.message, "Try later.");
    assert.equal(error.code, "HTTP_503");
    assert.deepEqual(error.cause, { statusCode: 503, retryable: true, taskId: "t1", operation: "task-wait" });
  });

  it("has none that are undefined", () => {
    const { cause } = flowError(withFacts(thrown, { taskId: undefined }), "task-wait", words);
    assert.equal("taskId" in cause, false);
  });

  it("knows what it is about, for who reads a log", () => {
    assert.equal(withFacts(thrown, {}).cause, thrown);
  });

  it("stays what it is if it has become the error of a flow already", () => {
    const error = flowError(thrown, "task-wait", words);
    assert.equal(flowError(error, "voice-get", words), error);
  });
});

describe("the words of an error", () => {
  const status = (statusCode: number | undefined): VocuError =>
    new VocuError("BRAND_NEW", { ...(statusCode === undefined ? {} : { statusCode }), retryable: false });
  const general: [string, number | undefined, string][] = [
    ["the service's own trouble", 500, "HTTP_5xx"],
    ["a refusal at the upper end", 499, "HTTP_4xx"],
    ["a refusal at the lower end", 400, "HTTP_4xx"],
    ["a reply that makes no sense", 399, "BAD_REPLY"],
    ["no reply at all", undefined, "INTERNAL"],
  ];
  for (const [what, statusCode, key] of general) {
    it(`are those of ${what} where its code has none (${statusCode})`, () => {
      const words = catalog({ [`shared:errors.${key}`]: "General words: __said__." });
      assert.equal(flowError(status(statusCode), "voice-get", words).message, "General words: BRAND_NEW.");
    });
  }

  it("are its code where there are none at all", () => {
    assert.equal(flowError(status(400), "voice-get", catalog({})).message, "BRAND_NEW");
  });

  it("say in which of several blocks it is", () => {
    const words = catalog({
      "shared:errors.INPUT_MISSING": "A text is missing.",
      "shared:errors.IN_BLOCK": "Block __block__: __problem__",
    });
    const problem = new Problem("INPUT_MISSING", { block: 2 });
    assert.equal(flowError(problem, "task-create", words).message, "Block 2: A text is missing.");
  });

  it("call a setting what the node's own dialog calls it", () => {
    const words = catalog({
      "shared:errors.INPUT_MISSING": "“__label__” is missing.",
      "settings.name.label": "Which",
    });
    assert.equal(flowError(missing, "voice-create", words).message, "“Which” is missing.");
  });

  it("hold facts that are text or numbers, and no others", () => {
    const words = catalog({ "shared:errors.X": "__host__ __statusCode__ __retryable__" });
    const thrown = new VocuError("X", { host: "api", statusCode: 404, retryable: false });
    assert.equal(flowError(thrown, "voice-get", words).message, "api 404 undefined");
  });
});

describe("a refusal of the operating system", () => {
  const refusal = (code: string): Error => Object.assign(new Error(code), { code, syscall: "open" });
  for (const [system, code, retryable] of [
    ["ENOSPC", "DISK_FULL", false],
    ["EACCES", "NO_PERMISSION", false],
    ["EMFILE", "TOO_MANY_OPEN_FILES", true],
    ["ENOENT", "FILE_GONE", true],
    ["EIO", "SYSTEM_REFUSED", false],
  ] as const) {
    it(`has a code of ours: ${system} is ${code}`, () => {
      const problem = problemOf(refusal(system));
      assert.deepEqual([problem?.code, problem?.facts], [code, { retryable, detail: system }]);
      assert.deepEqual(problem?.params, { detail: system });
    });
  }

  for (const [what, thrown] of [
    ["an error without a system call", Object.assign(new Error("x"), { code: "ENOSPC" })],
    ["an error without a code", Object.assign(new Error("x"), { syscall: "open" })],
    ["what is no error", { code: "ENOSPC", syscall: "open" }],
    ["nothing", undefined],
  ] as const) {
    it(`is not ${what}`, () => assert.equal(problemOf(thrown), undefined));
  }
});

describe("what a failure says about itself", () => {
  it("is its message", () => assert.equal(detailOf({ message: "too loud", code: "D1" }), "too loud"));
  it("is its code if the message is blank", () => assert.equal(detailOf({ message: "", code: "D1" }), "D1"));
  it("is the code of an unexpected error", () => {
    const { code, cause } = flowError(new Error("broken"), "voice-get", catalog({}));
    assert.deepEqual([code, cause.retryable, cause.detail], ["INTERNAL", false, "broken"]);
  });
});

describe("what there is room for", () => {
  const words: Translate = (key, params = {}) =>
    key === "shared:failures.VOICE_NOT_FOUND"
      ? "voice not found"
      : key === "shared:failures.INPUT_MISSING"
        ? `${params.label ?? ""} missing`
        : key;

  it("is a few words of the code in the node's status", () => {
    assert.equal(flowError(new Problem("VOICE_NOT_FOUND"), "speech-stream", words).short, "voice not found");
    const missing = new Problem("INPUT_MISSING", { field: "text" }, { field: "text" });
    assert.equal(flowError(missing, "speech-stream", words).short, "text missing");
  });
  it("is the sentence if a code has no short text", () => {
    const error = flowError(new Problem("NEW_CODE"), "speech-stream", words);
    assert.equal(error.short, error.message);
  });
  it("is readable facts where Node-RED writes the cause as text", () => {
    const { cause } = flowError(new Problem("X", {}, { statusCode: 404 }), "voice-get", words);
    assert.equal(String(cause as unknown), "retryable: false, statusCode: 404, operation: voice-get");
    assert.deepEqual(Object.keys(cause), ["retryable", "statusCode", "operation"]);
  });
});
