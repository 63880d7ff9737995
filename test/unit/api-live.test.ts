import assert from "node:assert/strict";
import { getEventListeners } from "node:events";
import type { LiveAudio, LiveChannel, LiveRequest, ClientOptions, VocuError } from "../../lib/api";
import { liveRoute } from "../../lib/api/live-address";
import type { Session } from "../../lib/api/session";
import { client, failure, KEY, pem, refusingUrl, standstill, startProxy } from "./api-server";
import { HandClock, LiveServer, useLiveServer, type Caller } from "./live-fixtures";

const TONE = Buffer.from([1, 2, 3, 4]);
const FOREVER_MS = 3_600_000;

async function heard(audio: AsyncIterable<LiveAudio>): Promise<LiveAudio[]> {
  const pieces: LiveAudio[] = [];
  for await (const piece of audio) pieces.push(piece);
  return pieces;
}

const hexOf = (pieces: readonly LiveAudio[]): string => pieces.map(({ hex }) => hex).join("");

describe("a live channel", () => {
  const server = useLiveServer();
  let clock: HandClock;
  beforeEach(() => {
    clock = new HandClock();
  });

  const channel = (options: Partial<ClientOptions> = {}, idleMs = FOREVER_MS): LiveChannel =>
    client(server().url, options, clock).live("voice-1", idleMs);
  const speaking = (
    live: LiveChannel,
    request: Partial<LiveRequest> = {},
    signal?: AbortSignal,
  ): Promise<LiveAudio[]> => heard(live.speak({ text: "Hello.", ...request }, { signal }));
  const failing = (live: LiveChannel, signal?: AbortSignal): Promise<VocuError> =>
    failure(speaking(live, {}, signal));
  /** Answers the next request of a caller whole. */
  const answer = async (caller: Caller, index = 0): Promise<void> => {
    await caller.asked.nth(index);
    caller.audio(TONE);
    caller.end();
  };

  describe("speaking", () => {
    it("opens a channel for its voice and sends the request under the API's names", async () => {
      const spoken = speaking(channel(), { promptId: "calm", top_k: 3, preset: undefined });
      const caller = await server().callers.nth(0);
      await answer(caller);
      await spoken;
      assert.deepEqual(server().opened, ["voice-1"]);
      assert.deepEqual(caller.asked.entries[0], {
        type: "synthesis_request",
        data: { text: "Hello.", promptId: "calm", top_k: 3 },
      });
    });

    it("passes on the audio as it comes, with its description, until the empty piece", async () => {
      const spoken = speaking(channel());
      const caller = await server().callers.nth(0);
      await caller.asked.nth(0);
      caller.audio(TONE, { rate: 8000 });
      caller.audio(TONE);
      caller.end();
      const pieces = await spoken;
      assert.equal(hexOf(pieces), "0102030401020304");
      assert.deepEqual(pieces[0]?.pcm, { rate: 8000 });
    });

    it("takes audio at the top level too, and passes over what nobody knows", async () => {
      const spoken = speaking(channel());
      const caller = await server().callers.nth(0);
      await caller.asked.nth(0);
      for (const message of ["no JSON", "[1]", { type: "weather", data: { sunny: true } }, { type: "pong" }])
        caller.say(message);
      caller.say({ type: "audio_chunk", hex: "0a0b", pcm: { rate: 1 } });
      caller.say({ type: "audio_chunk", hex: "" });
      assert.deepEqual(await spoken, [{ kind: "audio", hex: "0a0b", pcm: { rate: 1 } }]);
    });

    it("keeps the connection for the next text", async () => {
      const live = channel();
      for (const index of [0, 1]) {
        const spoken = speaking(live);
        await answer(await server().callers.nth(0), index);
        assert.equal(hexOf(await spoken), "01020304");
      }
      assert.equal(server().callers.entries.length, 1);
      assert.equal(server().opened.length, 1);
    });

    it("leaves nothing behind on the signal", async () => {
      const { signal } = new AbortController();
      const spoken = speaking(channel(), {}, signal);
      await answer(await server().callers.nth(0));
      await spoken;
      assert.equal(getEventListeners(signal, "abort").length, 0);
    });

    it("does not take what is left of a segment for the next one", async () => {
      const live = channel();
      const first = speaking(live);
      const caller = await server().callers.nth(0);
      await answer(caller);
      await first;
      caller.say({ type: "audio_chunk_count", data: { status: 200 } });
      const second = speaking(live);
      await caller.asked.nth(1);
      caller.say({ type: "segment_end", data: {} });
      caller.audio(TONE);
      caller.end();
      assert.equal(hexOf(await second), "01020304");
    });

    it("holds up a server that sends faster than it is listened to", async () => {
      const live = channel();
      const audio = live.speak({ text: "Hello." });
      const first = audio.next();
      const caller = await server().callers.nth(0);
      await caller.asked.nth(0);
      const piece = Buffer.alloc(512 * 1024, 7);
      for (let count = 0; count < 64; count++) caller.audio(piece);
      caller.end();
      let bytes = String((await first).value?.hex).length / 2;
      await standstill(() => caller.socket.bufferedAmount);
      assert.ok(caller.socket.bufferedAmount > 32 * piece.length, "most of it is still on the server's side");
      for await (const { hex } of audio) bytes += hex.length / 2;
      assert.equal(bytes, 64 * piece.length);
    });
  });

  describe("getting ready", () => {
    for (const notice of [
      { type: "message", data: { message: "Waiting for Turbo Channel to be ready." } },
      { type: "error", message: "Waiting for Turbo Channel to be ready." },
      "Waiting for Turbo Channel to be ready.",
    ]) {
      it(`comes back to the same address a second later: ${JSON.stringify(notice)}`, async () => {
        server().greetings.push((caller) => caller.say(notice));
        const spoken = speaking(channel());
        await clock.waits.find((ms) => ms === 1000);
        clock.advance(1000);
        const caller = await server().callers.nth(1);
        await answer(caller);
        await spoken;
        assert.equal(server().opened.length, 1);
        assert.equal(caller.request.url, server().callers.entries[0]?.request.url);
      });
    }

    it("gives up when it is not ready by the time the channel is cancelled", async () => {
      server().data = { cancelAfter: 2 };
      const notReady = (caller: Caller): void => caller.say("Waiting for Turbo Channel to be ready.");
      server().greetings.push(notReady, notReady);
      const failed = failing(channel());
      await clock.waits.find((ms) => ms === 1000);
      clock.advance(1000);
      const { code, cause } = await failed;
      assert.equal(code, "LIVE_NOT_READY");
      assert.deepEqual([cause.timeoutMs, cause.retryable], [2000, true]);
    });

    it("gives up on a server that never greets", async () => {
      server().data = { cancelAfter: 0.05 };
      server().greetings.push(() => undefined);
      assert.equal((await failing(channel())).code, "LIVE_NOT_READY");
    });

    it("opens another channel if the address is not known any more", async () => {
      const live = channel();
      const first = speaking(live);
      const caller = await server().callers.nth(0);
      await answer(caller);
      await first;
      await caller.drop();
      server().greetings.push((each) => {
        each.say("404 Not Found");
        each.socket.close();
      });
      const second = speaking(live);
      await answer(await server().callers.nth(2));
      await second;
      assert.equal(server().opened.length, 2);
    });

    it("does not open channels forever if each new one is not known", async () => {
      server().greetings.push((each) => each.say("404 Not Found"));
      const { code, cause } = await failing(channel());
      assert.deepEqual([code, cause.statusCode], ["LIVE_REFUSED", 404]);
      assert.equal(server().opened.length, 1);
    });

    it("may be tried again if the connection breaks before anything was asked", async () => {
      server().greetings.push((each) => each.socket.terminate());
      const { code, cause } = await failing(channel());
      assert.deepEqual([code, cause.retryable], ["LIVE_NOT_READY", true]);
    });

    it("reports an error that it is greeted with", async () => {
      const data = { status: 403, code: "BILLING_INSUFFICIENT_CREDIT", message: "No credits" };
      server().greetings.push((each) => each.say({ type: "error", data }));
      const { code, cause } = await failing(channel());
      assert.deepEqual([code, cause.statusCode], ["BILLING_INSUFFICIENT_CREDIT", 403]);
    });
  });

  describe("opening", () => {
    it("is not offered if the operation is not", async () => {
      server().openReply = { status: 404, body: '{"message":"Cannot POST"}' };
      assert.equal((await failing(channel())).code, "LIVE_NOT_OFFERED");
    });

    it("is refused with the service's own code", async () => {
      server().openReply = { status: 404, body: '{"status":404,"code":"VOICE_NOT_FOUND"}' };
      assert.equal((await failing(channel())).code, "VOICE_NOT_FOUND");
    });

    for (const wsUrl of [undefined, "", "channel", "https://127.0.0.1/", "file:///etc/passwd", 7]) {
      it(`is invalid with the address ${JSON.stringify(wsUrl)}`, async () => {
        server().data = { wsUrl };
        assert.equal((await failing(channel())).code, "BAD_REPLY");
      });
    }
  });

  describe("a refused handshake", () => {
    const refuse = (status: string, body = "", headers = ""): void => {
      const length = Buffer.byteLength(body);
      server().refusals.push(`HTTP/1.1 ${status}\r\nContent-Length: ${length}\r\n${headers}\r\n${body}`);
    };

    it("reports status, Retry-After and the server's words", async () => {
      refuse("429 Too Many", "Slow down", "Retry-After: 7\r\n");
      const { code, cause } = await failing(channel());
      assert.equal(code, "LIVE_REFUSED");
      assert.deepEqual(
        [cause.statusCode, cause.retryAfter, cause.serverMessage, cause.retryable],
        [429, 7, "Slow down", true],
      );
    });

    it("keeps the service's own code", async () => {
      refuse("401 Unauthorized", '{"status":401,"code":"AUTH_UNAUTHORIZED","message":"No"}');
      assert.equal((await failing(channel())).code, "AUTH_UNAUTHORIZED");
    });

    for (const status of ["403 Forbidden", "302 Found", "200 OK"]) {
      it(`is an error that waiting does not mend: ${status}`, async () => {
        refuse(status);
        const { code, cause } = await failing(channel());
        assert.deepEqual([code, cause.retryable], ["LIVE_REFUSED", false]);
      });
    }

    it("is tried again as the account says", async () => {
      refuse("503 Busy");
      const spoken = speaking(channel({ retries: 1 }));
      await clock.waits.nth(0);
      clock.advance(60_000);
      await answer(await server().callers.nth(0));
      await spoken;
    });

    it("means another channel when it says 404", async () => {
      const live = channel();
      const first = speaking(live);
      const caller = await server().callers.nth(0);
      await answer(caller);
      await first;
      await caller.drop();
      refuse("404 Not Found");
      const second = speaking(live);
      await answer(await server().callers.nth(1));
      await second;
      assert.equal(server().opened.length, 2);
    });
  });

  describe("staying connected", () => {
    it("pings well within a minute", async () => {
      const live = channel();
      const spoken = speaking(live);
      const caller = await server().callers.nth(0);
      await answer(caller);
      await spoken;
      for (const index of [0, 1]) {
        clock.advance(20_000);
        assert.equal(await caller.pings.nth(index), '{"type":"ping"}');
        // A pong of the WebSocket itself answers before anything else is said.
        await new Promise<void>((resolve) => {
          caller.socket.once("pong", () => resolve());
          caller.socket.ping();
        });
        await clock.waits.find(() => clock.waits.entries.filter((ms) => ms === 20_000).length > index + 1);
      }
    });

    it("gives up a connection whose other end is dead, and makes it again when it is needed", async () => {
      const live = channel();
      const first = speaking(live);
      const caller = await server().callers.nth(0);
      await answer(caller);
      await first;
      caller.socket.pause();
      clock.advance(20_000);
      await clock.waits.find(() => clock.waits.entries.filter((ms) => ms === 20_000).length > 1);
      clock.advance(20_000);
      await new Promise((resolve) => setImmediate(resolve));
      const second = speaking(live);
      await answer(await server().callers.nth(1));
      await second;
      assert.equal(server().opened.length, 1);
    });

    it("connects to the same address again after a drop", async () => {
      const live = channel();
      const first = speaking(live);
      const caller = await server().callers.nth(0);
      await answer(caller);
      await first;
      await caller.drop();
      const second = speaking(live);
      const again = await server().callers.nth(1);
      await answer(again);
      await second;
      assert.equal(again.request.url, caller.request.url);
      assert.equal(server().opened.length, 1);
    });

    it("closes itself when nobody has asked for anything for long enough", async () => {
      const live = channel({}, 1);
      const spoken = speaking(live);
      const caller = await server().callers.nth(0);
      await answer(caller);
      await spoken;
      assert.equal(await caller.closed, 1000);
      assert.deepEqual(caller.asked.last, { type: "close" });
    });

    it("is closed with its client", async () => {
      const owner = client(server().url, {}, clock);
      const spoken = speaking(owner.live("voice-1", FOREVER_MS));
      const caller = await server().callers.nth(0);
      await answer(caller);
      await spoken;
      await owner.close();
      assert.equal(await caller.closed, 1000);
    });

    it("leaves no timer behind when it is closed", async () => {
      const timers = (): number =>
        process.getActiveResourcesInfo().filter((resource) => resource === "Timeout").length;
      // A second one finds what the first needs of the process in place.
      let before = 0;
      for (const turn of [0, 1]) {
        const live = channel();
        const spoken = speaking(live);
        const caller = await server().callers.nth(turn);
        await answer(caller);
        await spoken;
        await live.close();
        await caller.closed;
        if (turn === 0) before = timers();
      }
      assert.ok(timers() <= before, `${timers()} timers instead of ${before}`);
    });

    it("does not wait for a server that ignores the close, and ends the connection a second later", async () => {
      const live = channel();
      const spoken = speaking(live);
      const caller = await server().callers.nth(0);
      await answer(caller);
      await spoken;
      caller.ignoreClose();
      const began = performance.now();
      await live.close();
      const waited = performance.now() - began;
      assert.ok(waited < 500, `it waited ${waited} ms`);
      assert.equal(await caller.closed, 1000);
      const lasted = performance.now() - began;
      assert.ok(lasted > 900 && lasted < 5000, `the connection lasted ${lasted} ms`);
    });
  });

  describe("a server that sends anything but audio, without end", () => {
    const notice = "Waiting for Turbo Channel to be ready.";
    const repeat = (caller: Caller, message: object | string): void => {
      const timer = setInterval(() => caller.say(message), 10);
      void caller.closed.then(() => clearInterval(timer));
    };
    const audio = { type: "audio_chunk", data: { hex: "01020304", pcm: {} } };

    it("does not hold up a text by repeating its notice", async () => {
      const failed = failing(channel({ firstByteTimeoutMs: 1000 }));
      const caller = await server().callers.nth(0);
      await caller.asked.nth(0);
      repeat(caller, notice);
      const { code, cause } = await failed;
      assert.deepEqual([code, cause.timeoutMs], ["FIRST_BYTE_TIMEOUT", 1000]);
    });

    it("does not hold up what comes behind the first audio", async () => {
      const failed = failing(channel({ stallTimeoutMs: 300 }));
      const caller = await server().callers.nth(0);
      await caller.asked.nth(0);
      caller.audio(TONE);
      repeat(caller, notice);
      const { code, cause } = await failed;
      assert.deepEqual([code, cause.timeoutMs], ["STREAM_STALLED", 300]);
    });

    it("does not hold up the greeting by audio that nobody asked for", async () => {
      server().data = { cancelAfter: 0.3 };
      server().greetings.push((caller) => repeat(caller, audio));
      assert.equal((await failing(channel())).code, "LIVE_NOT_READY");
    });

    it("does not hold up a text longer than the message's own limit while it is not ready", async () => {
      server().data = { cancelAfter: 3600 };
      const notReady = (caller: Caller): void => caller.say(notice);
      server().greetings.push(notReady, notReady, notReady);
      const failed = failure(heard(channel().speak({ text: "Hello." }, { timeoutMs: 2000 })));
      await clock.waits.find((ms) => ms === 1000);
      clock.advance(1000);
      const { code, cause } = await failed;
      assert.deepEqual([code, cause.timeoutMs], ["LIVE_NOT_READY", 2000]);
    });

    it("fails immediately if the server reports an unknown channel", async () => {
      const failed = failing(channel());
      const caller = await server().callers.nth(0);
      await caller.asked.nth(0);
      caller.say("404 Not Found");
      const { code, cause } = await failed;
      assert.deepEqual([code, cause.statusCode, cause.retryable], ["LIVE_CLOSED", 404, false]);
    });
  });

  describe("going wrong", () => {
    const asked = async (live: LiveChannel): Promise<{ failed: Promise<VocuError>; caller: Caller }> => {
      const failed = failing(live);
      const caller = await server().callers.nth(0);
      await caller.asked.nth(0);
      return { failed, caller };
    };

    it("does not send a request again that may have been spoken", async () => {
      const { failed, caller } = await asked(channel({ retries: 3 }));
      caller.socket.terminate();
      const { code, cause } = await failed;
      assert.deepEqual([code, cause.retryable], ["LIVE_CLOSED", false]);
      assert.equal(server().callers.entries.length, 1);
    });

    it("is an error of its own when the connection breaks within the audio", async () => {
      const { failed, caller } = await asked(channel());
      caller.audio(TONE);
      caller.socket.terminate();
      assert.equal((await failed).code, "STREAM_CUT");
    });

    it("is noticed when the audio stops coming", async () => {
      const { failed, caller } = await asked(channel({ stallTimeoutMs: 30 }));
      caller.audio(TONE);
      assert.equal((await failed).code, "STREAM_STALLED");
    });

    it("is noticed when no audio comes", async () => {
      const { failed } = await asked(channel({ firstByteTimeoutMs: 30 }));
      assert.equal((await failed).code, "FIRST_BYTE_TIMEOUT");
    });

    it("is noticed when a message is longer than any speech", async () => {
      const { failed, caller } = await asked(channel());
      caller.say("x".repeat(17 * 1024 * 1024));
      assert.equal((await failed).code, "LIVE_PROTOCOL");
    });

    it("carries the code and the words of an error message", async () => {
      const { failed, caller } = await asked(channel());
      caller.say({
        type: "error",
        data: { status: 404, code: "RESOURCE_NOT_FOUND", message: "No such style" },
      });
      const { code, cause } = await failed;
      assert.deepEqual([code, cause.serverMessage], ["RESOURCE_NOT_FOUND", "No such style"]);
    });

    it("takes the channel with it, so that nothing of it is heard in the next speech", async () => {
      const live = channel();
      const { failed, caller } = await asked(live);
      caller.say({ type: "error", data: { status: 500 } });
      await failed;
      await caller.closed;
      const spoken = speaking(live);
      await answer(await server().callers.nth(1));
      await spoken;
      assert.equal(server().opened.length, 2);
    });
  });

  describe("aborting", () => {
    it("closes the channel in the middle of the audio", async () => {
      const stop = new AbortController();
      const failed = failing(channel(), stop.signal);
      const caller = await server().callers.nth(0);
      await caller.asked.nth(0);
      caller.audio(TONE);
      stop.abort();
      assert.equal((await failed).code, "ABORTED");
      assert.equal(await caller.closed, 1000);
    });

    it("takes no longer where the server ignores the close, and the next text has a channel of its own", async () => {
      const stop = new AbortController();
      const live = channel();
      const failed = failing(live, stop.signal);
      const caller = await server().callers.nth(0);
      await caller.asked.nth(0);
      caller.audio(TONE);
      caller.ignoreClose();
      const began = performance.now();
      stop.abort();
      assert.equal((await failed).code, "ABORTED");
      const spoken = speaking(live);
      await answer(await server().callers.nth(1));
      await spoken;
      const took = performance.now() - began;
      assert.ok(took < 900, `it took ${took} ms`);
    });

    it("closes the channel when the listener leaves", async () => {
      const audio = channel().speak({ text: "Hello." });
      const first = audio.next();
      const caller = await server().callers.nth(0);
      await caller.asked.nth(0);
      caller.audio(TONE);
      await first;
      await audio.return();
      assert.equal(await caller.closed, 1000);
    });

    it("works while it waits for the channel to become ready", async () => {
      server().greetings.push((caller) => caller.say("Waiting for Turbo Channel to be ready."));
      const stop = new AbortController();
      const failed = failing(channel(), stop.signal);
      await clock.waits.find((ms) => ms === 1000);
      stop.abort();
      assert.equal((await failed).code, "ABORTED");
    });

    it("works while it waits for the greeting", async () => {
      server().greetings.push(() => undefined);
      const stop = new AbortController();
      const failed = failing(channel(), stop.signal);
      const caller = await server().callers.nth(0);
      stop.abort();
      assert.equal((await failed).code, "ABORTED");
      await caller.closed;
    });
  });

  describe("the way there", () => {
    it("carries the key to the API's own origin", async () => {
      const spoken = speaking(channel());
      const caller = await server().callers.nth(0);
      await answer(caller);
      await spoken;
      assert.equal(caller.request.headers.authorization, `Bearer ${KEY}`);
    });

    it("carries no key to another origin", async () => {
      const other = await new LiveServer().start();
      server().data = { wsUrl: `${other.url.replace("http", "ws")}/channel/x?queueOptions=1` };
      const spoken = speaking(channel());
      const caller = await other.callers.nth(0);
      await answer(caller);
      await spoken;
      await other.stop();
      assert.equal(caller.request.headers.authorization, undefined);
      assert.equal(caller.request.url, "/channel/x?queueOptions=1");
      assert.ok(!JSON.stringify(caller.request.rawHeaders).includes(KEY));
    });

    it("shows the account's certificate and name to the API's own host only", () => {
      const tls = { ca: "ca", cert: "cert", key: "key", passphrase: "", servername: "name" };
      const options = { baseUrl: "https://api.example/v1", apiKey: KEY, tls } as ClientOptions;
      const namesFor = (address: string): string[] => {
        const { signal } = new AbortController();
        return Object.keys(liveRoute({ options } as Session, new URL(address), signal)).sort();
      };
      const own = ["ca", "cert", "headers", "key", "servername"];
      assert.deepEqual(namesFor("wss://api.example/channel"), own);
      for (const foreign of ["wss://api.example:444/", "wss://other.example/"])
        assert.deepEqual(namesFor(foreign), ["ca", "headers"]);
    });

    it("goes through the account's proxy", async () => {
      const proxy = await startProxy("user:pass word");
      const auth = proxy.url.replace("//", "//user:pass%20word@");
      const spoken = speaking(channel({ proxy: { http: auth } }));
      const caller = await server().callers.nth(0);
      await answer(caller);
      await spoken;
      assert.deepEqual(proxy.tunnels, [new URL(server().url).host]);
    });

    for (const no of ["127.0.0.1", "*", "localhost, 127.0.0.1"]) {
      it(`bypasses the proxy if the account excludes the host: ${no}`, async () => {
        const proxy = await startProxy();
        const spoken = speaking(channel({ proxy: { http: proxy.url, no } }));
        await answer(await server().callers.nth(0));
        await spoken;
        assert.deepEqual([proxy.tunnels, proxy.plain], [[], []]);
      });
    }

    it("is barred by a proxy that wants a password, without telling one", async () => {
      const proxy = await startProxy("user:right");
      const no = server().url.replace("http://", "");
      const other = await new LiveServer().start();
      server().data = { wsUrl: other.url.replace("http", "ws") };
      const wrong = proxy.url.replace("//", "//user:wrong-password@");
      const error = await failing(channel({ proxy: { http: wrong, no } }));
      await other.stop();
      assert.deepEqual([error.code, error.cause.statusCode], ["PROXY_FAILED", 407]);
      assert.ok(!JSON.stringify([error.message, error.stack, error.cause]).includes("wrong-password"));
    });

    it("ends in an error if nobody listens, without the address's secret", async () => {
      server().data = { wsUrl: `${(await refusingUrl()).replace("http", "ws")}/channel/secret-queueOptions` };
      const error = await failing(channel());
      assert.equal(error.code, "CONNECTION_REFUSED");
      assert.ok(!JSON.stringify([error.message, error.stack, error.cause]).includes("secret-queueOptions"));
    });

    it("ends in time if nobody answers the handshake", async () => {
      server().refusals.push("");
      const { code, cause } = await failing(channel({ connectTimeoutMs: 300 }));
      assert.deepEqual([code, cause.timeoutMs], ["CONNECT_TIMEOUT", 300]);
    });

    it("is encrypted with the account's certificates", async () => {
      const secure = await new LiveServer().start(true);
      const live = client(secure.url, { tls: { ca: pem("ca-cert") } }, clock).live("voice-1", FOREVER_MS);
      const spoken = speaking(live);
      await answer(await secure.callers.nth(0));
      await spoken;
      await live.close();
      await secure.stop();
    });

    it("is never unencrypted if the API is encrypted", async () => {
      const secure = await new LiveServer().start(true);
      secure.data = { wsUrl: server().url.replace("http", "ws") };
      const live = client(secure.url, { tls: { ca: pem("ca-cert") } }, clock).live("voice-1", FOREVER_MS);
      assert.equal((await failing(live)).code, "LIVE_UNSAFE");
      await secure.stop();
      assert.equal(server().callers.entries.length, 0);
    });
  });
});
