import assert from "node:assert/strict";
import { createHash, randomBytes } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import helper from "node-red-node-test-helper";
import { wav } from "../contract/sandbox-caller";
import { zipOf } from "../zip";
import { useFlows, type Flow } from "./support/flows";
import { factsOf, type Message } from "./support/message";
import { nodeFlow } from "./support/node-flow";
import { prepare } from "./support/one-node";
import { useSandbox } from "./support/sandbox";
import { keyed } from "./support/speech-flow";

const CHUNK = "/api/editor/multipartUpload/uploadChunk";
const FINISH = "/api/editor/multipartUpload/finish";

const sha256 = (bytes: Buffer): string => createHash("sha256").update(bytes).digest("hex");

describe("uploads", () => {
  const sandbox = useSandbox();
  const flows = useFlows();
  let folder: string;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "vocu-uploads-"));
  });
  after(() => rm(folder, { recursive: true }));

  const load = (
    type: `vocu-${string}`,
    node: Record<string, unknown> = {},
    account: Record<string, unknown> = {},
  ): Promise<Flow> => flows.load(nodeFlow(sandbox().url, type, { node, account }), keyed());

  /** What a message leads to. */
  async function sent(
    type: `vocu-${string}`,
    message: Message,
    node: Record<string, unknown> = {},
    account: Record<string, unknown> = {},
  ): Promise<Message> {
    const flow = await load(type, node, account);
    const { error } = await flow.ended(flow.input(message, "node"));
    assert.equal(error, undefined);
    return flow.at("out").nth(0);
  }

  /** The error of a message that must not lead to a request. */
  async function refused(
    type: `vocu-${string}`,
    message: Message,
    node: Record<string, unknown> = {},
  ): Promise<string> {
    const flow = await load(type, node);
    flow.input(message, "node");
    const { code } = await flow.caught();
    assert.deepEqual(sandbox().requests, []);
    return code ?? "";
  }

  const bodies = (path: string): unknown[] =>
    sandbox()
      .requests.filter((request) => request.path === path)
      .map(({ body }) => body);

  describe("one step at a time", () => {
    it("begins an upload of a ZIP", async () => {
      const out = await sent("vocu-upload-create", {});
      assert.equal(typeof (out.payload as { id: unknown }).id, "string");
      assert.deepEqual(sandbox().requests[0]?.body, { type: "zip" });
    });

    it("sends a chunk as a form with the names that are assumed", async () => {
      const uploadId = await begun();
      const chunk = randomBytes(1000);
      await sent("vocu-upload-chunk", { uploadId, payload: chunk, parts: { index: 3 } });
      const [body] = bodies(CHUNK) as {
        id: string;
        index: string;
        file: { bytes: number; sha256: string };
      }[];
      assert.deepEqual([body?.id, body?.index], [uploadId, "3"]);
      assert.deepEqual([body?.file.bytes, body?.file.sha256], [chunk.length, sha256(chunk)]);
    });

    it("takes a number in a flow written by hand, without its type, for that number", async () => {
      const uploadId = await begun();
      await sent("vocu-upload-chunk", { uploadId, payload: Buffer.from("x") }, { index: 0 });
      const [body] = bodies(CHUNK) as { index: string }[];
      assert.equal(body?.index, "0");
    });

    it("sends a chunk where and under what names it is told", async () => {
      const path = "/api/editor/elsewhere";
      sandbox().fail({ on: { path }, reply: { status: 200, json: { status: 200 } } });
      const names = { uploadIdField: "upload", indexField: "part", fileField: "data", path };
      await sent(
        "vocu-upload-chunk",
        { uploadId: "u", payload: Buffer.from("x"), parts: { index: 0 } },
        names,
      );
      const [body] = bodies(path) as Record<string, unknown>[];
      assert.deepEqual(Object.keys(body ?? {}), ["upload", "part", "data"]);
      sandbox().violations.length = 0;
    });

    it("sends a chunk again after a lost connection: it is numbered", async () => {
      const uploadId = await begun();
      sandbox().fail({ on: { path: CHUNK }, resetBeforeHeaders: true });
      const message = { uploadId, payload: Buffer.from("x"), parts: { index: 0 } };
      const out = await sent("vocu-upload-chunk", message, {}, { retries: 1 });
      assert.equal(factsOf(out).attempts, 2);
    });

    it("completes an upload", async () => {
      const uploadId = await begun();
      const complete = { id: "complete", z: "tab", type: "vocu-upload-complete", account: "account" };
      const flow = await flows.load(
        [
          ...nodeFlow(sandbox().url, "vocu-upload-chunk", { node: { wires: [["complete"]] } }),
          { ...complete, wires: [["out"]] },
        ],
        keyed(),
      );
      const zip = zipOf({ "a.wav": Buffer.from("a") });
      flow.input({ uploadId, payload: zip, parts: { index: 0 } }, "node");
      const { payload } = await flow.at("out").nth(0);
      assert.deepEqual(payload, { id: uploadId });
      assert.deepEqual(bodies(FINISH), [{ id: uploadId }]);
      assert.equal(sandbox().uploads.find(({ id }) => id === uploadId)?.sha256, sha256(zip));
    });

    it("passes on that an upload is not there", async () => {
      const flow = await load("vocu-upload-complete");
      flow.input({ uploadId: "gone" }, "node");
      assert.equal((await flow.caught()).code, "VALIDATION_BAD_PARAMS");
    });

    it("uploads a whole file from its path under its own name", async () => {
      const path = join(folder, "notes.txt");
      await writeFile(path, "Notes");
      const out = await sent("vocu-upload-file", { payload: path });
      assert.equal(typeof (out.payload as { id: unknown }).id, "string");
      const [body] = bodies("/api/editor/upload") as { file: { filename: string; sha256: string } }[];
      assert.deepEqual([body?.file.filename, body?.file.sha256], ["notes.txt", sha256(Buffer.from("Notes"))]);
    });

    it("uploads a Buffer", async () => {
      const bytes = randomBytes(200_000);
      await sent("vocu-upload-file", { payload: bytes });
      const [body] = bodies("/api/editor/upload") as { file: { sha256: string } }[];
      assert.equal(body?.file.sha256, sha256(bytes));
    });

    it("reports what to do if the server has no such operation", async () => {
      sandbox().fail({
        on: { path: "/api/editor/upload" },
        reply: { status: 404, text: "<h1>Not Found</h1>", contentType: "text/html" },
      });
      const flow = await load("vocu-upload-file");
      flow.input({ payload: Buffer.from("x") }, "node");
      assert.equal((await flow.caught()).code, "OPERATION_NOT_OFFERED");
    });

    for (const [type, path, message] of [
      ["vocu-upload-file", "/api/editor/upload", { payload: Buffer.from("x") }],
      ["vocu-upload-complete", FINISH, { payload: "came in", uploadId: "u" }],
      ["vocu-upload-chunk", CHUNK, { payload: Buffer.from("x"), uploadId: "u", parts: { index: 0 } }],
    ] as const) {
      it(`passes on the whole answer of ${type} if it has no data, never what came in`, async () => {
        const json = { status: 200, message: "OK", size: 1 };
        sandbox().fail({ on: { path }, reply: { status: 200, json } });
        assert.deepEqual((await sent(type, { ...message })).payload, json);
      });
    }

    for (const [type, path, message, code] of [
      ["vocu-upload-create", "/api/editor/multipartUpload/newFile", {}, "OPERATION_NOT_OFFERED"],
      ["vocu-upload-file", "/api/editor/upload", { payload: Buffer.from("x") }, "OPERATION_NOT_OFFERED"],
      ["vocu-upload-complete", FINISH, { uploadId: "u" }, "HTTP_404"],
      ["vocu-upload-archive", CHUNK, { payload: zipOf({ "a.wav": Buffer.from("a") }) }, "HTTP_404"],
    ] as const) {
      it(`reports what a 404 without a code can mean to ${type}`, async () => {
        const reply = { status: 404, json: { status: 404, message: "Not Found" } };
        sandbox().fail({ on: { path }, reply });
        const flow = await load(type);
        flow.input({ ...message }, "node");
        const caught = await flow.caught();
        assert.equal(caught.code, code);
        assert.equal(caught.cause?.perhapsNotOffered, code === "HTTP_404" ? true : undefined);
      });
    }

    it("refuses a file that is not there before anything is sent", async () => {
      const code = await refused("vocu-upload-file", { payload: join(folder, "nothing") });
      assert.equal(code, "INPUT_FILE_MISSING");
    });

    /** The id of an upload that has begun. */
    async function begun(): Promise<string> {
      const path = "/api/editor/multipartUpload/newFile";
      return ((await prepare(sandbox(), "POST", path, { type: "zip" })) as { id: string }).id;
    }
  });

  describe("audio for conversion", () => {
    it("travels as data URL and comes back as address and length", async () => {
      const recording = wav(2);
      const out = await sent("vocu-upload-audio", { payload: recording });
      const { url, duration } = out.payload as { url: string; duration: number };
      assert.ok(url.startsWith(`${sandbox().storageUrl}/vc-input/`));
      assert.equal(duration, 2);
      const body = sandbox().requests[0]?.body as { audio: string };
      assert.equal(body.audio, `data:audio/wav;base64,${recording.toString("base64")}`);
    });

    for (const [what, payload, code] of [
      ["longer than 300 s", (): Buffer => wav(301), "INPUT_TOO_LONG"],
      ["no audio at all", (): Buffer => Buffer.from("Just words"), "INPUT_WRONG_MEDIA"],
      ["empty", (): Buffer => Buffer.alloc(0), "INPUT_MISSING"],
    ] as const) {
      it(`is refused when it is ${what}, before anything is sent`, async () => {
        assert.equal(await refused("vocu-upload-audio", { payload: payload() }), code);
      });
    }
  });

  describe("a whole archive", () => {
    const zip = zipOf({ "one.wav": randomBytes(250_000), "two.wav": randomBytes(130_000) });
    const chunkMb = "0.1";
    const chunks = Math.ceil(zip.length / (0.1 * 1024 * 1024));
    const progressOf = (flow: Flow): Record<string, unknown>[] =>
      flow.at("second").entries.map(({ payload }) => payload as Record<string, unknown>);

    for (const form of ["a Buffer", "a path"] as const) {
      it(`arrives from ${form} byte for byte, in chunks counted from 0`, async () => {
        const path = join(folder, "samples.zip");
        await writeFile(path, zip);
        const out = await sent(
          "vocu-upload-archive",
          { payload: form === "a path" ? path : zip, topic: "clone" },
          { chunkMb },
        );
        const indexes = bodies(CHUNK).map((body) => (body as { index: string }).index);
        assert.deepEqual(
          indexes,
          Array.from({ length: chunks }, (_, index) => String(index)),
        );
        const stored = sandbox().uploads.find(({ id }) => id === out.payload);
        assert.deepEqual([stored?.finished, stored?.sha256], [true, sha256(zip)]);
        const { uploadId, bytes } = factsOf(out);
        assert.deepEqual([uploadId, bytes, out.topic], [out.payload, zip.length, "clone"]);
      });
    }

    it("goes in one chunk when it is small", async () => {
      await sent("vocu-upload-archive", { payload: zip });
      assert.equal(bodies(CHUNK).length, 1);
    });

    it("reports on the second output how far it is", async () => {
      const flow = await load("vocu-upload-archive", { chunkMb });
      flow.input({ payload: zip, topic: "clone" }, "node");
      await flow.at("out").nth(0);
      const progress = progressOf(flow);
      assert.deepEqual(
        progress.map(({ state, chunk }) => [state, chunk]),
        [...Array.from({ length: chunks + 1 }, (_, index) => ["uploading", index]), ["done", chunks]],
      );
      assert.deepEqual([progress[0]?.percent, progress.at(-1)?.percent], [0, 100]);
      assert.equal(progress.at(-1)?.bytes, zip.length);
      assert.equal(flow.at("second").last?.topic, "clone");
    });

    for (const [fault, armed] of [
      ["a lost connection", { resetBeforeHeaders: true }],
      ["a server's fault", { error: { status: 500, code: "SYSTEM_INTERNAL_ERROR" } }],
      ["a busy server", { error: { status: 503, code: "STORAGE_UNAVAILABLE" } }],
    ] as const) {
      it(`sends a chunk again after ${fault}`, async () => {
        sandbox().fail({ on: { path: CHUNK }, ...armed });
        const out = await sent("vocu-upload-archive", { payload: zip }, { chunkMb }, { retries: 1 });
        const stored = sandbox().uploads.find(({ id }) => id === out.payload);
        assert.equal(stored?.sha256, sha256(zip));
        assert.equal(bodies(CHUNK).length, chunks + 1);
        assert.equal(factsOf(out).attempts, chunks + 3);
      });
    }

    it("sends a chunk no more often than the account says", async () => {
      sandbox().fail({ on: { path: CHUNK }, resetBeforeHeaders: true, times: Infinity });
      const flow = await load("vocu-upload-archive", { chunkMb }, { retries: 1 });
      flow.input({ payload: zip }, "node");
      const { code, cause } = await flow.caught();
      assert.deepEqual([code, cause?.attempts], ["CONNECTION_LOST", 2]);
    });

    it("begins with an id wherever the server puts it", async () => {
      const reply = { status: 200, json: { status: 200, uploadId: "elsewhere" } };
      sandbox().fail({ on: { path: "/api/editor/multipartUpload/newFile" }, reply });
      for (const path of [CHUNK, FINISH]) {
        sandbox().fail({ on: { path }, reply: { status: 200, json: { status: 200 } }, times: Infinity });
      }
      const out = await sent("vocu-upload-archive", { payload: zip }, { chunkMb });
      assert.equal(out.payload, "elsewhere");
    });

    it("gives up when a chunk is refused, naming the upload, and reports it on the second output", async () => {
      sandbox().fail({ on: { path: CHUNK }, error: { status: 413, code: "UPLOAD_TOO_LARGE" } });
      const flow = await load("vocu-upload-archive", { chunkMb });
      flow.input({ payload: zip }, "node");
      const { code, cause } = await flow.caught();
      assert.equal(code, "UPLOAD_TOO_LARGE");
      assert.equal(cause?.uploadId, sandbox().uploads.at(-1)?.id);
      const last = await flow.at("second").nth(1);
      assert.equal((last.payload as { state: string }).state, "failed");
      assert.deepEqual(flow.at("out").entries, []);
    });

    it("stops on reset, without completing the upload, and reports it on the second output", async () => {
      sandbox().fail({ on: { path: CHUNK }, hangBeforeHeaders: true });
      const flow = await load("vocu-upload-archive", { chunkMb });
      const message = flow.input({ payload: zip }, "node");
      await sandbox().waitForRequest(({ path }) => path === CHUNK);
      flow.input({ reset: true }, "node");
      const { error } = await flow.ended(message);
      assert.equal(error, undefined);
      const last = await flow.at("second").nth(1);
      assert.equal((last.payload as { state: string }).state, "stopped");
      assert.deepEqual(bodies(FINISH), []);
    });

    it("stops at a new deployment with a word in the log, and can be started again", async () => {
      sandbox().fail({ on: { path: CHUNK }, hangBeforeHeaders: true });
      const flow = await load("vocu-upload-archive", { chunkMb });
      const message = flow.input({ payload: zip }, "node");
      const chunk = await sandbox().waitForRequest(({ path }) => path === CHUNK);
      await flow.redeploy(
        nodeFlow(sandbox().url, "vocu-upload-archive", { node: { chunkMb, name: "again" } }),
      );
      const { error } = await flow.ended(message);
      await chunk.ended;
      assert.deepEqual([error, bodies(FINISH)], [undefined, []]);
      const logged = helper.log().args.map(([entry]) => (entry as { msg?: unknown }).msg);
      assert.ok(logged.some((line) => String(line).includes("uploadStopped")));
      flow.input({ payload: zip }, "node");
      const { payload: id } = await flow.at("out").nth(0);
      assert.equal(sandbox().uploads.find((upload) => upload.id === id)?.sha256, sha256(zip));
    });

    it("says nothing to the log when the flow itself stops it", async () => {
      sandbox().fail({ on: { path: CHUNK }, hangBeforeHeaders: true });
      const flow = await load("vocu-upload-archive", { chunkMb });
      const message = flow.input({ payload: zip }, "node");
      await sandbox().waitForRequest(({ path }) => path === CHUNK);
      flow.input({ reset: true }, "node");
      await flow.ended(message);
      const logged = helper.log().args.map(([entry]) => (entry as { msg?: unknown }).msg);
      assert.ok(!logged.some((line) => String(line).includes("uploadStopped")));
    });

    for (const [what, payload, code] of [
      ["is no ZIP", Buffer.from("RIFF....WAVE"), "INPUT_NOT_ZIP"],
      ["is cut off", zip.subarray(0, -30), "INPUT_ZIP_DAMAGED"],
    ] as const) {
      it(`is refused when it ${what}, before anything is sent`, async () => {
        assert.equal(await refused("vocu-upload-archive", { payload }), code);
      });
    }
  });
});
