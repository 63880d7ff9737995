import assert from "node:assert/strict";
import { once } from "node:events";
import { WebSocket } from "ws";
import { startSandbox, voiceIds, type LiveFault, type Sandbox } from "../../sandbox";
import { call, dataOf } from "./sandbox-caller";

interface Message {
  type: string;
  hex?: string;
  data?: {
    hex?: string;
    pcm?: { sampleRate: number; channels: number; bitDepth: number };
    status?: number;
    message?: string;
    code?: string;
  };
}

/** A client that keeps what it is told and lets tests wait for more. */
class Listener {
  readonly texts: string[] = [];
  readonly socket: WebSocket;
  readonly closed: Promise<unknown>;
  #heard: () => void = () => undefined;

  constructor(url: string) {
    this.socket = new WebSocket(url);
    this.closed = new Promise((resolve) => this.socket.on("close", resolve));
    this.socket.on("message", (data: Buffer) => {
      this.texts.push(data.toString());
      this.#heard();
    });
    void this.closed.then(() => this.#heard());
  }

  get messages(): Message[] {
    return this.texts.map((text) => JSON.parse(text) as Message);
  }

  /** Resolves once what was heard fits. */
  async until(fits: (messages: Message[]) => boolean): Promise<Message[]> {
    while (!fits(this.messages)) await new Promise<void>((heard) => (this.#heard = heard));
    return this.messages;
  }

  say(message: object): void {
    this.socket.send(JSON.stringify(message));
  }

  speak(text: string, more = {}): void {
    this.say({ type: "synthesis_request", data: { text, ...more } });
  }
}

const ends = (messages: Message[]) => messages.filter(({ type }) => type === "segment_end").length;
const audioOf = (messages: Message[]) => messages.filter(({ type }) => type === "audio_chunk");

describe("the sandbox's live channel", () => {
  let sandbox: Sandbox;
  beforeEach(async () => {
    sandbox = await startSandbox();
  });
  afterEach(() => sandbox.close());

  const openChannel = async (): Promise<{ wsUrl: string; cancelAfter: number }> =>
    dataOf(await call(sandbox, "/api/tts/turbo/channel", { json: { voiceId: voiceIds.english } })) as {
      wsUrl: string;
      cancelAfter: number;
    };
  const connect = async (): Promise<Listener> => {
    const listener = new Listener((await openChannel()).wsUrl);
    await listener.until((messages) => messages.length > 0);
    return listener;
  };

  it("greets the client with the voice's id", async () => {
    const [greeting] = (await connect()).messages;
    assert.deepEqual([greeting?.type, greeting?.data?.status], ["connected", 200]);
    assert.match(String(greeting?.data?.message), new RegExp(`^OK.*${voiceIds.english}`));
  });

  it("speaks as hexadecimal PCM, ended by an empty chunk", async () => {
    const listener = await connect();
    listener.speak("Hello there.");
    const audio = audioOf(await listener.until((messages) => ends(messages) === 1));
    assert.equal(audio.at(-1)?.data?.hex, "");
    const pcm = Buffer.concat(audio.map(({ data }) => Buffer.from(data?.hex ?? "", "hex")));
    const { sampleRate = 0, channels, bitDepth } = audio[0]?.data?.pcm ?? {};
    assert.deepEqual([channels, bitDepth], [1, 16]);
    assert.ok(pcm.length / 2 / sampleRate > 0.5, "more than half a second");
    assert.ok(
      new Int16Array(pcm.buffer.slice(pcm.byteOffset, pcm.byteOffset + 20_000)).some((each) => each > 1000),
    );
  });

  it("answers requests in their order, charged by the character", async () => {
    const listener = await connect();
    listener.speak("A rather longer first sentence.");
    listener.speak("Hi.");
    const audio = audioOf(await listener.until((messages) => ends(messages) === 2));
    const lengths = [0];
    for (const { data } of audio) {
      if (data?.hex === "") lengths.push(0);
      else lengths[lengths.length - 1] = (lengths.at(-1) ?? 0) + 1;
    }
    assert.ok((lengths[0] ?? 0) > 2 * (lengths[1] ?? 0));
    assert.equal(sandbox.account.spent, "A rather longer first sentence.Hi.".length);
  });

  it("answers a bad request with an error and continues", async () => {
    const listener = await connect();
    listener.speak("Hi.", { promptId: "unknown" });
    listener.speak("Hi.");
    const messages = await listener.until((all) => ends(all) === 1);
    assert.equal(messages.find(({ type }) => type === "error")?.data?.code, "RESOURCE_NOT_FOUND");
  });

  it("records each message of the client, and what breaks the document", async () => {
    const listener = await connect();
    listener.speak("Hi.", { speed: 2 });
    const record = await sandbox.waitForRequest(({ method }) => method === "WS");
    assert.deepEqual(record.body, { type: "synthesis_request", data: { text: "Hi.", speed: 2 } });
    assert.equal(sandbox.violations.length, 1);
  });

  it("records a message of a type that the document does not know as a violation", async () => {
    const listener = await connect();
    listener.say({ type: "weather" });
    await sandbox.waitForRequest(({ method }) => method === "WS");
    assert.match(sandbox.violations.join(), /unknown message \{"type":"weather"\}/);
  });

  it("closes on request, permanently", async () => {
    const listener = await connect();
    listener.say({ type: "close" });
    assert.equal(await listener.closed, 1000);
    const late = new Listener(listener.socket.url);
    await late.closed;
    assert.deepEqual(late.texts, ["404 Not Found"]);
  });

  it("keeps a channel for another client until it has been alone for a minute", async () => {
    const { wsUrl } = await openChannel();
    const first = new Listener(wsUrl);
    await first.until((messages) => messages.length > 0);
    first.socket.close();
    await first.closed;
    await sandbox.requests.find(({ method, path }) => method === "GET" && path.startsWith("/turbo/"))?.ended;
    sandbox.advance(59_000);
    const second = new Listener(wsUrl);
    const [greeting] = await second.until((messages) => messages.length > 0);
    assert.equal(greeting?.type, "connected");
  });

  it("cancels a channel that nobody connects to in time", async () => {
    const { wsUrl, cancelAfter } = await openChannel();
    sandbox.advance(cancelAfter * 1000);
    const late = new Listener(wsUrl);
    await late.closed;
    assert.deepEqual(late.texts, ["404 Not Found"]);
  });

  it("drops a silent client after a minute, and one that pings does not count as silent", async () => {
    const listener = await connect();
    sandbox.advance(40_000);
    listener.say({ type: "ping" });
    await listener.until((messages) => messages.some(({ type }) => type === "pong"));
    sandbox.advance(40_000);
    listener.speak("Hi.");
    await listener.until((messages) => ends(messages) === 1);
    sandbox.advance(60_000);
    assert.equal(await listener.closed, 1001);
  });

  it("refuses a channel for a voice that cannot speak so", async () => {
    const reply = await call(sandbox, "/api/tts/turbo/channel", { json: { voiceId: "nobody" } });
    assert.deepEqual([reply.status, reply.json.code], [404, "VOICE_NOT_FOUND"]);
  });

  it("refuses the handshake with a status and Retry-After", async () => {
    const { wsUrl } = await openChannel();
    sandbox.fail({ on: { path: /^\/turbo\// }, error: { status: 429, headers: { "Retry-After": "2" } } });
    const socket = new WebSocket(wsUrl);
    socket.on("error", () => undefined);
    const [, response] = (await once(socket, "unexpected-response")) as [
      unknown,
      { statusCode: number; headers: Record<string, string>; resume(): void },
    ];
    response.resume();
    assert.deepEqual([response.statusCode, response.headers["retry-after"]], [429, "2"]);
  });

  it("resets the handshake", async () => {
    const { wsUrl } = await openChannel();
    sandbox.fail({ on: { path: /^\/turbo\// }, resetBeforeHeaders: true });
    const [error] = (await once(new WebSocket(wsUrl), "error")) as [Error];
    assert.ok(error instanceof Error);
  });

  for (const live of ["not-ready", "not-ready-text"] satisfies LiveFault[]) {
    it(`is not ready yet (${live}), but later on the same address`, async () => {
      const { wsUrl } = await openChannel();
      sandbox.fail({ live });
      const early = new Listener(wsUrl);
      await early.closed;
      assert.match(early.texts[0] ?? "", /Waiting for Turbo Channel to be ready\./);
      const [greeting] = await new Listener(wsUrl).until((messages) => messages.length > 0);
      assert.equal(greeting?.type, "connected");
    });
  }

  async function spokenWith(live: LiveFault, enough: (messages: Message[]) => boolean): Promise<Message[]> {
    sandbox.fail({ live });
    const listener = await connect();
    listener.speak("Hello there.");
    return listener.until(enough);
  }

  it("sends faulty hexadecimal", async () => {
    const odd = audioOf(await spokenWith("odd-hex", (all) => ends(all) === 1));
    assert.equal((odd[0]?.data?.hex?.length ?? 0) % 2, 1);
    const not = audioOf(await spokenWith("not-hex", (all) => ends(all) === 1));
    assert.match(not[0]?.data?.hex ?? "", /^zz/);
  });

  it("puts the audio at the top level, adds unknown messages, leaves out the end message", async () => {
    assert.ok(audioOf(await spokenWith("top-level", (all) => ends(all) === 1))[0]?.hex);
    assert.ok(
      (await spokenWith("unknown-messages", (all) => ends(all) === 1)).some(({ type }) => type === "weather"),
    );
    const endless = await spokenWith("no-end-message", (all) => all.at(-1)?.data?.hex === "");
    assert.equal(ends(endless), 0);
  });

  it("breaks off in the middle", async () => {
    sandbox.fail({ live: "cut" });
    const listener = await connect();
    listener.speak("Hello there.");
    assert.equal(await listener.closed, 1006);
    assert.equal(audioOf(listener.messages).length, 1);
  });

  it("repeats that it is not ready, without ever closing", async () => {
    const { wsUrl } = await openChannel();
    sandbox.fail({ live: "repeat-notice" });
    const listener = new Listener(wsUrl);
    const messages = await listener.until((all) => all.length === 3);
    for (const { data } of messages) assert.match(data?.message ?? "", /^Waiting for Turbo Channel/);
    assert.equal(listener.socket.readyState, WebSocket.OPEN);
  });

  it("sends audio before it greets, or instead", async () => {
    const early = await spokenWith("audio-first", (all) => ends(all) === 1);
    assert.deepEqual(
      early.slice(0, 3).map(({ type }) => type),
      ["audio_chunk", "connected", "audio_chunk"],
    );
    sandbox.fail({ live: "never-greets" });
    const never = await connect();
    const messages = await never.until((all) => all.length === 3);
    assert.ok(messages.every(({ type }) => type === "audio_chunk"));
  });

  it("ignores that the client closes, and continues sending", async () => {
    sandbox.fail({ live: "ignore-close" });
    const listener = await connect();
    let closed = false;
    listener.socket.once("close", () => (closed = true));
    listener.say({ type: "close" });
    listener.speak("Hello there.");
    listener.socket.close();
    await listener.until((all) => ends(all) === 1);
    assert.equal(closed, false);
    listener.socket.terminate();
    await listener.closed;
  });

  it("falls silent in the middle", async () => {
    const messages = await spokenWith("stall", (all) => audioOf(all).length === 1);
    assert.equal(ends(messages), 0);
  });
});
