/** The connection to a live channel, from the handshake to the close. API reference B.1 and B.2. */
import assert from "node:assert/strict";
import { getEventListeners } from "node:events";
import { VocuError, type ClientOptions } from "../../lib/api";
import { connectLive } from "../../lib/api/live-connect";
import type { LiveSocket, MessageLimit } from "../../lib/api/live-socket";
import { Redactor } from "../../lib/api/redact";
import type { Session } from "../../lib/api/session";
import { failure, KEY, refusingUrl, serveSocket, startProxy } from "./api-server";
import { HandClock, useLiveServer, type Caller } from "./live-fixtures";

const LONG: MessageLimit = { ms: 60_000, code: "TOO_LATE" };
const TEXT = { type: "message", data: { message: "Waiting for Turbo Channel to be ready." } };

describe("api live socket", () => {
  const server = useLiveServer();
  let clock: HandClock;
  beforeEach(() => {
    clock = new HandClock();
  });
  const sessionWith = (options: Partial<ClientOptions> = {}): Session =>
    ({
      options: { baseUrl: server().url, apiKey: KEY, connectTimeoutMs: 60_000, ...options },
      redactor: new Redactor([KEY]),
      clock,
    }) as unknown as Session;
  const hostOf = (): string => new URL(server().url).host;
  const connecting = (options?: Partial<ClientOptions>, signal?: AbortSignal): Promise<LiveSocket> =>
    connectLive(sessionWith(options), new URL(`${server().url.replace("http", "ws")}/channel`), signal);
  const connected = async (): Promise<{ socket: LiveSocket; caller: Caller }> => {
    server().greetings.push(() => undefined);
    const socket = await connecting();
    return { socket, caller: await server().callers.nth(0) };
  };

  describe("the handshake", () => {
    it("carries the key, and asks for no compression", async () => {
      const socket = await connecting();
      const { headers } = (await server().callers.nth(0)).request;
      assert.equal(headers.authorization, `Bearer ${KEY}`);
      assert.equal(headers["sec-websocket-extensions"], undefined);
      await socket.close();
    });

    it("does not begin where it was aborted before", async () => {
      const error = await failure(connecting({}, AbortSignal.abort()));
      assert.deepEqual([error.code, server().callers.entries.length], ["ABORTED", 0]);
    });

    it("ends with the reason of the signal, and leaves nothing on it", async () => {
      server().refusals.push("");
      const stop = new AbortController();
      const reason = new VocuError("EXPIRED", { retryable: false });
      const failed = failure(connecting({}, stop.signal));
      assert.equal(getEventListeners(stop.signal, "abort").length, 1);
      stop.abort(reason);
      assert.equal(await failed, reason);
      assert.equal(getEventListeners(stop.signal, "abort").length, 0);
    });

    it("leaves nothing on the signal where it succeeds", async () => {
      const { signal } = new AbortController();
      const socket = await connecting({}, signal);
      assert.equal(getEventListeners(signal, "abort").length, 0);
      await socket.close();
    });

    it("ends in time, and names the host", async () => {
      server().refusals.push("");
      const { code, cause } = await failure(connecting({ connectTimeoutMs: 50 }));
      assert.deepEqual(
        [code, cause],
        ["CONNECT_TIMEOUT", { retryable: true, host: hostOf(), timeoutMs: 50 }],
      );
    });

    const refusal = (status: number, body: string, length = Buffer.byteLength(body)): void => {
      server().refusals.push(`HTTP/1.1 ${status} X\r\nContent-Length: ${length}\r\n\r\n${body}`);
    };

    for (const [status, body, code, retryable] of [
      [200, "", "LIVE_REFUSED", false],
      [403, "", "LIVE_REFUSED", false],
      [404, "", "LIVE_REFUSED", false],
      [503, "", "LIVE_REFUSED", true],
      [403, '{"status":403,"code":"AUTH_FORBIDDEN"}', "AUTH_FORBIDDEN", false],
      [200, '{"status":403,"code":"AUTH_FORBIDDEN"}', "AUTH_FORBIDDEN", false],
    ] as const) {
      it(`is refused by ${status} ${body}`, async () => {
        refusal(status, body);
        const error = await failure(connecting());
        assert.deepEqual([error.code, error.cause.retryable], [code, retryable]);
        assert.equal(error.cause.statusCode, body === "" ? status : 403);
      });
    }

    it("is refused with as much of the words as came", async () => {
      refusal(403, "It broke", 100);
      const { code, cause } = await failure(connecting());
      assert.deepEqual([code, cause.serverMessage], ["LIVE_REFUSED", "It broke"]);
    });

    for (const [length, code] of [
      [64 * 1024, "OUT_OF_ORDER"],
      [64 * 1024 + 1, "LIVE_REFUSED"],
    ] as const) {
      it(`is refused with the code of a body of up to 64 KB: ${length} bytes`, async () => {
        const text = JSON.stringify({ code: "OUT_OF_ORDER", pad: "" });
        refusal(403, text.replace('""', `"${"x".repeat(length - text.length)}"`));
        assert.equal((await failure(connecting())).code, code);
      });
    }

    it("fails at a proxy with the proxy's status, and without its password", async () => {
      const proxy = await startProxy("user:right");
      const http = proxy.url.replace("//", "//user:wrong-password@");
      const error = await failure(connecting({ proxy: { http } }));
      assert.deepEqual(
        [error.code, error.cause],
        ["PROXY_FAILED", { statusCode: 407, host: hostOf(), retryable: false }],
      );
    });

    for (const [status, retryable] of [
      [499, false],
      [500, true],
    ] as const) {
      it(`fails at a proxy that answers ${status}`, async () => {
        const { url } = await serveSocket((socket) =>
          socket.once("data", () => socket.end(`HTTP/1.1 ${status} No\r\nContent-Length: 0\r\n\r\n`)),
        );
        const { code, cause } = await failure(connecting({ proxy: { http: url } }));
        assert.deepEqual([code, cause], ["PROXY_FAILED", { statusCode: status, host: hostOf(), retryable }]);
      });
    }

    it("fails where nobody listens, at the host or at the proxy", async () => {
      const nobody = await refusingUrl();
      assert.equal((await failure(connecting({ proxy: { http: nobody } }))).code, "PROXY_FAILED");
      await server().stop();
      assert.equal((await failure(connecting())).code, "CONNECTION_REFUSED");
    });

    it("may be tried again where the proxy does not reach the host", async () => {
      const proxy = await startProxy();
      await server().stop();
      const { code, cause } = await failure(connecting({ proxy: { http: proxy.url } }));
      assert.deepEqual([code, cause.statusCode, cause.retryable], ["PROXY_FAILED", 502, true]);
    });
  });

  describe("messages", () => {
    it("are kept until they are asked for, in their order, also where the connection breaks", async () => {
      const { socket, caller } = await connected();
      caller.say({ type: "audio_chunk", data: { hex: "01", pcm: {} } });
      caller.say({ type: "audio_chunk", data: { hex: "02", pcm: {} } });
      await caller.drop();
      assert.equal(socket.open, false);
      for (const hex of ["01", "02"]) {
        const message = await socket.next(LONG);
        assert.equal(message.kind === "audio" && message.hex, hex);
      }
      const { code, cause } = await failure(socket.next(LONG));
      assert.deepEqual([code, cause], ["LIVE_CLOSED", { retryable: false, host: hostOf() }]);
    });

    it("are delivered to the one who waits, whose limit is over then", async () => {
      const { socket, caller } = await connected();
      const { signal } = new AbortController();
      const waiting = socket.next({ ms: 300, code: "TOO_LATE" }, signal);
      assert.equal(getEventListeners(signal, "abort").length, 1);
      caller.say(TEXT);
      assert.equal((await waiting).kind, "not-ready");
      assert.equal(getEventListeners(signal, "abort").length, 0);
      const { code, cause } = await failure(socket.next({ ms: 310, code: "LATER" }));
      assert.deepEqual([code, cause], ["LATER", { retryable: false, timeoutMs: 310, host: hostOf() }]);
      await socket.close();
    });

    it("do not outlast a limit that is over, though there are some", async () => {
      const { socket, caller } = await connected();
      caller.say(TEXT);
      caller.say(TEXT);
      assert.equal((await socket.next({ ...LONG, since: performance.now() })).kind, "not-ready");
      const over = { ms: 1000, code: "TOO_LATE", since: performance.now() - 1000 };
      const { code, cause } = await failure(socket.next(over));
      assert.deepEqual([code, cause.timeoutMs], ["TOO_LATE", 1000]);
      assert.equal((await socket.next(LONG)).kind, "not-ready");
      await socket.close();
    });

    it("are not waited for after an abort, before or meanwhile", async () => {
      const { socket } = await connected();
      assert.equal((await failure(socket.next(LONG, AbortSignal.abort()))).code, "ABORTED");
      const stop = new AbortController();
      const waiting = failure(socket.next(LONG, stop.signal));
      stop.abort();
      assert.equal((await waiting).code, "ABORTED");
      assert.equal(socket.open, true);
      await socket.close();
    });

    it("are dropped while nobody asked for anything", async () => {
      const { socket, caller } = await connected();
      caller.say(TEXT);
      await socket.next(LONG);
      caller.say(TEXT);
      socket.attentive = false;
      caller.say(TEXT);
      // A pong comes behind everything that was said before.
      await new Promise<void>((resolve) => {
        caller.socket.once("pong", () => resolve());
        caller.socket.ping();
      });
      socket.attentive = true;
      caller.say({ type: "audio_chunk", data: { hex: "01", pcm: {} } });
      assert.equal((await socket.next(LONG)).kind, "audio");
      await socket.close();
    });
  });

  describe("a connection that breaks", () => {
    it("makes no sense where its bytes are no WebSocket's", async () => {
      const { socket, caller } = await connected();
      caller.request.socket.write(Buffer.from([0xff, 0xff, 0xff, 0xff]));
      const { code, cause } = await failure(socket.next(LONG));
      assert.deepEqual([code, cause.host, cause.retryable], ["LIVE_PROTOCOL", hostOf(), false]);
      assert.ok(cause.detail);
    });

    it("is closed where the server resets it", async () => {
      const { socket, caller } = await connected();
      const waiting = failure(socket.next(LONG));
      caller.request.socket.resetAndDestroy();
      const { code, cause } = await waiting;
      assert.deepEqual([code, cause.host, cause.retryable], ["LIVE_CLOSED", hostOf(), false]);
    });
  });

  describe("the close", () => {
    it("says so first, ends who waits, and is over when the connection is", async () => {
      const { socket, caller } = await connected();
      const waiting = failure(socket.next(LONG));
      await socket.close();
      assert.equal((await waiting).code, "ABORTED");
      assert.equal(socket.open, false);
      assert.equal(await caller.closed, 1000);
      assert.deepEqual(caller.asked.entries, [{ type: "close" }]);
      await socket.close();
      assert.equal(caller.asked.entries.length, 1);
    });

    it("drops what was not asked for", async () => {
      const { socket, caller } = await connected();
      caller.say(TEXT);
      caller.say(TEXT);
      await socket.next(LONG);
      await socket.close();
      assert.equal((await failure(socket.next(LONG))).code, "ABORTED");
    });

    it("ends the pings", async () => {
      const { socket, caller } = await connected();
      await clock.waits.find((ms) => ms === 20_000);
      await socket.close();
      clock.advance(20_000);
      await new Promise((resolve) => setImmediate(resolve));
      assert.deepEqual(caller.pings.entries, []);
    });
  });
});
