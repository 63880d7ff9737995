import assert from "node:assert/strict";
import { once } from "node:events";
import fs from "node:fs";
import { readdir, rm } from "node:fs/promises";
import { connect, type Socket } from "node:net";
import os, { tmpdir } from "node:os";
import { join } from "node:path";
import { mock } from "node:test";
import helper from "node-red-node-test-helper";
import { createSandbox } from "sinon";
import { chunk, frames, PCM, retraction, sequence } from "./support/chunks";
import { useFlows, type Flow, type FlowNode } from "./support/flows";
import { useFolder } from "./support/folder";
import type { Message } from "./support/message";
import { observers, onTab, sink, tab } from "./support/speech-flow";
import { fetchAll, listenTo, serveNodes, webUrl } from "./support/web";

describe("audio-url", () => {
  const flows = useFlows();
  let flow: Flow;

  const nodes = (own: Record<string, unknown> = {}): FlowNode[] => [
    tab,
    { ...onTab, id: "url", type: "vocu-audio-url", name: "", publicUrl: webUrl(), wires: [["out"]], ...own },
    sink("out"),
    ...observers(["url"]),
  ];
  const start = async (own: Record<string, unknown> = {}): Promise<void> => {
    flow = await flows.load(nodes(own));
    serveNodes();
  };
  const hand = (message: Message): Message => flow.input(message, "url");
  const endOf = async (message: Message): Promise<(Error & { code?: string }) | undefined> =>
    (await flow.ended(message)).error;
  const address = async (index = 0): Promise<string> => String((await flow.at("out").nth(index)).payload);
  /** Hands a whole sequence in and waits for its end. */
  const whole = async (id: string, buffers: Buffer[]): Promise<string> => {
    const index = flow.at("out").entries.length;
    const messages = sequence(id, buffers).map(hand);
    assert.equal(await endOf(messages.at(-1) as Message), undefined);
    return address(index);
  };
  const status = async (url: string): Promise<number> => (await fetchAll(url)).status;
  const temporary = async (): Promise<string[]> =>
    (await readdir(tmpdir())).filter((name) => name.includes(`-${process.pid}-`));

  describe("while the speech grows", () => {
    beforeEach(() => start());

    it("sends the address with the first chunk", async () => {
      const [first = Buffer.alloc(0)] = frames(1);
      hand(chunk("a", 0, first));
      assert.match(await address(), /^http:\/\/127\.0\.0\.1:\d+\/vocu\/audio\/[\w-]{32}\.mp3$/);
    });

    it("gives a listener each chunk as it comes, and ends with the last one", async () => {
      const [one, two, three] = frames(3) as [Buffer, Buffer, Buffer];
      hand(chunk("a", 0, one));
      const listener = await listenTo(await address());
      assert.deepEqual(await listener.heard(one.length), one);
      hand(chunk("a", 1, two));
      assert.deepEqual(await listener.heard(one.length + two.length), Buffer.concat([one, two]));
      hand(chunk("a", 2, three, true));
      assert.deepEqual(await listener.whole, Buffer.concat([one, two, three]));
    });

    it("gives a late listener everything from the start", async () => {
      const [one, two, three] = frames(3) as [Buffer, Buffer, Buffer];
      hand(chunk("a", 0, one));
      const early = await listenTo(await address());
      hand(chunk("a", 1, two));
      await early.heard(one.length + two.length);
      const late = await listenTo(await address());
      hand(chunk("a", 2, three, true));
      assert.deepEqual(await late.whole, await early.whole);
    });

    it("names the type and no length", async () => {
      const [one = Buffer.alloc(0)] = frames(1);
      hand(chunk("a", 0, one));
      const { headers } = await fetchAll(await address(), {}, "HEAD");
      assert.deepEqual([headers["content-type"], headers["content-length"]], ["audio/mpeg", undefined]);
    });

    it("answers a range that is there already", async () => {
      const [one = Buffer.alloc(0)] = frames(1);
      hand(chunk("a", 0, one));
      const { status: code, headers, body } = await fetchAll(await address(), { range: "bytes=0-1" });
      assert.deepEqual([code, headers["content-range"]], [206, "bytes 0-1/*"]);
      assert.deepEqual(body, one.subarray(0, 2));
    });

    for (const range of ["bytes=2-100000", "bytes=2-", "bytes=-5"]) {
      it(`sends everything for a range that may still come: ${range}`, async () => {
        const [one, two] = frames(2) as [Buffer, Buffer];
        hand(chunk("a", 0, one));
        const listener = await listenTo(await address(), { range });
        hand(chunk("a", 1, two, true));
        assert.equal(listener.status, 200);
        assert.deepEqual(await listener.whole, Buffer.concat([one, two]));
      });
    }

    it("keeps sequences that arrive interleaved apart", async () => {
      const [a, b] = [frames(2), frames(5).slice(2)] as [Buffer[], Buffer[]];
      hand(chunk("a", 0, a[0], false, { topic: "a" }));
      hand(chunk("b", 0, b[0], false, { topic: "b" }));
      hand(chunk("b", 1, b[1], false));
      hand(chunk("a", 1, a[1], true));
      hand(chunk("b", 2, b[2], true));
      // Which of the two addresses leaves first is nobody's promise.
      await flow.at("out").nth(1);
      for (const [topic, buffers] of Object.entries({ a, b })) {
        const { payload } = await flow.at("out").find((message) => message.topic === topic);
        assert.deepEqual((await fetchAll(String(payload))).body, Buffer.concat(buffers), topic);
      }
    });

    it("cuts listeners off and takes the address away when the sequence is retracted", async () => {
      const [one = Buffer.alloc(0)] = frames(1);
      const message = hand(chunk("a", 0, one));
      const url = await address();
      const listener = await listenTo(url);
      await listener.heard(one.length);
      hand(retraction("a"));
      await assert.rejects(listener.whole);
      assert.equal(await endOf(message), undefined);
      assert.equal(await status(url), 404);
    });

    it("leaves other sequences alone when one is retracted", async () => {
      const url = await whole("b", frames(2));
      hand(chunk("a", 0, frames(1)[0]));
      hand(retraction("a"));
      await flow.at("status").find(({ status: shown }) => shown?.shape === "ring");
      assert.equal(await status(url), 200);
    });

    it("cuts listeners off when the node is deployed again", async () => {
      const [one = Buffer.alloc(0)] = frames(1);
      hand(chunk("a", 0, one));
      const listener = await listenTo(await address());
      await listener.heard(one.length);
      await flow.redeploy(nodes());
      await assert.rejects(listener.whole);
    });
  });

  describe("when the speech is complete", () => {
    beforeEach(() => start());

    it("says its length", async () => {
      const buffers = frames(3);
      const { headers, body } = await fetchAll(await whole("a", buffers));
      assert.deepEqual(body, Buffer.concat(buffers));
      assert.equal(headers["content-length"], String(body.length));
      assert.equal(headers["accept-ranges"], "bytes");
    });

    it("answers HEAD with the same headers and no audio", async () => {
      const url = await whole("a", frames(3));
      const [got, head] = [await fetchAll(url), await fetchAll(url, {}, "HEAD")];
      assert.equal(head.body.length, 0);
      assert.equal(head.headers["content-length"], got.headers["content-length"]);
    });

    for (const [range, from, to] of [
      ["bytes=0-1", 0, 2],
      ["bytes=5-", 5, undefined],
      ["bytes=-7", -7, undefined],
      ["bytes=3-100000", 3, undefined],
    ] as const) {
      it(`answers the range ${range}`, async () => {
        const all = Buffer.concat(frames(3));
        const { status: code, body, headers } = await fetchAll(await whole("a", [all]), { range });
        const wanted = all.subarray(from, to);
        const first = from < 0 ? all.length + from : from;
        assert.equal(code, 206);
        assert.deepEqual(body, wanted);
        assert.equal(headers["content-range"], `bytes ${first}-${first + wanted.length - 1}/${all.length}`);
      });
    }

    it("refuses a range behind its end", async () => {
      const all = Buffer.concat(frames(3));
      const { status: code, headers } = await fetchAll(await whole("a", [all]), { range: "bytes=100000-" });
      assert.deepEqual([code, headers["content-range"]], [416, `bytes */${all.length}`]);
    });

    for (const range of ["bytes=0-1,4-5", "bytes=5-2", "seconds=1-2", "bytes=-"]) {
      it(`sends everything for a range that is invalid: ${range}`, async () => {
        const url = await whole("a", frames(2));
        assert.equal((await fetchAll(url, { range })).status, 200);
      });
    }

    it("sends everything to who wants a range only of an edition it knows", async () => {
      const url = await whole("a", frames(2));
      assert.equal((await fetchAll(url, { range: "bytes=0-1", "if-range": '"x"' })).status, 200);
    });

    it("may be played by any page, and is stored nowhere on its way", async () => {
      const { headers } = await fetchAll(await whole("a", frames(2)));
      assert.equal(headers["access-control-allow-origin"], "*");
      assert.equal(headers["cache-control"], "private, no-store");
    });

    it("is gone after a reset", async () => {
      const url = await whole("a", frames(2));
      assert.equal(await endOf(hand({ reset: true })), undefined);
      assert.equal(await status(url), 404);
    });

    it("is gone after the node is deployed again, with its files", async () => {
      const url = await whole("a", frames(2));
      assert.equal((await temporary()).length, 1);
      await flow.redeploy(nodes());
      assert.equal(await status(url), 404);
      assert.deepEqual(await temporary(), []);
    });
  });

  describe("what it serves", () => {
    beforeEach(() => start());

    it("is nothing but what it was given", async () => {
      const url = await whole("a", frames(2));
      const base = url.slice(0, url.lastIndexOf("/"));
      const secret = url.slice(base.length + 1, -".mp3".length);
      for (const other of [
        "",
        "/",
        `/${secret}`,
        `/${secret}.wav`,
        "/..%2f..%2fetc%2fpasswd",
        "/%2e%2e",
        "/%00",
      ]) {
        assert.equal(await status(base + other), 404, other);
      }
    });

    it("is a WAV where it was given samples", async () => {
      const samples = Buffer.from([1, 0, 2, 0]);
      hand({ ...chunk("a", 0, samples, true), vocu: { pcm: PCM } });
      const { headers, body } = await fetchAll(await address());
      assert.equal(headers["content-type"], "audio/wav");
      assert.equal(body.toString("latin1", 0, 4) + body.toString("latin1", 8, 12), "RIFFWAVE");
      assert.deepEqual(body.subarray(44), samples);
    });

    it("is a Buffer that came alone", async () => {
      const all = Buffer.concat(frames(4));
      assert.equal(await endOf(hand({ payload: all })), undefined);
      assert.deepEqual((await fetchAll(await address())).body, all);
    });

    it("has a new address for every speech", async () => {
      assert.notEqual(await whole("a", frames(2)), await whole("a", frames(2)));
    });
  });

  describe("its message", () => {
    beforeEach(() => start());

    it("carries what the first chunk carried, and the address as a fact", async () => {
      hand({ ...chunk("a", 0, frames(1)[0], true), topic: "door", vocu: { audioId: "x" } });
      const { topic, vocu, payload } = await flow.at("out").nth(0);
      assert.equal(topic, "door");
      assert.deepEqual(vocu, { audioId: "x", url: payload, type: "audio/mpeg" });
    });

    it("is no part of the sequence any more, but of the one around it", async () => {
      const around = { id: "outer", index: 1, count: 3, type: "buffer", ch: "" };
      hand({ payload: frames(1)[0], parts: { id: "a", type: "buffer", index: 0, count: 1, parts: around } });
      const { parts } = await flow.at("out").nth(0);
      assert.deepEqual(parts, { id: "outer", index: 1, count: 3, type: "array" });
    });
  });

  describe("bounds", () => {
    it("give the oldest audio up for the newest", async () => {
      await start({ maxMb: 1 });
      const big = (): Buffer => Buffer.concat([frames(1)[0] as Buffer, Buffer.alloc(600_000)]);
      const [old, fresh] = [await whole("a", [big()]), await whole("b", [big()])];
      assert.deepEqual([await status(old), await status(fresh)], [404, 200]);
    });

    it("refuse audio that has no room at all", async () => {
      await start({ maxMb: 1 });
      const error = await endOf(
        hand({ payload: Buffer.concat([frames(1)[0] as Buffer, Buffer.alloc(1_100_000)]) }),
      );
      assert.equal(error?.code, "AUDIO_TOO_LARGE");
    });
  });

  describe("a speech that goes wrong", () => {
    beforeEach(() => start({ idleTimeout: 1 }));

    for (const [what, message, code] of [
      ["is no audio", { payload: Buffer.from("<html>") }, "NOT_PLAYABLE"],
      ["is no Buffer", { payload: "text" }, "NO_AUDIO_BUFFER"],
      ["begins in the middle", chunk("a", 3, frames(1)[0]), "SEQUENCE_BROKEN"],
    ] as const) {
      it(`is an error where it ${what}`, async () => {
        assert.equal((await endOf(hand(message)))?.code, code);
      });
    }

    it("is an error if a chunk is missing, and the rest of it is dropped", async () => {
      const [one, two, three] = frames(3);
      const messages = [chunk("a", 0, one), chunk("a", 2, two), chunk("a", 3, three, true)].map(hand);
      const errors = await Promise.all(messages.map(endOf));
      assert.deepEqual(
        errors.map((error) => error?.code),
        [undefined, "SEQUENCE_BROKEN", undefined],
      );
      assert.equal(await status(await whole("a", frames(2))), 200);
    });

    it("is an error if it does not end, and its address is taken away", async () => {
      const message = hand(chunk("a", 0, frames(1)[0]));
      const url = await address();
      assert.equal((await endOf(message))?.code, "SEQUENCE_UNFINISHED");
      assert.equal(await status(url), 404);
    });
  });

  describe("listeners that take nothing", () => {
    /** Begins to fetch over a connection of its own, and reads nothing. */
    async function stuckListener(url: string): Promise<Socket> {
      const { hostname, port, pathname } = new URL(url);
      const socket = connect(Number(port), hostname);
      socket.pause();
      stuck.add(socket);
      socket.on("error", () => undefined);
      await once(socket, "connect");
      socket.write(`GET ${pathname} HTTP/1.1\r\nHost: test\r\n\r\n`);
      return socket;
    }
    const stuck = new Set<Socket>();
    afterEach(() => {
      for (const socket of stuck) socket.destroy();
      stuck.clear();
    });
    /** More than all buffers between the server and a client hold. */
    const big = (): Buffer => Buffer.concat([...frames(2), Buffer.alloc(12_000_000)]);
    const cutOff = async (sockets: readonly Socket[]): Promise<void> => {
      // Only who reads notices the end.
      for (const socket of sockets) socket.resume();
      await Promise.all(sockets.filter(({ closed }) => !closed).map((socket) => once(socket, "close")));
    };

    it("are cut off by a new deployment, with the files gone", async () => {
      await start();
      const url = await whole("a", [big()]);
      const sockets = await Promise.all(Array.from({ length: 30 }, () => stuckListener(url)));
      await flow.redeploy(nodes());
      assert.deepEqual(await temporary(), []);
      await cutOff(sockets);
    });

    it("are cut off when the room is wanted", async () => {
      await start({ maxMb: 20 });
      const sockets = [await stuckListener(await whole("a", [big()]))];
      await whole("b", [big()]);
      await cutOff(sockets);
    });
  });

  describe("its temporary folder", () => {
    const folder = useFolder();
    let before: string | undefined;
    beforeEach(async () => {
      before = process.env.TMPDIR;
      process.env.TMPDIR = folder();
      await start();
    });
    afterEach(() => {
      if (before === undefined) Reflect.deleteProperty(process.env, "TMPDIR");
      else process.env.TMPDIR = before;
    });
    const clean = async (): Promise<void> => {
      for (const name of await readdir(folder())) await rm(join(folder(), name), { recursive: true });
    };

    it("may be impossible to make: an error, and the next speech, a reset and a deployment work", async () => {
      process.env.TMPDIR = join(folder(), "none");
      assert.equal((await endOf(hand({ payload: frames(1)[0] })))?.code, "FILE_GONE");
      assert.equal(await endOf(hand({ reset: true })), undefined);
      process.env.TMPDIR = folder();
      assert.equal(await status(await whole("a", frames(2))), 200);
      await flow.redeploy(nodes());
    });

    it("may be removed while it is used: what was in it is gone, and the next speech has an address", async () => {
      const url = await whole("a", frames(2));
      await clean();
      assert.equal(await status(url), 404);
      assert.equal(await status(await whole("b", frames(2))), 200);
    });
  });

  describe("DLNA renderers", () => {
    beforeEach(() => start());

    it("are told what the audio is, and that they may jump in it", async () => {
      const url = await whole("a", frames(2));
      const asked = { "getcontentFeatures.dlna.org": "1", "transferMode.dlna.org": "Streaming" };
      const { headers } = await fetchAll(url, asked, "HEAD");
      assert.equal(headers["transfermode.dlna.org"], "Streaming");
      assert.equal(
        headers["contentfeatures.dlna.org"],
        "DLNA.ORG_PN=MP3;DLNA.ORG_OP=01;DLNA.ORG_CI=0;DLNA.ORG_FLAGS=01700000000000000000000000000000",
      );
    });

    it("are told that they cannot jump in audio that grows", async () => {
      hand(chunk("a", 0, frames(1)[0]));
      const { headers } = await fetchAll(await address(), { "getcontentFeatures.dlna.org": "1" }, "HEAD");
      assert.match(String(headers["contentfeatures.dlna.org"]), /DLNA\.ORG_OP=00;/);
    });

    it("are told nothing that they did not ask for", async () => {
      const { headers } = await fetchAll(await whole("a", frames(2)));
      assert.equal(headers["transfermode.dlna.org"], undefined);
      assert.equal(headers["contentfeatures.dlna.org"], undefined);
    });
  });

  it("gives the address when the audio is complete, where it is told to wait", async () => {
    await start({ growing: "wait" });
    const buffers = frames(3);
    const [first, second, third] = sequence("a", buffers) as [Message, Message, Message];
    hand(first);
    hand(second);
    await endOf(first);
    assert.deepEqual(flow.at("out").entries, []);
    hand(third);
    const { headers, body } = await fetchAll(await address());
    assert.equal(headers["content-length"], String(Buffer.concat(buffers).length));
    assert.deepEqual(body, Buffer.concat(buffers));
  });

  it("can be fetched for as many seconds as the node says", async () => {
    await start({ ttl: 4321 });
    const timers = mock.method(globalThis, "setTimeout");
    let url: string;
    try {
      url = await whole("a", frames(2));
      await flow.at("status").find(({ status: shown }) => shown?.fill === "green");
    } finally {
      timers.mock.restore();
    }
    const ends = timers.mock.calls.filter(({ arguments: [, ms] }) => ms === 4_321_000);
    assert.equal(ends.length, 1);
    assert.equal(await status(url), 200);
    ends[0]?.arguments[0]();
    assert.equal(await status(url), 404);
  });

  it("reports how many speeches a deployment has discarded", async () => {
    await start();
    hand(chunk("a", 0, frames(1)[0]));
    hand(chunk("b", 0, frames(1)[0]));
    await address(1);
    await flow.redeploy(nodes());
    const logged = helper.log().args.map(([entry]) => String((entry as { msg?: unknown }).msg));
    assert.equal(logged.filter((line) => line.includes("status.discarded")).length, 1);
  });

  it("takes no address that is none", async () => {
    await start({ publicUrl: "speaker" });
    assert.equal((await endOf(hand({ payload: frames(1)[0] })))?.code, "BAD_PUBLIC_URL");
  });

  it("uses the address it was given, whatever comes before its own path", async () => {
    await start({ publicUrl: "https://home.example/red/" });
    hand({ payload: frames(1)[0] });
    assert.match(await address(), /^https:\/\/home\.example\/red\/vocu\/audio\//);
  });

  it("leaves no file behind when Node-RED stops", async () => {
    await start();
    hand(chunk("a", 0, frames(1)[0]));
    await address();
    await flow.stop();
    assert.deepEqual(await temporary(), []);
  });

  describe("in a container with a network of its own", () => {
    const sandbox = createSandbox();

    beforeEach(() => {
      const { existsSync } = fs;
      sandbox.stub(fs, "existsSync").callsFake((path) => path === "/.dockerenv" || existsSync(path));
      const info = { address: "172.17.0.2", family: "IPv4", internal: false } as os.NetworkInterfaceInfo;
      sandbox.stub(os, "networkInterfaces").returns({ eth0: [info] });
    });
    afterEach(() => sandbox.restore());

    /** What the node has warned of after two speeches. */
    const warnings = async (publicUrl: string): Promise<unknown[]> => {
      await start({ publicUrl });
      await whole("a", frames(2));
      await whole("b", frames(2));
      type Entry = [{ level: number; id?: string; msg: unknown }];
      const log = helper.log() as unknown as { WARN: number; args: Entry[] };
      return log.args.filter(([{ level, id }]) => level === log.WARN && id === "url").map(([{ msg }]) => msg);
    };

    it("says once that players cannot reach its address", async () => {
      const [warning, ...more] = await warnings("");
      assert.match(String(warning), /container/i);
      assert.deepEqual(more, []);
    });

    it("says nothing when the address was set", async () => {
      assert.deepEqual(await warnings(webUrl()), []);
    });
  });
});
