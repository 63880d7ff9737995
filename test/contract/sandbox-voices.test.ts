import assert from "node:assert/strict";
import { failMarker, startSandbox, styleIds, voiceIds, type Sandbox } from "../../sandbox";
import { call, dataOf, dataUrl, wav, type Reply } from "./sandbox-caller";

interface Style {
  id: string;
  name: string;
  description?: string;
  deleted?: boolean;
  playBackAudio: string;
  vocalFilter?: boolean;
  enhance?: boolean;
}
interface Voice {
  id: string;
  idForGenerate: string | null;
  name: string;
  status: string;
  version: string;
  from: string;
  metadata: { avatar?: string; description?: string; withLora?: boolean; prompts: Style[] };
}

const sample = dataUrl(wav(3.5));
const code = (reply: Reply): [number, string | undefined] => [reply.status, reply.json.code];

describe("the sandbox's voices", () => {
  let sandbox: Sandbox;
  beforeEach(async () => {
    sandbox = await startSandbox();
  });
  afterEach(() => sandbox.close());

  const get = (path: string, query = {}): Promise<Reply> => call(sandbox, path, { query });
  const post = (path: string, json: unknown = {}): Promise<Reply> => call(sandbox, path, { json });
  const remove = (path: string): Promise<Reply> => call(sandbox, path, { method: "DELETE" });
  const list = async (query = {}): Promise<Voice[]> => dataOf(await get("/api/voice", query)) as Voice[];
  const voice = async (id: string): Promise<Voice> => dataOf(await get(`/api/voice/${id}`)) as Voice;
  const create = async (more = {}): Promise<Voice> =>
    dataOf(await post("/api/voice", { name: "New", prompt: sample, ...more })) as Voice;

  describe("list and details", () => {
    it("shows own voices, and bought ones first when asked", async () => {
      assert.ok((await list()).every(({ from }) => from === "upload"));
      assert.equal((await list({ showMarket: "true" }))[0]?.id, voiceIds.market);
    });

    it("hides voices in training unless everything is asked for", async () => {
      const statuses = async (query = {}) => new Set((await list(query)).map(({ status }) => status));
      assert.equal((await statuses()).has("lora-pending"), false);
      assert.equal((await statuses({ show: "full" })).has("lora-pending"), true);
    });

    it("filters by version and origin, and drops filters it does not know", async () => {
      assert.deepEqual(
        (await list({ version: "v4.0" })).map(({ id }) => id),
        [voiceIds.controllable],
      );
      assert.deepEqual(
        (await list({ from: "market" })).map(({ id }) => id),
        [voiceIds.market],
      );
      assert.equal((await list({ version: "v9", from: "nowhere" })).length, (await list()).length);
    });

    it("finds a bought voice by its whole and its bare id", async () => {
      const bare = voiceIds.market.replace("market:", "");
      assert.equal((await voice(bare)).id, (await voice(encodeURIComponent(voiceIds.market))).id);
    });

    it("answers under the deprecated alias too", async () => {
      assert.deepEqual((await get("/api/tts/voice")).json, (await get("/api/voice")).json);
    });

    it("has idForGenerate in every voice, be it null", async () => {
      const all = await list({ showMarket: "true", show: "full" });
      const { idForGenerate } = await create();
      assert.deepEqual(
        [...all.map((each) => each.idForGenerate), idForGenerate],
        [...all.map(({ id, from }) => (from === "market" ? id : null)), null],
      );
    });

    it("plays the sample of a style", async () => {
      const style = (await voice(voiceIds.chinese)).metadata.prompts[0];
      const reply = await call(sandbox, style?.playBackAudio ?? "", { key: null });
      assert.deepEqual([reply.status, reply.headers["content-type"]], [200, "audio/mpeg"]);
    });
  });

  describe("creation", () => {
    it("makes a voice that can speak, out of a data URL", async () => {
      const { id, status, version } = await create({ description: "d", vocalFilter: false });
      assert.deepEqual([status, version], ["pending", "v3.0"]);
      assert.ok((await sandbox.speech({ voiceId: id, text: "Hello" })).length > 1000);
    });

    it("makes the same of a form, and keeps sample and picture", async () => {
      const picture = Buffer.from("a picture");
      const made = dataOf(
        await call(sandbox, "/api/voice", {
          form: {
            name: "New",
            vocalFilter: "true",
            prompt: { filename: "a.wav", type: "audio/wav", bytes: wav(3.5) },
            avatar: { filename: "a.png", type: "image/png", bytes: picture },
          },
        }),
      ) as Voice;
      const fetched = async (address = "") => (await call(sandbox, address, { key: null })).bytes;
      assert.ok((await fetched(made.metadata.prompts[0]?.playBackAudio)).equals(wav(3.5)));
      assert.ok((await fetched(made.metadata.avatar)).equals(picture));
      assert.deepEqual(sandbox.violations, []);
    });

    it("describes the files of a form in the log", async () => {
      await call(sandbox, "/api/voice", {
        form: { name: "New", prompt: { filename: "a.wav", type: "audio/wav", bytes: wav(3.5) } },
      });
      const { name, prompt } = sandbox.requests[0]?.body as { name: string; prompt: Record<string, unknown> };
      assert.deepEqual([name, prompt["filename"], prompt["bytes"]], ["New", "a.wav", wav(3.5).length]);
      assert.match(String(prompt["sha256"]), /^[0-9a-f]{64}$/);
    });

    const refusals: [string, object, [number, string]][] = [
      ["without a name", { name: "" }, [400, "VALIDATION_MISSING_FIELD"]],
      ["without a sample", { prompt: undefined }, [400, "VOICE_PROMPT_MISSING"]],
      ["with a sample that is no data URL", { prompt: "hello" }, [400, "VALIDATION_INVALID_FORMAT"]],
      [
        "with a sample that is no audio",
        { prompt: dataUrl(Buffer.from("text")) },
        [400, "VOICE_PROBE_FAILED"],
      ],
      ["with a short sample", { prompt: dataUrl(wav(2)) }, [400, "MINIMUM_DURATION_NOT_MET"]],
      ["with a silent sample", { prompt: dataUrl(wav(4, 0)) }, [400, "VOCAL_NOT_DETECTED"]],
      ["with an unknown version", { modelVersion: "v9" }, [400, "VOICE_MODEL_VERSION_INVALID"]],
      ["of v4.0 with lora", { modelVersion: "v4.0", lora: "x" }, [400, "VALIDATION_BAD_PARAMS"]],
      ["with lora but no language", { lora: "x" }, [400, "VALIDATION_BAD_PARAMS"]],
      ["with an unknown lora", { lora: "x", language: "de" }, [400, "VOICE_LORA_ARTIFACT_MISSING"]],
    ];
    for (const [title, change, expected] of refusals) {
      it(`refuses a voice ${title}: ${expected[1]}`, async () => {
        assert.deepEqual(
          code(await post("/api/voice", { name: "New", prompt: sample, ...change })),
          expected,
        );
      });
    }

    it("refuses a sample of more than 100 MB", async () => {
      const tooLarge = { filename: "a.wav", type: "audio/wav", bytes: Buffer.alloc(100 * 1024 * 1024 + 1) };
      const reply = await call(sandbox, "/api/voice", { form: { name: "New", prompt: tooLarge } });
      assert.deepEqual(code(reply), [413, "VOICE_PROMPT_TOO_LARGE"]);
    });

    it("takes an mp3 as a sample", async () => {
      const speech = await sandbox.speech({
        voiceId: voiceIds.english,
        text: "This sample is surely longer than three seconds, I believe.",
      });
      assert.equal((await create({ prompt: dataUrl(speech, "audio/mpeg") })).status, "pending");
    });
  });

  describe("which take a while", () => {
    let slow: Sandbox;
    beforeEach(async () => {
      slow = await startSandbox({ voiceMs: 60_000 });
    });
    afterEach(() => slow.close());
    const made = async (json: object): Promise<string> =>
      (dataOf(await call(slow, "/api/voice", { json: { name: "New", prompt: sample, ...json } })) as Voice)
        .id;
    const status = async (id: string): Promise<string> =>
      (dataOf(await call(slow, `/api/voice/${id}`)) as Voice).status;
    const speak = (voiceId: string): Promise<Reply> =>
      call(slow, "/api/tts/simple-generate", { json: { voiceId, text: "Hi" } });

    it("cannot speak, nor change, until they are created", async () => {
      const id = await made({});
      assert.equal(await status(id), "creating");
      assert.deepEqual(code(await speak(id)), [409, "VOICE_CREATING"]);
      const changed = await call(slow, `/api/voice/${id}/prompt`, { json: { name: "a", prompt: sample } });
      assert.deepEqual(code(changed), [409, "VOICE_CREATING"]);
      slow.advance(60_000);
      assert.equal(await status(id), "pending");
      assert.equal((await speak(id)).status, 200);
    });

    it("may fail", async () => {
      const id = await made({ name: `New ${failMarker}` });
      slow.advance(60_000);
      assert.equal(await status(id), "failed");
      assert.deepEqual(code(await speak(id)), [400, "VOICE_CREATE_FAILED"]);
    });
  });

  describe("changes", () => {
    it("renames, and clears a description that is left out", async () => {
      await post(`/api/voice/${voiceIds.english}/info`, { name: "", description: "new" });
      assert.deepEqual(
        [(await voice(voiceIds.english)).name, (await voice(voiceIds.english)).metadata.description],
        ["Ada", "new"],
      );
      await post(`/api/voice/${voiceIds.english}/info`, { name: "Eve" });
      assert.deepEqual(
        [(await voice(voiceIds.english)).name, (await voice(voiceIds.english)).metadata.description],
        ["Eve", undefined],
      );
    });

    it("sets a picture, always at the same address", async () => {
      const set = async (content: string) =>
        dataOf(
          await post(`/api/voice/${voiceIds.english}/avatar`, {
            avatar: dataUrl(Buffer.from(content), "image/png"),
          }),
        ) as Voice;
      const [first, second] = [await set("one"), await set("two")];
      assert.equal(first.metadata.avatar, second.metadata.avatar);
      const fetched = await call(sandbox, second.metadata.avatar ?? "", { key: null });
      assert.equal(fetched.bytes.toString(), "two");
    });

    it("refuses a picture that is missing, no picture, or too large", async () => {
      const path = `/api/voice/${voiceIds.english}/avatar`;
      assert.deepEqual(code(await post(path)), [400, "VALIDATION_MISSING_FIELD"]);
      assert.deepEqual(code(await post(path, { avatar: sample })), [400, "VALIDATION_INVALID_FORMAT"]);
      const large = `data:image/png;base64,${"A".repeat(15 * 1024 * 1024)}`;
      assert.deepEqual(code(await post(path, { avatar: large })), [413, "UPLOAD_TOO_LARGE"]);
    });

    it("deletes an own voice permanently, but no bought one", async () => {
      assert.equal((await remove(`/api/voice/${voiceIds.english}`)).status, 200);
      assert.deepEqual(code(await remove(`/api/voice/${voiceIds.english}`)), [404, "VOICE_NOT_FOUND"]);
      assert.deepEqual(code(await remove(`/api/voice/${voiceIds.market}`)), [404, "VOICE_NOT_FOUND"]);
    });

    it("shares a voice once", async () => {
      const { shareId } = dataOf(await get(`/api/voice/${voiceIds.english}/share`)) as { shareId: string };
      const imported = await post("/api/voice/byShareId", { shareId });
      assert.equal((await voice(String(imported.json["voiceId"]))).name, "Ada");
      assert.equal((await post("/api/voice/byShareId", { shareId })).status, 404);
    });
  });

  describe("styles", () => {
    const base = `/api/voice/${voiceIds.english}/prompt`;
    const style = async (id: string): Promise<Style | undefined> =>
      (await voice(voiceIds.english)).metadata.prompts.find((each) => each.id === id);

    it("adds one at the end", async () => {
      const { metadata } = dataOf(
        await post(base, { name: "Added", prompt: sample, language: "de" }),
      ) as Voice;
      const added = metadata.prompts.at(-1);
      assert.equal(added?.name, "Added");
      assert.ok(
        (await sandbox.speech({ voiceId: voiceIds.english, promptId: added.id, text: "Hi" })).length > 500,
      );
    });

    it("refuses one for a bought voice, and a sample of more than 20 MB", async () => {
      const refused = await post(`/api/voice/${encodeURIComponent(voiceIds.market)}/prompt`, {
        name: "a",
        prompt: sample,
      });
      assert.deepEqual(code(refused), [403, "AUTH_FORBIDDEN"]);
      const large = dataUrl(Buffer.alloc(20 * 1024 * 1024 + 1));
      assert.deepEqual(code(await post(base, { name: "a", prompt: large })), [413, "VOICE_PROMPT_TOO_LARGE"]);
    });

    it("deletes one but keeps the entry, marked, and unable to speak", async () => {
      await remove(`${base}/${styleIds.warm}`);
      assert.equal((await style(styleIds.warm))?.deleted, true);
      await assert.rejects(
        sandbox.speech({ voiceId: voiceIds.english, promptId: styleIds.warm, text: "Hi" }),
      );
    });

    it("takes the deletion of an unknown style for done, but refuses the default one's", async () => {
      assert.equal((await remove(`${base}/unknown`)).status, 200);
      assert.deepEqual(code(await remove(`${base}/default`)), [400, "VALIDATION_BAD_PARAMS"]);
    });

    it("renames one", async () => {
      await post(`${base}/${styleIds.warm}/info`, { name: "Cosy", description: "d" });
      assert.deepEqual(
        [(await style(styleIds.warm))?.name, (await style(styleIds.warm))?.description],
        ["Cosy", "d"],
      );
    });

    it("lets one speak when none is named, once it is the default", async () => {
      const text = "Who speaks?";
      const lively = await sandbox.speech({ voiceId: voiceIds.english, promptId: styleIds.lively, text });
      const { metadata } = dataOf(await post(`${base}/${styleIds.lively}/default`)) as Voice;
      assert.ok((await sandbox.speech({ voiceId: voiceIds.english, text })).equals(lively));
      assert.equal(metadata.prompts.find(({ id }) => id === "default")?.name, "Lively");
      assert.equal(metadata.prompts.length, 3);
    });

    it("processes one again, and takes an unknown one for done", async () => {
      await post(`${base}/${styleIds.warm}/reset`, { enhance: true });
      assert.deepEqual(
        [(await style(styleIds.warm))?.enhance, (await style(styleIds.warm))?.vocalFilter],
        [true, false],
      );
      assert.equal((await post(`${base}/unknown/reset`)).status, 200);
    });

    it("tells and corrects what a sample says, until it is processed again", async () => {
      const path = `${base}/${styleIds.warm}/stt`;
      const heard = dataOf(await get(path));
      await post(path, { text: "Corrected." });
      assert.equal(dataOf(await get(path)), "Corrected.");
      await post(`${base}/${styleIds.warm}/reset`);
      assert.equal(dataOf(await get(path)), heard);
    });

    it("has heard nothing in an uploaded sample", async () => {
      assert.equal(dataOf(await get(`/api/voice/${(await create()).id}/prompt/default/stt`)), null);
    });

    it("does not know the transcript of an unknown style", async () => {
      assert.deepEqual(code(await get(`${base}/unknown/stt`)), [404, "RESOURCE_NOT_FOUND"]);
    });
  });
});
