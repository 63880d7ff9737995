import assert from "node:assert/strict";
import { request } from "undici";
import { chunk, frames, PCM, retraction } from "./support/chunks";
import { useFlows, type Flow } from "./support/flows";
import type { Message } from "./support/message";
import { observers, onTab, sink, tab } from "./support/speech-flow";
import { fetchAll, listenTo, serveNodes, webUrl, type ListenerOnLine } from "./support/web";

/** What a message of an "http in" node carries. */
interface Asked extends Message {
  res: { _res: { headersSent: boolean; destroyed: boolean; writableLength: number } };
}

describe("http-stream", () => {
  const flows = useFlows();
  let flow: Flow;

  const start = async (own: Record<string, unknown> = {}): Promise<void> => {
    flow = await flows.load([
      tab,
      { ...onTab, id: "in", type: "http in", url: "/say", method: "get", wires: [["asked"]] },
      sink("asked"),
      { ...onTab, id: "node", type: "vocu-http-stream", name: "", idleTimeout: 60, wires: [["out"]], ...own },
      sink("out"),
      ...observers(["node"]),
    ]);
    serveNodes();
  };
  /** A client that waits for its answer, and the message that its request became. */
  const ask = async (index = 0): Promise<{ client: Promise<ListenerOnLine>; asked: Asked }> => {
    const client = listenTo(`${webUrl()}/say`);
    client.catch(() => undefined);
    return { client, asked: (await flow.at("asked").nth(index)) as Asked };
  };
  const hand = (message: Message): Message => flow.input(message, "node");
  const endOf = async (message: Message): Promise<string | undefined> => {
    const { error } = await flow.ended(message);
    return (error as { code?: string } | undefined)?.code;
  };
  const own = ({ req, res }: Message): Message => ({ req, res });

  it("sends each chunk as it comes, with its type and without a length, and ends once", async () => {
    await start();
    const [one, two] = frames(2) as [Buffer, Buffer];
    const { client, asked } = await ask();
    hand(chunk("a", 0, one, false, own(asked)));
    const listener = await client;
    assert.deepEqual(await listener.heard(one.length), one);
    assert.equal(listener.status, 200);
    assert.equal(listener.headers["content-type"], "audio/mpeg");
    assert.equal(listener.headers["content-length"], undefined);
    assert.equal(listener.headers["x-accel-buffering"], "no");
    const last = hand(chunk("a", 1, two, true, own(asked)));
    assert.deepEqual(await listener.whole, Buffer.concat([one, two]));
    assert.equal(await endOf(last), undefined);
    const { payload } = await flow.at("out").nth(0);
    assert.deepEqual(payload, { type: "audio/mpeg", bytes: one.length + two.length });
  });

  it("is stored nowhere on its way, and is taken for nothing but its type", async () => {
    await start();
    const { client, asked } = await ask();
    hand({ payload: frames(1)[0], ...own(asked) });
    const { headers } = await client;
    assert.deepEqual(
      [headers["cache-control"], headers["x-content-type-options"]],
      ["private, no-store", "nosniff"],
    );
  });

  it("sends one Buffer with its length", async () => {
    await start();
    const audio = Buffer.concat(frames(3));
    const { client, asked } = await ask();
    hand({ payload: audio, ...own(asked) });
    const listener = await client;
    assert.equal(listener.headers["content-length"], String(audio.length));
    assert.deepEqual(await listener.whole, audio);
  });

  it("sends raw samples as WAV", async () => {
    await start();
    const { client, asked } = await ask();
    hand({ payload: Buffer.alloc(3200), vocu: { pcm: PCM }, ...own(asked) });
    const listener = await client;
    assert.equal(listener.headers["content-type"], "audio/wav");
    assert.equal((await listener.whole).length, 3244);
  });

  it("gives a whole WAV made of raw samples its length", async () => {
    await start();
    const { client, asked } = await ask();
    hand({ payload: Buffer.alloc(3200), vocu: { pcm: PCM }, ...own(asked) });
    const listener = await client;
    assert.equal(listener.headers["content-length"], "3244");
    assert.equal((await listener.whole).readUInt32LE(40), 3200);
  });

  for (const [where, node, message] of [
    ["the node", { samples: "raw", samplesType: "str" }, {}],
    ["the message", { samples: "wav", samplesType: "str" }, { samples: "raw" }],
  ] as const) {
    it(`sends raw samples unchanged if ${where} says so`, async () => {
      await start(node);
      const samples = Buffer.from(Array.from({ length: 3200 }, (_, at) => at % 251));
      const { client, asked } = await ask();
      hand(chunk("a", 0, samples, false, { ...own(asked), ...message, vocu: { pcm: PCM } }));
      hand(chunk("a", 1, samples, true, { ...own(asked), ...message, vocu: { pcm: PCM } }));
      const listener = await client;
      assert.deepEqual(
        [listener.headers["content-type"], listener.headers["content-length"]],
        ["audio/pcm", undefined],
      );
      assert.deepEqual(await listener.whole, Buffer.concat([samples, samples]));
    });
  }

  it("sends an mp3 as it is, whatever is to become of raw samples", async () => {
    await start({ samples: "raw", samplesType: "str" });
    const [one] = frames(1) as [Buffer];
    const { client, asked } = await ask();
    hand({ payload: one, ...own(asked) });
    const listener = await client;
    assert.equal(listener.headers["content-type"], "audio/mpeg");
    assert.deepEqual(await listener.whole, one);
  });

  it("answers requests side by side", async () => {
    await start();
    const [one, two, three] = frames(3) as [Buffer, Buffer, Buffer];
    const first = await ask(0);
    const second = await ask(1);
    hand(chunk("a", 0, one, false, own(first.asked)));
    hand(chunk("b", 0, two, true, own(second.asked)));
    assert.deepEqual(await (await second.client).whole, two);
    hand(chunk("a", 1, three, true, own(first.asked)));
    assert.deepEqual(await (await first.client).whole, Buffer.concat([one, three]));
  });

  it("waits while the client takes nothing, and cuts it off after the time that is set", async () => {
    await start({ idleTimeout: 1 });
    const asked$ = flow.at("asked").nth(0);
    const { body } = await (async () => {
      const answer = request(`${webUrl()}/say`);
      const asked = (await asked$) as Asked;
      const big = Buffer.concat(Array.from({ length: 40 }, () => Buffer.concat(frames(500))));
      const message = hand(chunk("a", 0, big, false, own(asked)));
      hand(chunk("a", 1, big, true, own(asked)));
      void flow.ended(message);
      return answer;
    })();
    // Nothing is read from the body.
    const message = flow.inputs.find(({ message: each }) => each.parts?.count === 2)?.message as Message;
    assert.equal(await endOf(message), undefined);
    assert.equal(flow.at("out").entries.length, 0);
    await assert.rejects(body.arrayBuffer());
  });

  it("ends without an error when the client leaves", async () => {
    await start();
    const [one, two] = frames(2) as [Buffer, Buffer];
    const leaving = new AbortController();
    const answer = request(`${webUrl()}/say`, { signal: leaving.signal });
    const asked = (await flow.at("asked").nth(0)) as Asked;
    const message = hand(chunk("a", 0, one, false, own(asked)));
    const { body } = await answer;
    body.on("error", () => undefined);
    leaving.abort();
    assert.equal(await endOf(message), undefined);
    const late = hand(chunk("a", 1, two, true, own(asked)));
    assert.equal(await endOf(late), undefined);
    assert.equal(flow.at("out").entries.length, 0);
  });

  it("cuts the connection when the speech is retracted after its first chunk", async () => {
    await start();
    const { client, asked } = await ask();
    const [one] = frames(1) as [Buffer];
    const message = hand(chunk("a", 0, one, false, own(asked)));
    const listener = await client;
    await listener.heard(one.length);
    hand(retraction("a"));
    await assert.rejects(listener.whole);
    assert.equal(await endOf(message), undefined);
  });

  it("cuts the connection when a chunk is missing, and reports it", async () => {
    await start();
    const { client, asked } = await ask();
    const [one, three] = frames(2) as [Buffer, Buffer];
    hand(chunk("a", 0, one, false, own(asked)));
    const listener = await client;
    await listener.heard(one.length);
    const last = hand(chunk("a", 2, three, true, own(asked)));
    await assert.rejects(listener.whole);
    assert.equal(await endOf(last), "SEQUENCE_BROKEN");
  });

  it("leaves the request open for another answer when it cannot begin", async () => {
    await start();
    const { client, asked } = await ask();
    const message = hand({ payload: Buffer.from("this is no audio at all"), ...own(asked) });
    assert.equal(await endOf(message), "NOT_PLAYABLE");
    assert.equal(asked.res._res.headersSent, false);
    const audio = frames(1)[0] as Buffer;
    hand({ payload: audio, ...own(asked) });
    assert.deepEqual(await (await client).whole, audio);
  });

  it("refuses a second answer to one request", async () => {
    await start();
    const { client, asked } = await ask();
    hand({ payload: frames(1)[0], ...own(asked) });
    await (
      await client
    ).whole;
    assert.equal(await endOf(hand({ payload: frames(1)[0], ...own(asked) })), "HTTP_ANSWERED");
  });

  it("refuses audio without a request", async () => {
    await start();
    assert.equal(await endOf(hand({ payload: frames(1)[0] })), "HTTP_NO_RESPONSE");
  });

  it("ends a message without a request that is stopped before it could be refused", async () => {
    await start();
    const [first] = frames(1) as [Buffer];
    const message = hand(chunk("a", 0, first, false));
    hand({ reset: true });
    assert.equal(await endOf(message), undefined);
  });

  it("answers 503 when it is stopped before it could begin", async () => {
    await start();
    const { client, asked } = await ask();
    // Too few bytes to know what it is.
    const message = hand(chunk("a", 0, Buffer.from([0xff]), false, own(asked)));
    hand({ reset: true });
    const { status, headers } = await client;
    assert.deepEqual([status, headers["retry-after"]], [503, "1"]);
    assert.equal(await endOf(message), undefined);
  });

  it("cuts the connection when the flow is stopped", async () => {
    await start();
    const { client, asked } = await ask();
    const [one] = frames(1) as [Buffer];
    hand(chunk("a", 0, one, false, own(asked)));
    const listener = await client;
    await listener.heard(one.length);
    await flow.stop();
    await assert.rejects(listener.whole);
  });

  it("says nothing about requests that others answer", async () => {
    await start();
    const answer = fetchAll(`${webUrl()}/say`);
    const asked = (await flow.at("asked").nth(0)) as unknown as {
      res: { _res: { end: (text: string) => void } };
    };
    asked.res._res.end("other");
    assert.equal((await answer).body.toString(), "other");
  });
});
