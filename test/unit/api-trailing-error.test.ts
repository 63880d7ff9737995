/** Errors behind an audio, or instead of its rest. API reference 4 and D.4. */
import assert from "node:assert/strict";
import { systemClock, VocuError } from "../../lib/api";
import { notContinued } from "../../lib/api/continue-error";
import { Redactor } from "../../lib/api/redact";
import type { Reopened } from "../../lib/api/reopen";
import type { Session } from "../../lib/api/session";
import { trailingError } from "../../lib/api/trailing-error";
import { bytes, failure, FakeClock } from "./api-server";

const session = { redactor: new Redactor([]), clock: new FakeClock() } as unknown as Session;
const FAILED = { status: 500, code: "TTS_GENERATE_FAILED" };

const codeBehind = (audio: Buffer, text: string): string | undefined => {
  const answer = { statusCode: 200, headers: {} } as unknown as Parameters<typeof trailingError>[1];
  return trailingError(session, answer, Buffer.concat([audio, Buffer.from(text)]))?.code;
};

describe("api: an error behind an audio", () => {
  const audio = bytes(5000);
  const error = JSON.stringify(FAILED);

  for (const [what, text] of [
    ["by itself", error],
    ["with white space behind it", `${error} \r\n`],
    ["with braces in it", JSON.stringify({ ...FAILED, detail: { field: "}{" } })],
    ["behind audio that looks like its beginning", `{{"a":${error}`],
  ] as const) {
    it(`is found ${what}`, () => {
      assert.equal(codeBehind(audio, text), FAILED.code);
      assert.equal(codeBehind(Buffer.alloc(0), text), FAILED.code);
    });
  }

  it("has the greatest length that is looked at: 2048 bytes", () => {
    const textOf = (length: number): string => {
      const text = JSON.stringify({ pad: "", ...FAILED });
      return text.replace('""', `"${"x".repeat(length - text.length)}"`);
    };
    assert.equal(codeBehind(audio, textOf(2048)), FAILED.code);
    assert.equal(codeBehind(audio, textOf(2049)), undefined);
  });

  for (const [what, text] of [
    ["audio", ""],
    ["an error with audio behind it", `${error}\u0001`],
    ["an object that is a success", '{"status":200}'],
    ["an object that says nothing", '{"a":1}'],
    ["half an object", "a}"],
    ["braces without JSON", "{a}"],
  ] as const) {
    it(`is not there where the end is ${what}`, () => assert.equal(codeBehind(audio, text), undefined));
  }
});

describe("api: a speech that nobody continues", () => {
  const cases: [found: Reopened["found"][], code: string, retryable: boolean][] = [
    [[], "CONTINUE_GONE", false],
    [["unusable"], "CONTINUE_GONE", false],
    [["later"], "CONTINUE_GONE", true],
    [["different"], "CONTINUE_MISMATCH", false],
    [["short"], "CONTINUE_MISMATCH", false],
    [["unusable", "short"], "CONTINUE_MISMATCH", false],
    [["different", "later"], "CONTINUE_GONE", true],
  ];
  for (const [found, code, retryable] of cases) {
    it(`is ${code} where the addresses had: ${found.join(", ")}`, () => {
      const plan = {
        operation: "continue",
        urls: [],
        firstByteTimeoutMs: 1,
        begun: { bytes: 7, overlap: Buffer.alloc(0) },
      };
      const error = notContinued(plan, found);
      assert.deepEqual([error.code, error.cause], [code, { operation: "continue", bytes: 7, retryable }]);
    });
  }
});

describe("api: the real clock", () => {
  it("tells the time, and numbers from 0 to 1", () => {
    const before = Date.now();
    const now = systemClock.now();
    assert.ok(before <= now && now <= Date.now());
    const numbers = Array.from({ length: 100 }, () => systemClock.random());
    assert.ok(numbers.every((number) => number >= 0 && number < 1));
    assert.ok(new Set(numbers).size > 1);
  });

  it("waits until the time is over", async () => {
    const before = performance.now();
    await systemClock.sleep(20);
    assert.ok(performance.now() - before > 18);
  });

  it("ends a wait with the reason of the signal", async () => {
    const stop = new AbortController();
    const waiting = failure(systemClock.sleep(60_000, stop.signal));
    const reason = new VocuError("EXPIRED", { retryable: false });
    stop.abort(reason);
    assert.equal(await waiting, reason);
    assert.equal((await failure(systemClock.sleep(60_000, AbortSignal.abort()))).code, "ABORTED");
  });
});
