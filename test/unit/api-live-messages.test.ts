import assert from "node:assert/strict";
import { liveAddress } from "../../lib/api/live-address";
import { readLiveMessage, synthesisRequest } from "../../lib/api/live-messages";

const BASE = "https://v1.vocu.ai";

describe("a message of a live channel", () => {
  const WAITING = "Waiting for Turbo Channel to be ready";

  for (const [what, message, read] of [
    ["a greeting", { type: "connected" }, { kind: "connected" }],
    ["audio", { data: { hex: "00ff", pcm: { rate: 1 } } }, { kind: "audio", hex: "00ff", pcm: { rate: 1 } }],
    ["audio at the top", { hex: "00", pcm: 2 }, { kind: "audio", hex: "00", pcm: 2 }],
    ["audio beside its data", { hex: "00", pcm: 2, data: {} }, { kind: "audio", hex: "00", pcm: 2 }],
    ["the end of a segment", { data: { hex: "" } }, { kind: "audio", hex: "", pcm: undefined }],
    ["a notice", { data: { message: WAITING } }, { kind: "not-ready" }],
    ["a notice at the top", { type: "error", message: `${WAITING}...` }, { kind: "not-ready" }],
    ["a notice as its data", { data: WAITING }, { kind: "not-ready" }],
    ["an unknown channel", { message: "404 Not Found" }, { kind: "not-found" }],
    [
      "an error",
      { type: "error", message: "busy", code: "BUSY" },
      { kind: "error", body: { type: "error", message: "busy", code: "BUSY" } },
    ],
    [
      "an error by its status",
      { data: { status: 400, error: "no" } },
      { kind: "error", body: { status: 400, error: "no", message: "no" } },
    ],
    [
      "an error whose words stand beside its data",
      { type: "error", message: "busy", data: { status: "503" } },
      { kind: "error", body: { status: "503", message: "busy" } },
    ],
    ["a status that is no error", { data: { status: 399 } }, undefined],
    ["a pong", { type: "pong" }, undefined],
    ["audio that is no text", { type: "audio", data: { hex: 5 } }, undefined],
  ] as const) {
    it(`is understood: ${what}`, () => {
      assert.deepEqual(readLiveMessage(JSON.stringify(message)), read);
    });
  }

  for (const [text, read] of [
    [WAITING, { kind: "not-ready" }],
    ["404 Not Found", { kind: "not-found" }],
    ["hello", undefined],
    ["[]", undefined],
    ["", undefined],
  ] as const) {
    it(`is understood as plain text: ${text}`, () => assert.deepEqual(readLiveMessage(text), read));
  }
});

describe("a request on a live channel", () => {
  it("holds what is given, zero and false too, and nothing blank", () => {
    const request = { text: "Hello.", promptId: "", preset: undefined, top_k: 0, sharpen: false };
    assert.deepEqual(synthesisRequest(request), {
      type: "synthesis_request",
      data: { text: "Hello.", top_k: 0, sharpen: false },
    });
  });
});

describe("the address of a live channel", () => {
  it("is the one that the service names, without a fragment", () => {
    const { url } = liveAddress({ wsUrl: "wss://live.example/a?token=1#part" }, BASE);
    assert.equal(url.href, "wss://live.example/a?token=1");
  });

  for (const [given, ms] of [
    [5, 5000],
    ["90", 90_000],
    [3600, 3_600_000],
    [3601, 60_000],
    [0, 60_000],
    [-1, 60_000],
    ["soon", 60_000],
    [undefined, 60_000],
  ] as const) {
    it(`waits ${ms} ms where the service says ${given}`, () => {
      const { cancelAfterMs } = liveAddress({ wsUrl: "wss://live.example/", cancelAfter: given }, BASE);
      assert.equal(cancelAfterMs, ms);
    });
  }

  for (const wsUrl of [undefined, 5, "", "live.example", "https://live.example/", "xwss://live.example/"]) {
    it(`is not ${JSON.stringify(wsUrl)}`, () => {
      assert.throws(() => liveAddress({ wsUrl }, BASE), {
        code: "BAD_REPLY",
        cause: { retryable: false, detail: "it names no WebSocket address" },
      });
    });
  }

  it("is encrypted where the API is", () => {
    const open = { wsUrl: "ws://live.example:81/" };
    assert.throws(() => liveAddress(open, BASE), {
      code: "LIVE_UNSAFE",
      cause: { retryable: false, host: "live.example:81" },
    });
    assert.equal(liveAddress(open, "http://127.0.0.1:4880").url.href, "ws://live.example:81/");
  });
});
