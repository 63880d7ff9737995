import assert from "node:assert/strict";
import { getEventListeners } from "node:events";
import type { ServerResponse } from "node:http";
import { mock } from "node:test";
import type { SpeechStore } from "../../lib/audio";
import { SpeechCache, type Wish } from "../../lib/flow/cache/speech-cache";
import { Budget } from "../../lib/flow/queue/budget";
import { Lane } from "../../lib/flow/queue/lane";
import { framesOf } from "./audio-fixtures";
import { client, collect, failure, json, serve } from "./api-server";
import { useStores } from "./cache-fixtures";

const TEXT = "Dinner is ready.";
const WHOLE = Buffer.concat(framesOf(6));

/** The speeches of an account with one place, whose service answers when the test says so. */
async function speeches(store?: SpeechStore) {
  const responses: ServerResponse[] = [];
  const service = await serve((_request, response) => void responses.push(response));
  const cache = new SpeechCache({
    client: client(service.url, { firstByteTimeoutMs: 2 ** 30, stallTimeoutMs: 2 ** 30 }),
    generation: new Lane(1),
    budget: new Budget({ near: () => undefined, changed: () => undefined }),
    baseUrl: "https://service.example",
    enabled: true,
    ...(store ? { store } : {}),
  });
  /** The n-th request, once it has arrived. */
  const request = async (n: number): Promise<ServerResponse> => {
    await service.request(n);
    return responses[n] as ServerResponse;
  };
  return { cache, service, request };
}

/** One message's wish, and how often it was told that a request is needed. */
function wish(own: { text?: string; expiresAt?: number; signal?: AbortSignal } = {}) {
  const { text = TEXT, expiresAt, signal = new AbortController().signal } = own;
  const told = { connecting: 0 };
  const options: Wish = {
    params: { text, voiceId: "voice" },
    queueOptions: { priority: 0, signal, ...(expiresAt === undefined ? {} : { expiresAt }) },
    cache: true,
    connecting: () => (told.connecting += 1),
  };
  return { options, told };
}

const speak = (response: ServerResponse): void =>
  void response.writeHead(200, { "content-type": "audio/mpeg" }).end(WHOLE);

describe("a message whose speech is being prepared or heard", () => {
  const stores = useStores();
  beforeEach(() => mock.timers.enable({ apis: ["setTimeout"] }));
  afterEach(() => mock.timers.reset());

  it("does not expire any more", async () => {
    const { cache, request } = await speeches();
    const spoken = cache.speak(wish({ expiresAt: Date.now() + 60_000 }).options);
    const response = await request(0);
    mock.timers.tick(120_000);
    speak(response);
    assert.deepEqual(await collect((await spoken).audio), WHOLE);
  });

  it("does not expire where it came later and shares the speech", async () => {
    const { cache, request } = await speeches();
    const first = cache.speak(wish().options);
    const response = await request(0);
    const second = cache.speak(wish({ expiresAt: Date.now() + 60_000 }).options);
    mock.timers.tick(120_000);
    speak(response);
    for (const spoken of [first, second]) assert.deepEqual(await collect((await spoken).audio), WHOLE);
  });

  it("does not expire while it is heard from the disk", async () => {
    const { cache, request } = await speeches(stores().open());
    const first = cache.speak(wish().options);
    speak(await request(0));
    await collect((await first).audio);
    await cache.close();
    const later = await speeches(stores().open());
    const { options } = wish({ expiresAt: Date.now() + 60_000 });
    const { audio } = await later.cache.speak(options);
    mock.timers.tick(120_000);
    assert.deepEqual(await collect(audio), WHOLE);
  });
});

describe("the signal of a message", () => {
  it("is listened to no longer when its speech has failed", async () => {
    const { cache, request } = await speeches();
    const { signal } = new AbortController();
    const failed = failure(cache.speak(wish({ signal }).options));
    assert.equal(getEventListeners(signal, "abort").length, 1);
    json(await request(0), { status: 500, message: "Broken" }, 500);
    await failed;
    assert.equal(getEventListeners(signal, "abort").length, 0);
  });
});

describe("a message is told that a request is needed", () => {
  const stores = useStores();

  it("when its own begins, and when it joins one that runs", async () => {
    const { cache, request } = await speeches();
    const [first, second] = [wish(), wish()];
    const one = cache.speak(first.options);
    const response = await request(0);
    const two = cache.speak(second.options);
    speak(response);
    for (const spoken of [one, two]) await collect((await spoken).audio);
    assert.deepEqual([first.told.connecting, second.told.connecting], [1, 1]);
  });

  it("not when it joins a speech that has ended and is being stored", async () => {
    const { cache, service, request } = await speeches(stores().open());
    const first = cache.speak(wish().options);
    speak(await request(0));
    await collect((await first).audio);
    const { options, told } = wish();
    assert.deepEqual(await collect((await cache.speak(options)).audio), WHOLE);
    assert.deepEqual([told.connecting, service.seen.length], [0, 1]);
    await cache.close();
  });

  it("not when it has left before, and another one waits on in its place", async () => {
    const { cache, request } = await speeches();
    const busy = cache.speak(wish({ text: "Something else." }).options);
    const blocking = await request(0);
    const leaving = new AbortController();
    const first = wish({ signal: leaving.signal });
    const left = cache.speak(first.options);
    const second = cache.speak(wish().options);
    leaving.abort(new Error("reset"));
    await assert.rejects(left, /reset/);
    speak(blocking);
    await collect((await busy).audio);
    speak(await request(1));
    assert.deepEqual(await collect((await second).audio), WHOLE);
    assert.equal(first.told.connecting, 0);
  });
});
