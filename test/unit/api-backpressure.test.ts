/** Replies that are read more slowly than they arrive, and whose connection ends meanwhile. */
import assert from "node:assert/strict";
import type { Socket } from "node:net";
import { bytes, client, collect, failure, FakeMeter, serveSocket } from "./api-server";

const HELLO = { voiceId: "v", text: "Hello" };
/** The last is more than anybody holds for a reader that takes nothing: a part stays with the server. */
const AUDIOS = [100_000, 150_000, 170_000, 20_000_000].map(bytes);
const HELD = 1_000_000;

type Reply = (audio: Buffer) => readonly [head: string, body: Buffer];

const chunked = (audio: Buffer): Buffer =>
  Buffer.concat([Buffer.from(`${audio.length.toString(16)}\r\n`), audio, Buffer.from("\r\n0\r\n\r\n")]);

/** How servers and proxies tell that the connection ends with the reply. */
const CLOSING: Readonly<Record<string, Reply>> = {
  "no length": (audio) => ["HTTP/1.1 200 OK", audio],
  "a length": (audio) => [`HTTP/1.1 200 OK\r\nContent-Length: ${audio.length}\r\nConnection: close`, audio],
  "chunked coding": (audio) => [
    "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nConnection: close",
    chunked(audio),
  ],
  "HTTP/1.0": (audio) => [`HTTP/1.0 200 OK\r\nContent-Length: ${audio.length}`, audio],
};

/** Lets everything that has reached this process be read from its sockets. */
async function settle(): Promise<void> {
  for (let turn = 0; turn < 50; turn++) await new Promise(setImmediate);
}

/** A server that answers like this, and a promise of the moment when the first reply has left it. */
async function serveReply([head, body]: ReturnType<Reply>, end: (socket: Socket) => void) {
  let sent = (): void => undefined;
  const leaving = new Promise<void>((resolve) => (sent = resolve));
  const server = await serveSocket((socket) => {
    socket.on("error", () => undefined);
    socket.on("data", () => {
      socket.write(`${head}\r\nContent-Type: audio/mpeg\r\n\r\n`);
      socket.write(body, () => {
        end(socket);
        sent();
      });
    });
  });
  return { ...server, leaving };
}

describe("api: a reply that is read late", () => {
  for (const [how, reply] of Object.entries(CLOSING)) {
    for (const audio of AUDIOS) {
      it(`is whole, though the server has ended the connection: ${how}, ${audio.length} bytes`, async () => {
        const { url, leaving } = await serveReply(reply(audio), (socket) => socket.end());
        const speech = await client(url).speak(HELLO, { meter: new FakeMeter() });
        if (audio.length < HELD) await leaving;
        await settle();
        assert.deepEqual(await collect(speech.audio), audio);
      });
    }
  }

  it("is an error, and nothing more, where the server has reset the connection", async () => {
    const reply = CLOSING["a length"];
    assert.ok(reply);
    const { url, leaving } = await serveReply(reply(bytes(150_000)), (socket) => socket.resetAndDestroy());
    const speech = await client(url).speak(HELLO, { meter: new FakeMeter() });
    await leaving;
    await settle();
    assert.equal((await failure(collect(speech.audio))).code, "STREAM_CUT");
  });

  it("leaves its connection to the next request", async () => {
    const audio = bytes(150_000);
    const head = `HTTP/1.1 200 OK\r\nContent-Length: ${audio.length}`;
    const { url, leaving, connections } = await serveReply([head, audio], () => undefined);
    const api = client(url);
    const speech = await api.speak(HELLO, { meter: new FakeMeter() });
    await leaving;
    await settle();
    assert.deepEqual(await collect(speech.audio), audio);
    await settle();
    const next = await api.speak(HELLO, { meter: new FakeMeter() });
    assert.deepEqual([await collect(next.audio), connections()], [audio, 1]);
  });
});
