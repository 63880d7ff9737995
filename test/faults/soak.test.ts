import assert from "node:assert/strict";
import type { RecordedRequest } from "../../sandbox";
import { paidTwice } from "../../scripts/soak/double-billing";
import { SeededRandom } from "../../scripts/seeded-random";
import { soak } from "../../scripts/soak/soak";
import { growthIn, summaryOf, type SoakResult } from "../../scripts/soak/summary";

const MB = 1024 * 1024;

/** Enough messages for every kind of node and most faults. */
const MESSAGES = 150;

describe("soak", () => {
  it("of a few seconds finds no problem", async function () {
    this.timeout(120_000);
    const result = await soak({ seed: 20_260_101, goesOn: (said) => said < MESSAGES });
    assert.deepEqual(result.problems, []);
    const { said, whole, failed, stopped, cached, resets, deploys } = result;
    assert.equal(whole + failed + stopped, said);
    for (const count of [whole, failed, cached, resets, deploys]) assert.ok(count > 0, summaryOf(result));
  });
});

describe("what a soak looks at", () => {
  const request = (tag: string, status?: number): RecordedRequest =>
    ({ host: "api", path: "/api/tts/simple-generate", query: { post_processing: tag }, status }) as never;

  it("is a second request for what may have been paid for", () => {
    const messages = [{ tag: "a", cached: false }];
    assert.deepEqual(paidTwice([request("a", 200)], messages), []);
    assert.equal(paidTwice([request("a", 200), request("a", 200)], messages).length, 1);
    assert.equal(paidTwice([request("a"), request("a", 200)], messages).length, 1);
  });

  it("is not a second request after a refusal", () => {
    const requests = [request("a", 429), request("a", 503), request("a", 200)];
    assert.deepEqual(paidTwice(requests, [{ tag: "a", cached: false }]), []);
  });

  it("is one request for many messages of which one pays, and no more", () => {
    const messages = [
      { tag: "tale", cached: false },
      { tag: "tale", cached: true },
    ];
    assert.deepEqual(paidTwice([request("tale", 200)], messages), []);
    assert.equal(paidTwice([request("tale", 200), request("tale", 200)], messages).length, 1);
  });

  it("is what a message posts as well as what it asks for", () => {
    const post = { ...request("", 200), query: {}, body: { post_processing: "a" } };
    assert.equal(paidTwice([post, post], [{ tag: "a", cached: false }]).length, 1);
  });

  const measured = (bytes: (n: number) => number, handles: (n: number) => number) =>
    Array.from({ length: 20 }, (_, n) => ({ bytes: bytes(n), handles: handles(n) }));

  it("is memory that grows, and handles", () => {
    assert.deepEqual(
      growthIn(
        measured(
          (n) => 40 * MB + n * MB,
          (n) => 3 + 2 * n,
        ),
      ),
      ["memory grew by 8.0 MB", "handles grew by 16"],
    );
  });

  it("is not what moves up and down, nor what grows at the beginning only", () => {
    const restless = measured(
      (n) => (n < 5 ? n * 10 * MB : 50 * MB) + (n % 3) * MB,
      (n) => 3 + (n % 2),
    );
    assert.deepEqual(growthIn(restless), []);
  });

  it("can be repeated", () => {
    const draw = (seed: number): number[] => {
      const random = new SeededRandom(seed);
      return Array.from({ length: 20 }, () => random.below(1000));
    };
    assert.deepEqual(draw(5), draw(5));
    assert.notDeepEqual(draw(5), draw(6));
  });

  it("is summed up in one line", () => {
    const result: SoakResult = {
      ...{ seed: 5, seconds: 180.4, said: 9, whole: 5, cached: 1, failed: 3, stopped: 1 },
      ...{ resets: 1, deploys: 2, faults: 4, problems: [] },
      measured: [
        { bytes: 40 * MB, handles: 3 },
        { bytes: 41 * MB, handles: 4 },
      ],
    };
    assert.equal(
      summaryOf(result),
      "soak: 9 messages in 180 s: 5 whole (1 cached), 3 failed, 1 stopped; 4 faults, 1 resets, 2 deploys, " +
        "memory 40.0 to 41.0 MB, handles 3 to 4; seed 5; no problems",
    );
    assert.match(summaryOf({ ...result, problems: ["x"] }), /1 PROBLEMS$/);
  });
});
