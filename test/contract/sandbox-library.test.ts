import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { startSandbox, voiceIds, type Sandbox } from "../../sandbox";
import { call, dataOf, dataUrl, wav, type Reply } from "./sandbox-caller";

const code = (reply: Reply): [number, string | undefined] => [reply.status, reply.json.code];
const unknownId = "00000000-0000-4000-8000-000000000000";

describe("the sandbox's library", () => {
  let sandbox: Sandbox;
  beforeEach(async () => {
    sandbox = await startSandbox();
  });
  afterEach(() => sandbox.close());
  const get = (path: string, query = {}): Promise<Reply> => call(sandbox, path, { query });
  const post = (path: string, json: unknown): Promise<Reply> => call(sandbox, path, { json });
  const remove = (path: string): Promise<Reply> => call(sandbox, path, { method: "DELETE" });

  describe("templates", () => {
    interface Template {
      id: string;
      name: string;
      contents: Record<string, unknown>[];
      metadata: { metaVoiceId?: number; description?: string };
    }
    const contents = [
      { voiceId: voiceIds.english, text: "One." },
      { voiceId: voiceIds.german, text: "Zwei." },
      { voiceId: voiceIds.english, text: "Three." },
      { voiceId: "0", text: "Nobody." },
    ];
    const create = async (name = "Duo"): Promise<Template> =>
      dataOf(await post("/api/template", { name, description: "d", contents })) as Template;

    it("forget voice ids and number them", async () => {
      const template = await create();
      assert.deepEqual(
        template.contents.map(({ metaVoiceId }) => metaVoiceId),
        [1, 2, 1, null],
      );
      assert.ok(template.contents.every((block) => !("voiceId" in block)));
      assert.equal(template.metadata.metaVoiceId, 2);
    });

    it("lose a description that an update leaves out, and keep a name", async () => {
      const { id } = await create();
      const reply = await post(`/api/template/${id}`, { contents: contents.slice(0, 1) });
      assert.deepEqual(reply.json, { status: 200 });
      const { name, metadata, contents: kept } = dataOf(await get(`/api/template/${id}`)) as Template;
      assert.deepEqual([name, metadata.description, kept.length], ["Duo", undefined, 1]);
    });

    it("are listed newest first, page by page", async () => {
      await create("old");
      await create("new");
      const names = async (query = {}) =>
        (dataOf(await get("/api/template", query)) as Template[]).map(({ name }) => name);
      assert.deepEqual(await names(), ["new", "old"]);
      assert.deepEqual(await names({ limit: "1", offset: "1" }), ["old"]);
      assert.deepEqual(await names({ from: "library" }), []);
    });

    it("are deleted once", async () => {
      const { id } = await create();
      assert.deepEqual((await remove(`/api/template/${id}`)).json, { status: 200 });
      assert.deepEqual(code(await remove(`/api/template/${id}`)), [404, "RESOURCE_NOT_FOUND"]);
    });

    it("name the field that is missing, before they look for the template", async () => {
      const reply = await post(`/api/template/${unknownId}`, { name: "a" });
      assert.deepEqual(code(reply), [400, "VALIDATION_MISSING_FIELD"]);
      assert.deepEqual(reply.json["detail"], { field: "contents" });
      assert.deepEqual(code(await post(`/api/template/${unknownId}`, { contents })), [
        404,
        "RESOURCE_NOT_FOUND",
      ]);
    });
  });

  describe("splitters", () => {
    interface Splitter {
      id: string;
      name: string;
      config: Record<string, unknown>;
    }
    const config = { splitterMarks: ["[]"], fallbackConfig: { voiceId: voiceIds.english } };
    const create = async (name = "mine"): Promise<Splitter> =>
      dataOf(await post("/api/splitter", { name, config })) as Splitter;

    it("are listed with a total", async () => {
      for (const name of ["a", "b", "c"]) await create(name);
      const { json } = await get("/api/splitter", { limit: "2" });
      assert.deepEqual([(json.data as Splitter[]).map(({ name }) => name), json["total"]], [["c", "b"], 3]);
    });

    it("come fifty to a page at most", async () => {
      for (let count = 0; count < 51; count++) await create();
      const { json } = await get("/api/splitter", { limit: "100" });
      assert.equal((json.data as Splitter[]).length, 50);
    });

    it("are changed by a difference", async () => {
      const { id } = await create();
      const change = { config: { bob: { voiceId: voiceIds.german }, splitterMarks: null } };
      const { name, config: changed } = dataOf(await post(`/api/splitter/${id}`, change)) as Splitter;
      assert.deepEqual([name, Object.keys(changed)], ["mine", ["fallbackConfig", "bob"]]);
      assert.deepEqual(dataOf(await get(`/api/splitter/${id}`)), dataOf(await get(`/api/splitter/${id}`)));
      assert.deepEqual((dataOf(await get(`/api/splitter/${id}`)) as Splitter).config, changed);
    });

    it("are deleted once", async () => {
      const { id } = await create();
      assert.deepEqual((await remove(`/api/splitter/${id}`)).json, { status: 200 });
      assert.deepEqual(code(await remove(`/api/splitter/${id}`)), [404, "RESOURCE_NOT_FOUND"]);
    });

    const refusals: [string, object, string][] = [
      ["no name", { config }, "VALIDATION_MISSING_FIELD"],
      ["a long name", { name: "a".repeat(101), config }, "VALIDATION_TOO_LONG"],
      ["no configuration", { name: "a" }, "VALIDATION_MISSING_FIELD"],
      [
        "a lookup entry without tags",
        { name: "a", config: { lookupTable: { x: { tags: [] } } } },
        "TTS_SPLITTER_INVALID",
      ],
      ["a fallback without a voice", { name: "a", config: { fallbackConfig: {} } }, "TTS_SPLITTER_INVALID"],
    ];
    for (const [title, body, expected] of refusals) {
      it(`refuse ${title}`, async () => {
        assert.deepEqual(code(await post("/api/splitter", body)), [400, expected]);
      });
    }

    it("refuse an empty update", async () => {
      const { id } = await create();
      assert.deepEqual(code(await post(`/api/splitter/${id}`, {})), [400, "VALIDATION_MISSING_FIELD"]);
    });
  });

  describe("uploads", () => {
    const zip = Buffer.concat([
      Buffer.from("PK\x03\x04", "latin1"),
      Buffer.alloc(5000, 7),
      Buffer.from("PK\x05\x06", "latin1"),
      Buffer.alloc(18),
    ]);
    const begin = async (): Promise<string> =>
      (dataOf(await post("/api/editor/multipartUpload/newFile", { type: "zip" })) as { id: string }).id;
    const send = (id: string, index: number, bytes: Buffer): Promise<Reply> =>
      call(sandbox, "/api/editor/multipartUpload/uploadChunk", {
        form: {
          id,
          index: String(index),
          file: { filename: "chunk", type: "application/octet-stream", bytes },
        },
      });
    const finish = (id: string): Promise<Reply> => post("/api/editor/multipartUpload/finish", { id });

    it("are put together by number, in whatever order the chunks came", async () => {
      const id = await begin();
      await send(id, 1, zip.subarray(3000));
      await send(id, 0, Buffer.from("first try"));
      await send(id, 0, zip.subarray(0, 3000));
      assert.deepEqual(dataOf(await finish(id)), { id });
      const sha256 = createHash("sha256").update(zip).digest("hex");
      assert.deepEqual(sandbox.uploads, [{ id, finished: true, bytes: zip.length, sha256 }]);
      assert.deepEqual(sandbox.violations, []);
    });

    it("must be whole and a ZIP", async () => {
      const gap = await begin();
      await send(gap, 1, zip);
      assert.deepEqual(code(await finish(gap)), [400, "VALIDATION_INVALID_FORMAT"]);
      const text = await begin();
      await send(text, 0, Buffer.from("no archive"));
      assert.deepEqual(code(await finish(text)), [400, "VALIDATION_INVALID_FORMAT"]);
    });

    it("take no more chunks once they are finished, nor unknown ids, nor other types", async () => {
      const id = await begin();
      await send(id, 0, zip);
      await finish(id);
      assert.deepEqual(code(await send(id, 1, zip)), [400, "VALIDATION_BAD_PARAMS"]);
      assert.deepEqual(code(await finish(unknownId)), [400, "VALIDATION_BAD_PARAMS"]);
      const other = await post("/api/editor/multipartUpload/newFile", { type: "rar" });
      assert.deepEqual(code(other), [400, "VALIDATION_INVALID_VALUE"]);
    });

    it("make a professional clone, of which the account has one", async () => {
      const id = await begin();
      await send(id, 0, zip);
      await finish(id);
      const body = { name: "Pro", prompt: dataUrl(wav(4)), lora: id, language: "de" };
      const { status, metadata } = dataOf(await post("/api/voice", body)) as {
        status: string;
        metadata: { withLora?: boolean };
      };
      assert.deepEqual([status, metadata.withLora], ["lora-success", true]);
      assert.deepEqual(code(await post("/api/voice", body)), [403, "BILLING_QUOTA_EXCEEDED"]);
    });

    it("take a whole file", async () => {
      const bytes = Buffer.from("anything");
      const { id } = dataOf(
        await call(sandbox, "/api/editor/upload", {
          form: { file: { filename: "a", type: "text/plain", bytes } },
        }),
      ) as { id: string };
      assert.equal(sandbox.uploads[0]?.id, id);
      assert.deepEqual(code(await call(sandbox, "/api/editor/upload", { form: { other: "x" } })), [
        400,
        "VALIDATION_MISSING_FIELD",
      ]);
    });
  });

  describe("audio for conversion", () => {
    const upload = (audio: string): Promise<Reply> => post("/api/tts/upload-audio", { audio });

    it("becomes mp3 of 320 kbit/s", async () => {
      const { url, duration } = dataOf(await upload(dataUrl(wav(2)))) as { url: string; duration: number };
      const { bytes } = await call(sandbox, url, { key: null });
      assert.equal(duration, 2);
      assert.equal(bytes.readUInt16BE(0) & 0xfffe, 0xfffa, "MPEG-1 Layer III");
      assert.equal(bytes.readUInt8(2) >> 4, 14, "320 kbit/s");
    });

    const refusals: [string, string, string][] = [
      ["no audio", dataUrl(wav(1), "image/png"), "VALIDATION_INVALID_FORMAT"],
      ["no data URL", "hello", "VALIDATION_INVALID_FORMAT"],
      ["unreadable", dataUrl(Buffer.from("noise")), "UPLOAD_AUDIO_INVALID"],
      ["too long", dataUrl(wav(301)), "VALIDATION_TOO_LONG"],
    ];
    for (const [title, audio, expected] of refusals) {
      it(`is refused when it is ${title}`, async () => {
        assert.deepEqual(code(await upload(audio)), [400, expected]);
      });
    }
  });

  it("has the documented presets, each with a configuration", async () => {
    const presets = dataOf(await get("/api/tts/presets")) as { key: string; config: object }[];
    const keys = presets.map(({ key }) => key);
    for (const key of ["creative", "balance", "stable", "v2_balance", "v3_balance_pro"])
      assert.ok(keys.includes(key));
    assert.ok(presets.every(({ config }) => Object.keys(config).length > 0));
  });
});
