import assert from "node:assert/strict";
import { VocuError } from "../../lib/api";
import { flowError, Problem, type Translate } from "../../lib/flow/message/problem";

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

  it("says that a 404 may mean the operation as well, where it may", () => {
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

  it("says what the service said where there are no words for its code", () => {
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
  it("is the sentence where a code has no few words", () => {
    const error = flowError(new Problem("NEW_CODE"), "speech-stream", words);
    assert.equal(error.short, error.message);
  });
  it("is readable facts where Node-RED writes the cause as text", () => {
    const { cause } = flowError(new Problem("X", {}, { statusCode: 404 }), "voice-get", words);
    assert.equal(String(cause as unknown), "retryable: false, statusCode: 404, operation: voice-get");
    assert.deepEqual(Object.keys(cause), ["retryable", "statusCode", "operation"]);
  });
});
