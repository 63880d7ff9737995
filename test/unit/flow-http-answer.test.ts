/** How an answer of the node "http stream" waits for its client, over a real connection. */
import assert from "node:assert/strict";
import { getEventListeners, once } from "node:events";
import { createServer, request, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { NodeAPI } from "node-red";
import { useFakeTimers, type SinonFakeTimers } from "sinon";
import type { AudioSinkContext } from "../../lib/flow/sound/audio-sink";
import { answeringSink, type HttpSettings } from "../../lib/flow/sound/http-answer";
import { IncomingAudio } from "../../lib/flow/sound/incoming-audio";
import { framesOf } from "./audio-fixtures";

const IDLE_S = 5;

/** More than the buffers of a connection take. */
const MUCH = 64 * 1024 * 1024;

/** A speech whose signal can be looked at. */
class ObservedAudio extends IncomingAudio {
  opened: AbortSignal | undefined;

  override open(signal: AbortSignal, samples?: "wav" | "raw"): ReturnType<IncomingAudio["open"]> {
    this.opened = signal;
    return super.open(signal, samples);
  }
}

describe("an answer over HTTP", () => {
  let clock: SinonFakeTimers;
  let server: Server;
  let response: ServerResponse;
  let client: IncomingMessage | undefined;
  let asking: ReturnType<typeof request>;
  const events: string[] = [];

  beforeEach(async () => {
    server = createServer().listen(0, "127.0.0.1");
    await once(server, "listening");
    asking = request({ port: (server.address() as AddressInfo).port, host: "127.0.0.1" }).end();
    asking.on("error", () => undefined);
    // Nothing of the body is read unless a test does so.
    asking.on("response", (answer) => (client = answer.on("error", () => undefined)));
    [, response] = (await once(server, "request")) as [IncomingMessage, ServerResponse];
    events.length = 0;
    clock = useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
  });
  afterEach(async () => {
    clock.restore();
    asking.destroy();
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });

  const speechOf = (data: Buffer | AsyncGenerator<Buffer>): ObservedAudio =>
    new ObservedAudio(
      { message: { _msgid: "m", res: response }, data, done: () => undefined },
      undefined,
      IDLE_S * 1000,
    );
  const answer = (speech: ObservedAudio): Promise<void> => {
    const context: AudioSinkContext<{ samples: "wav" }, HttpSettings> = {
      RED: { util: { cloneMessage: (message: object) => message } } as unknown as NodeAPI,
      inputs: { samples: "wav" },
      settings: { idleTimeout: IDLE_S },
      speech,
      signal: speech.signal,
      translate: (key) => key,
      status: {
        working: () => undefined,
        done: (text: string) => events.push(text),
      } as unknown as AudioSinkContext<unknown, unknown>["status"],
      send: () => events.push("sent"),
      retract: () => undefined,
    };
    return answeringSink().handle(context);
  };
  const audio = (bytes = 0): Buffer => Buffer.concat([...framesOf(3), Buffer.alloc(bytes)]);
  /** Lets the network work until the answer waits for its client. */
  const waits = async (): Promise<void> => {
    while (clock.countTimers() === 0) await new Promise((resolve) => setImmediate(resolve));
  };

  it("leaves no timer and no listener behind", async () => {
    const before = response.eventNames().map((name) => [name, response.listenerCount(name)]);
    asking.on("response", (body) => body.resume());
    const speech = speechOf(audio(MUCH));
    await answer(speech);
    assert.equal(clock.countTimers(), 0);
    assert.ok(speech.opened);
    assert.equal(getEventListeners(speech.opened, "abort").length, 0);
    // Its error listener stays: a connection may still break.
    const after = response.eventNames().filter((name) => name !== "error");
    assert.deepEqual(
      after.map((name) => [name, response.listenerCount(name)]),
      before.filter(([name]) => name !== "error"),
    );
  });

  it("is reported only when the connection has taken the last of it", async () => {
    async function* untilItIsFull(): AsyncGenerator<Buffer> {
      yield audio();
      do {
        yield Buffer.alloc(4096);
        await new Promise((resolve) => setImmediate(resolve));
      } while (response.socket?.writableLength === 0);
    }
    const answered = answer(speechOf(untilItIsFull()));
    await Promise.race([waits(), answered]);
    assert.deepEqual(events, []);
    client?.resume();
    await answered;
    assert.deepEqual(events, ["sent", "shared:status.answered"]);
  });

  it("waits for a client that takes nothing exactly as many seconds as are set", async () => {
    const answered = answer(speechOf(audio(MUCH)));
    await waits();
    clock.tick(IDLE_S * 1000 - 1);
    assert.equal(response.destroyed, false);
    clock.tick(1);
    await answered;
    assert.ok(response.destroyed);
    assert.equal(response.listenerCount("drain"), 0);
    assert.deepEqual(events, ["shared:status.clientLeft"]);
  });

  it("does not wait for its client when the speech was stopped while a chunk was read", async () => {
    const stopped = new Error("stopped");
    // eslint-disable-next-line @typescript-eslint/require-await -- a file is read asynchronously
    async function* file(): AsyncGenerator<Buffer> {
      yield audio();
      speech.fail(stopped);
      yield audio(MUCH);
    }
    const speech: ObservedAudio = speechOf(file());
    await assert.rejects(answer(speech), stopped);
    assert.equal(clock.countTimers(), 0);
  });

  it("ends without an error when its connection breaks", async () => {
    const begun = once(asking, "response");
    const answered = answer(speechOf(audio(MUCH)));
    await Promise.all([waits(), begun]);
    response.destroy(new Error("broken pipe"));
    await answered;
    assert.deepEqual(events, ["shared:status.clientLeft"]);
    assert.equal(client?.complete, false);
  });

  it("does not wait for a speech whose client has left before it", async () => {
    // eslint-disable-next-line require-yield -- nothing of the speech has arrived
    async function* late(): AsyncGenerator<Buffer> {
      await new Promise(() => undefined);
    }
    const closed = once(response, "close");
    response.destroy();
    await closed;
    await answer(speechOf(late()));
    assert.deepEqual(events, ["shared:status.clientLeft"]);
  });

  it("ends without an error when another node ends it in between", async () => {
    // eslint-disable-next-line @typescript-eslint/require-await -- a file is read asynchronously
    async function* file(): AsyncGenerator<Buffer> {
      yield audio();
      response.end();
      yield audio();
    }
    await answer(speechOf(file()));
    assert.deepEqual(events, ["shared:status.clientLeft"]);
  });
});
