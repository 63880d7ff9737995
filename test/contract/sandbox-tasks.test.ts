import assert from "node:assert/strict";
import { failMarker, projectId, startSandbox, voiceIds, SESSION_TOKEN, type Sandbox } from "../../sandbox";
import { call, dataOf, type Reply } from "./sandbox-caller";

interface Task {
  id: string;
  status: string;
  metadata: {
    contents: Record<string, unknown>[];
    characters: number;
    voices: { id: string }[];
    audio?: string;
    generatedAt?: string;
  };
}

const block = { type: "text", voiceId: voiceIds.english, text: "First line." };
const code = (reply: Reply): [number, string | undefined] => [reply.status, reply.json.code];

describe("the sandbox's tasks", () => {
  const open: Sandbox[] = [];
  let sandbox: Sandbox;
  const start = async (options = {}): Promise<Sandbox> => {
    const started = await startSandbox(options);
    open.push(started);
    return started;
  };
  beforeEach(async () => {
    sandbox = await start();
  });
  afterEach(() => Promise.all(open.splice(0).map((each) => each.close())));

  const submit = (json: unknown, on = sandbox): Promise<Reply> => call(on, "/api/tts/generate", { json });
  const create = async (json: unknown, on = sandbox): Promise<Task> => dataOf(await submit(json, on)) as Task;
  const look = async (id: string, query = {}, on = sandbox): Promise<Task> =>
    dataOf(await call(on, `/api/tts/generate/${id}`, { query })) as Task;
  const list = async (query = {}): Promise<Task[]> =>
    dataOf(await call(sandbox, "/api/tts/generate", { query })) as Task[];
  const untilListed = async (on: Sandbox): Promise<void> => {
    while ((dataOf(await call(on, "/api/tts/generate")) as Task[]).length === 0);
  };
  const bytes = async (address: unknown): Promise<Buffer> =>
    (await call(sandbox, String(address), { key: null })).bytes;

  it("is pending first and generated at the next look, block by block and merged", async () => {
    const second = { ...block, voiceId: voiceIds.german, text: "Zweite Zeile." };
    const created = await create({ contents: [block, second] });
    const { metadata, status } = await look(created.id);
    assert.deepEqual([created.status, created.metadata.audio, status], ["pending", undefined, "generated"]);
    const parts = await Promise.all(metadata.contents.map(({ audio }) => bytes(audio)));
    assert.ok((await bytes(metadata.audio)).equals(Buffer.concat(parts)));
    assert.ok(parts[0]?.equals(await sandbox.speech({ voiceId: voiceIds.english, text: block.text })));
    assert.equal(metadata.characters, block.text.length + second.text.length);
    assert.deepEqual(
      metadata.voices.map(({ id }) => id),
      [voiceIds.english, voiceIds.german],
    );
  });

  it("shows one address for the whole and its only block", async () => {
    const { id } = await create({ contents: [block] });
    for (const stream of ["0", "1"]) {
      const { metadata } = await look(id, { stream });
      assert.equal(typeof metadata.audio, "string");
      assert.equal(metadata.audio, metadata.contents[0]?.["audio"]);
    }
  });

  it("goes through the statuses, streaming while it is processing", async () => {
    const slow = await start({ taskMs: 60_000 });
    const { id } = await create({ contents: [block] }, slow);
    const pending = await look(id, { stream: "1" }, slow);
    slow.advance(30_000);
    const processing = await look(id, { stream: "1" }, slow);
    slow.advance(30_000);
    assert.deepEqual([pending.status, pending.metadata.audio], ["pending", undefined]);
    assert.equal(processing.status, "processing");
    assert.match(String(processing.metadata.audio), /\/stream\/.*auth=/);
    assert.ok((await bytes(processing.metadata.audio)).length > 1000);
    assert.equal((await look(id, {}, slow)).status, "generated");
  });

  it("waits with `sync` until it is processing", async () => {
    const slow = await start({ taskMs: 60_000 });
    const submitted = create({ contents: [block], sync: true }, slow);
    await untilListed(slow);
    slow.advance(20_000);
    assert.equal((await submitted).status, "processing");
  });

  it("gives up `sync` when the task does not start within 90 seconds", async () => {
    const slow = await start({ taskMs: 1_000_000 });
    const submitted = submit({ contents: [block], sync: true }, slow);
    await untilListed(slow);
    slow.advance(90_000);
    assert.deepEqual(code(await submitted), [400, "STREAM_TIMEOUT"]);
  });

  it("fails if its text has the marker, and returns the credits", async () => {
    const { id } = await create({ contents: [{ ...block, text: `Oh no ${failMarker}` }] });
    assert.ok(sandbox.account.spent > 0, "frozen at first");
    const { status, metadata } = await look(id);
    assert.deepEqual([status, metadata.audio, sandbox.account.spent], ["failed", undefined, 0]);
  });

  it("takes session tokens and accounts that have never paid", async () => {
    const free = await start({ paid: false });
    const reply = await call(free, "/api/tts/generate", { json: { contents: [block] }, key: SESSION_TOKEN });
    assert.equal(reply.status, 200);
  });

  it("drops the keys that a block does not honour", async () => {
    const { metadata } = await create({ contents: [{ ...block, flash: true, sfx_length: 3, seed: 4 }] });
    assert.deepEqual(Object.keys(metadata.contents[0] ?? {}).sort(), ["seed", "text", "type", "voiceId"]);
  });

  it("makes effects, music, scenes and conversions too", async () => {
    const { audio } = dataOf(
      await call(sandbox, "/api/tts/simple-generate", { json: { voiceId: voiceIds.english, text: "Hi" } }),
    ) as { audio: string };
    const { id } = await create({
      contents: [
        { type: "sfx", text: "rain", sfx_length: 0.5 },
        { type: "music", text: "calm", music_duration: 0.5 },
        { type: "scene", text: "A door opens." },
        { type: "audio", voiceId: voiceIds.german, input_audio: audio },
        { type: "custom_audio", input_audio: audio },
      ],
    });
    const { contents } = (await look(id)).metadata;
    const sounds = await Promise.all(contents.map((each) => bytes(each["audio"])));
    for (const sound of sounds) assert.equal(sound.readUInt16BE(0) & 0xfffe, 0xfff2);
    assert.ok(sounds[4]?.equals(await bytes(audio)));
  });

  describe("split out of a text", () => {
    const splitter = {
      splitterMarks: ["[]"],
      klaus: { voiceId: voiceIds.german },
      lookupTable: { shout: { tags: ["loud", ["angry", "near"]], voiceId: voiceIds.american, vivid: true } },
      fallbackConfig: { voiceId: voiceIds.english },
    };
    const voices = ({ metadata }: Task) => metadata.contents.map(({ voiceId, text }) => [voiceId, text]);

    it("follows placeholders, the lookup table and the fallback", async () => {
      const text = "Once. [klaus] Hallo. [angry][near] Stop! [angry] Hm.";
      assert.deepEqual(voices(await create({ text, splitter })), [
        [voiceIds.english, "Once."],
        [voiceIds.german, "Hallo."],
        [voiceIds.american, "Stop!"],
        [voiceIds.english, "Hm."],
      ]);
    });

    it("discards what nothing matches", async () => {
      const strict = { ...splitter, fallbackConfig: undefined };
      assert.deepEqual(voices(await create({ text: "Once. [klaus] Hallo.", splitter: strict })), [
        [voiceIds.german, "Hallo."],
      ]);
    });

    it("uses a stored splitter", async () => {
      const { id } = dataOf(
        await call(sandbox, "/api/splitter", { json: { name: "s", config: splitter } }),
      ) as Task;
      assert.equal((await create({ text: "[klaus] Hallo.", splitterId: id })).metadata.contents.length, 1);
    });
  });

  const refusals: [string, object, [number, string]][] = [
    ["of nothing", {}, [400, "VALIDATION_MISSING_FIELD"]],
    ["of two shapes", { contents: [block], text: "a", splitterId: "x" }, [400, "VALIDATION_CONFLICT"]],
    ["of two splitters", { text: "a", splitter: {}, splitterId: "x" }, [400, "VALIDATION_CONFLICT"]],
    ["of no blocks", { contents: [] }, [400, "TTS_CONTENTS_INVALID"]],
    [
      "with an unknown kind of block",
      { contents: [{ ...block, type: "poem" }] },
      [400, "TTS_CONTENTS_INVALID"],
    ],
    [
      "with an unknown language",
      { contents: [{ ...block, language: "tlh" }] },
      [400, "TTS_CONTENTS_INVALID"],
    ],
    ["with a wild speechRate", { contents: [{ ...block, speechRate: 9 }] }, [400, "TTS_CONTENTS_INVALID"]],
    [
      "with a bad emotion",
      { contents: [{ ...block, emo_switch: [0, 0, 0, 0, 11] }] },
      [400, "TTS_CONTENTS_INVALID"],
    ],
    ["without words", { contents: [{ ...block, text: " " }] }, [400, "TTS_CONTENTS_INVALID"]],
    ["without a voice", { contents: [{ type: "text", text: "a" }] }, [400, "TTS_CONTENTS_INVALID"]],
    ["with an unknown voice", { contents: [{ ...block, voiceId: "x" }] }, [404, "VOICE_NOT_FOUND"]],
    [
      "with a v4.0 voice",
      { contents: [{ ...block, voiceId: voiceIds.controllable }] },
      [400, "VOICE_INSTRUCT_PATH_ONLY"],
    ],
    ["with an unknown splitter", { text: "a", splitterId: "x" }, [404, "SPLITTER_NOT_FOUND"]],
    [
      "with a bad splitter",
      { text: "a", splitter: { splitterMarks: ["<<>>"] } },
      [400, "TTS_SPLITTER_INVALID"],
    ],
    ["for a malformed project", { contents: [block], projectId: "x" }, [400, "VALIDATION_INVALID_FORMAT"]],
    [
      "for an unknown project",
      { contents: [block], projectId: voiceIds.english },
      [404, "PROJECT_NOT_FOUND"],
    ],
    [
      "beyond the balance",
      { contents: [{ ...block, text: "a".repeat(100_001) }] },
      [403, "BILLING_INSUFFICIENT_CREDIT"],
    ],
  ];
  for (const [title, body, expected] of refusals) {
    it(`refuses a task ${title}: ${expected[1]}`, async () => {
      assert.deepEqual(code(await submit(body)), expected);
      assert.deepEqual(await list(), []);
    });
  }

  it("lists the newest first, page by page", async () => {
    const ids: string[] = [];
    for (const text of ["One.", "Two.", "Three."])
      ids.unshift((await create({ contents: [{ ...block, text }] })).id);
    assert.deepEqual(
      (await list()).map(({ id }) => id),
      ids,
    );
    assert.deepEqual(
      (await list({ limit: "1", offset: "1" })).map(({ id }) => id),
      [ids[1]],
    );
  });

  it("lists by status, project and track, and drops an unknown status", async () => {
    await create({ contents: [block], projectId, trackId: "t1" });
    await create({ contents: [{ ...block, text: failMarker }] });
    const count = async (query: object) => (await list(query)).length;
    assert.equal(await count({ status: "failed" }), 1);
    assert.equal(await count({ status: "lost" }), 2);
    assert.equal(await count({ projectId }), 1);
    assert.equal(await count({ trackId: "t1" }), 1);
    assert.equal(await count({ trackId: "t2", includeUntracked: "true" }), 1);
  });

  it("is not deleted while it runs, and gone permanently afterwards", async () => {
    const slow = await start({ taskMs: 60_000 });
    const { id } = await create({ contents: [block] }, slow);
    const path = `/api/tts/generate/${id}`;
    assert.deepEqual(code(await call(slow, path, { method: "DELETE" })), [
      403,
      "GENERATE_DELETE_IN_PROGRESS",
    ]);
    slow.advance(60_000);
    assert.deepEqual((await call(slow, path, { method: "DELETE" })).json, { status: 200 });
    assert.deepEqual(code(await call(slow, path)), [404, "GENERATE_NOT_FOUND"]);
  });

  it("is charged again when it is regenerated", async () => {
    const { id } = await create({ contents: [block] });
    await look(id);
    const again = await call(sandbox, `/api/tts/generate/${id}/regenerate`, { method: "POST" });
    assert.equal((dataOf(again) as Task).status, "pending");
    assert.equal((await look(id)).status, "generated");
    assert.equal(sandbox.account.spent, 2 * block.text.length);
  });
});
