/** The client as the rest of the package uses it. */
import assert from "node:assert/strict";
import { bytes, client, collect, failure, json, KEY, serve } from "./api-server";
import { HandClock, useLiveServer } from "./live-fixtures";

const READ = { operation: "voice-list", method: "GET", path: "/api/voice" } as const;
const WRITE = { operation: "voice-create", method: "POST", path: "/api/voice", json: {} } as const;
const PAID = { operation: "generate", method: "GET", path: "/api/tts", costsCredits: true } as const;
const AGAIN = { ...WRITE, repeatable: true } as const;

describe("api client: whether to try again", () => {
  for (const [what, request, retryable] of [
    ["a read", READ, true],
    ["a write", WRITE, false],
    ["a write that may be repeated", AGAIN, true],
    ["a read that costs credits", PAID, false],
    ["a write that may be repeated, but costs credits", { ...AGAIN, costsCredits: true }, false],
  ] as const) {
    it(`${retryable ? "may help" : "does not help"} where ${what} may have been accepted`, async () => {
      const lost = await serve((_request, response) => response.destroy());
      const silent = await serve(() => undefined);
      for (const [url, code] of [
        [lost.url, "CONNECTION_LOST"],
        [silent.url, "FIRST_BYTE_TIMEOUT"],
      ] as const) {
        const error = await failure(client(url, { firstByteTimeoutMs: 60 }).call(request));
        assert.deepEqual(
          [error.code, error.cause.retryable, error.cause.operation],
          [code, retryable, request.operation],
        );
      }
    });

    it(`may help ${what} that was refused for its rate`, async () => {
      const server = await serve((_request, response) => json(response, { status: 429 }, 429));
      assert.equal((await failure(client(server.url).call(request))).cause.retryable, true);
    });

    it(`${retryable ? "is done" : "is not done"} for ${what} after 500`, async () => {
      const server = await serve((_request, response) => json(response, { status: 500 }, 500));
      await failure(client(server.url, { retries: 1 }).call(request));
      assert.equal(server.seen.length, retryable ? 2 : 1);
    });
  }
});

describe("api client", () => {
  it("tells how long a call took", async () => {
    const server = await serve((_request, response) => json(response, { status: 200 }));
    const before = performance.now();
    const { durationMs } = await client(server.url).call(READ);
    assert.ok(durationMs > 0 && durationMs <= performance.now() - before, String(durationMs));
  });

  it("continues a speech that was begun elsewhere, without the key", async () => {
    const audio = bytes(3000);
    const storage = await serve((_request, response) => response.end(audio));
    const begun = { audioUrl: storage.url, bytes: 100, overlap: audio.subarray(0, 100) };
    const rest = await client("https://v1.vocu.ai").continueSpeech(begun);
    assert.deepEqual(await collect(rest.audio), audio.subarray(100));
    assert.equal(JSON.stringify(storage.seen[0]?.headers).includes(KEY), false);
  });
});

describe("api client: live channels", () => {
  const server = useLiveServer();
  const HOUR_MS = 3_600_000;

  /** A channel over which something was said. */
  const used = async () => {
    const vocu = client(server().url, {}, new HandClock());
    const channel = vocu.live("voice-1", HOUR_MS);
    const speaking = collect(
      (async function* () {
        for await (const { hex } of channel.speak({ text: "Hello." })) yield Buffer.from(hex, "hex");
      })(),
    );
    const caller = await server().callers.nth(0);
    await caller.asked.nth(0);
    caller.audio(Buffer.from([1, 2]));
    caller.end();
    assert.deepEqual(await speaking, Buffer.from([1, 2]));
    return { vocu, channel, caller };
  };

  it("are opened for their voice, with the key", async () => {
    const { vocu } = await used();
    assert.deepEqual(server().opened, ["voice-1"]);
    assert.equal(server().openHeaders[0]?.authorization, `Bearer ${KEY}`);
    await vocu.close();
  });

  it("are closed one by one", async () => {
    const { vocu, channel, caller } = await used();
    await vocu.forget(channel);
    assert.equal(await caller.closed, 1000);
  });

  it("are closed with the client, and so is everything else", async () => {
    const { vocu, caller } = await used();
    await vocu.close();
    assert.equal(await caller.closed, 1000);
    assert.equal((await failure(vocu.call(READ))).code, "ABORTED");
  });
});
