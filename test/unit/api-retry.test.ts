import assert from "node:assert/strict";
import { VocuError } from "../../lib/api";
import { systemClock } from "../../lib/api/clock";
import { waitBefore } from "../../lib/api/retry";
import {
  bytes,
  client,
  collect,
  failure,
  FakeClock,
  json,
  refusingUrl,
  serve,
  serveSocket,
} from "./api-server";

const READ = { operation: "voice-list", method: "GET", path: "/api/voice" } as const;
const WRITE = { operation: "voice-create", method: "POST", path: "/api/voice", json: {} } as const;
const PAID_GET = { ...READ, costsCredits: true } as const;
const HELLO = { voiceId: "v", text: "Hello" };

/** Answers with the statuses in turn, then with success. */
const failing = (statuses: number[], headers: Record<string, string> = {}) => {
  const left = [...statuses];
  return serve((_request, response) => {
    const status = left.shift() ?? 200;
    json(response, { status, data: "ok" }, status, headers);
  });
};

describe("api retry", () => {
  for (const status of [429, 500, 502, 503, 504]) {
    it(`repeats a read after ${status}`, async () => {
      const server = await failing([status]);
      const reply = await client(server.url, { retries: 2 }).call(READ);
      assert.deepEqual([reply.data, reply.attempts], ["ok", 2]);
    });
  }

  for (const status of [400, 401, 403, 404, 409, 413]) {
    it(`does not repeat a read after ${status}`, async () => {
      const server = await failing([status]);
      const error = await failure(client(server.url, { retries: 2 }).call(READ));
      assert.deepEqual([error.cause.attempts, server.seen.length], [1, 1]);
    });
  }

  for (const [what, request] of [
    ["a write", WRITE],
    ["a GET that costs credits", PAID_GET],
  ] as const) {
    for (const status of [429, 503]) {
      it(`repeats ${what} after ${status}, which refused it`, async () => {
        const server = await failing([status]);
        assert.equal((await client(server.url, { retries: 2 }).call(request)).attempts, 2);
      });
    }

    for (const status of [500, 502, 504]) {
      it(`does not repeat ${what} after ${status}`, async () => {
        const server = await failing([status]);
        const error = await failure(client(server.url, { retries: 2 }).call(request));
        assert.deepEqual([error.cause.attempts, server.seen.length], [1, 1]);
      });
    }

    it(`does not repeat ${what} that may have arrived`, async () => {
      let times = 0;
      const server = await serveSocket((socket) => {
        socket.once("data", () => {
          times++;
          socket.resetAndDestroy();
        });
      });
      const error = await failure(client(server.url, { retries: 2 }).call(request));
      assert.deepEqual([error.code, error.cause.attempts, times], ["CONNECTION_LOST", 1, 1]);
    });

    it(`repeats ${what} when there was no connection`, async () => {
      const error = await failure(client(await refusingUrl(), { retries: 2 }).call(request));
      assert.deepEqual(
        [error.code, error.cause.attempts, error.cause.retryable],
        ["CONNECTION_REFUSED", 3, true],
      );
    });
  }

  it("repeats a read whose connection was lost", async () => {
    let times = 0;
    const server = await serve((_request, response) => {
      if (times++ === 0) response.destroy();
      else json(response, { status: 200, data: "ok" });
    });
    assert.equal((await client(server.url, { retries: 2 }).call(READ)).attempts, 2);
  });

  it("gives up after the given number of retries", async () => {
    const server = await failing([500, 500, 500, 500]);
    const error = await failure(client(server.url, { retries: 2 }).call(READ));
    assert.deepEqual([error.code, error.cause.attempts, server.seen.length], ["HTTP_500", 3, 3]);
  });

  it("waits twice as long each time, up to 8 seconds", async () => {
    const clock = new FakeClock();
    await failure(client(await refusingUrl(), { retries: 6 }, clock).call(READ));
    assert.deepEqual(clock.waits, [500, 1000, 2000, 4000, 8000, 8000]);
  });

  it("spreads the waits by chance over their upper half", () => {
    const error = new VocuError("HTTP_500", { retryable: true });
    assert.deepEqual([waitBefore(2, error, 0), waitBefore(2, error, 0.5)], [250, 375]);
  });

  for (const [form, value] of [
    ["seconds", "7"],
    ["a date", "Thu, 01 Jan 2026 00:00:07 GMT"],
  ] as const) {
    it(`waits as long as Retry-After asks, given as ${form}`, async () => {
      const clock = new FakeClock();
      const server = await failing([429], { "Retry-After": value });
      await client(server.url, { retries: 1 }, clock).call(READ);
      assert.deepEqual(clock.waits, [7000]);
    });
  }

  it("waits when Retry-After asks for exactly a minute", async () => {
    const clock = new FakeClock();
    const server = await failing([429], { "Retry-After": "60" });
    assert.equal((await client(server.url, { retries: 1 }, clock).call(READ)).attempts, 2);
    assert.deepEqual(clock.waits, [60_000]);
  });

  for (const request of [READ, WRITE]) {
    it(`does not repeat a ${request.method} that was not answered in time, which would double the wait`, async () => {
      const server = await serve(() => undefined);
      const vocu = client(server.url, { retries: 2, firstByteTimeoutMs: 50 });
      const error = await failure(vocu.call(request));
      assert.deepEqual([error.code, error.cause.attempts, server.seen.length], ["FIRST_BYTE_TIMEOUT", 1, 1]);
    });
  }

  it("does not wait when Retry-After asks for more than a minute, but reports how long", async () => {
    const clock = new FakeClock();
    const server = await failing([429], { "Retry-After": "61" });
    const error = await failure(client(server.url, { retries: 1 }, clock).call(READ));
    assert.deepEqual([error.cause.retryAfter, error.cause.retryable, clock.waits], [61, true, []]);
  });

  it("is interrupted by abort while it waits", async () => {
    const abort = new AbortController();
    const server = await failing([429], { "Retry-After": "50" });
    const call = failure(
      client(server.url, { retries: 1 }, systemClock).call(READ, { signal: abort.signal }),
    );
    await server.request(0);
    setImmediate(() => abort.abort());
    assert.equal((await call).code, "ABORTED");
    assert.equal(server.seen.length, 1);
  });

  it("repeats a speech that was refused for its rate, and counts it", async () => {
    let times = 0;
    const server = await serve((_request, response) => {
      if (times++ === 0) json(response, { status: 429, code: "RATE_LIMIT_CONCURRENT" }, 429);
      else response.writeHead(200, { "content-type": "audio/mpeg" }).end(bytes(10));
    });
    const speech = await client(server.url, { retries: 1 }).speak(HELLO);
    assert.deepEqual([await collect(speech.audio), speech.attempts], [bytes(10), 2]);
  });

  it("never repeats a speech after its first byte", async () => {
    const server = await serve((_request, response) => {
      response.writeHead(200, { "content-type": "audio/mpeg" });
      response.write(bytes(10), () => response.destroy());
    });
    const speech = await client(server.url, { retries: 5 }).speak(HELLO);
    assert.equal((await failure(collect(speech.audio))).code, "STREAM_CUT");
    assert.equal(server.seen.length, 1);
  });

  it("never repeats a speech that may have been accepted", async () => {
    const server = await serve((_request, response) => response.destroy());
    const error = await failure(client(server.url, { retries: 5 }).speak(HELLO));
    assert.deepEqual([error.code, error.cause.retryable, server.seen.length], ["CONNECTION_LOST", false, 1]);
  });
});

describe("api rate limit", () => {
  const told = async (answer: [statuses: number[], headers?: Record<string, string>], request: object) => {
    const waits: number[] = [];
    const server = await failing(...answer);
    const vocu = client(server.url, { retries: 1, onRateLimit: (ms) => waits.push(ms) });
    await (
      "voiceId" in request ? vocu.speak(request as typeof HELLO) : vocu.call(request as typeof READ)
    ).catch(() => undefined);
    return waits;
  };

  it("passes the wait that the server requests to the account", async () => {
    assert.deepEqual(await told([[429], { "retry-after": "3" }], PAID_GET), [3000]);
  });

  it("does so for reads and speeches too", async () => {
    assert.deepEqual(await told([[429], { "retry-after": "3" }], READ), [3000]);
    assert.deepEqual(await told([[429], { "retry-after": "3" }], HELLO), [3000]);
  });

  it("passes the wait before the next try if the server requests none", async () => {
    assert.deepEqual(await told([[429]], READ), [500]);
  });

  it("passes it also when no try is left", async () => {
    assert.deepEqual(await told([[429, 429], { "retry-after": "2" }], READ), [2000, 2000]);
  });

  it("passes at most a minute", async () => {
    assert.deepEqual(await told([[429], { "retry-after": "3600" }], READ), [60_000]);
  });

  it("passes nothing for other faults", async () => {
    assert.deepEqual(await told([[503], { "retry-after": "3" }], READ), []);
  });
});
