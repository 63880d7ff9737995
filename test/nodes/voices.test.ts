import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { failMarker, voiceIds } from "../../sandbox";
import { useFlows } from "./support/flows";
import { factsOf } from "./support/message";
import { Bench, prepare } from "./support/one-node";
import { useSandbox } from "./support/sandbox";
import { newStyle, newVoice, PNG, dataUrl, recording, voiceOf, type Voice } from "./support/voices";

describe("voice nodes", () => {
  const sandbox = useSandbox();
  const flows = useFlows();
  const bench = (name: string): Bench => new Bench(sandbox, flows, `vocu-${name}`);

  describe("voice-create", () => {
    const create = bench("voice-create");

    it("makes a usable voice of a Buffer", async () => {
      const message = await create.result({ name: "Mum" }, { payload: await recording(sandbox()) });
      assert.equal(voiceOf(message).name, "Mum");
      assert.equal(voiceOf(message).status, "pending");
      assert.equal(factsOf(message).voiceId, voiceOf(message).id);
    });

    it("sends every parameter with its JSON type and leaves blank ones out", async () => {
      const node = {
        name: "Mum",
        language: "yue",
        description: "calm",
        avatar: "picture",
        avatarType: "msg",
        vocalFilter: "false",
        modelVersion: "v3.0",
        isTest: "true",
        train_params: '{"steps":3}',
        extra_params: "",
      };
      const sample = await recording(sandbox());
      const { requests, error } = await create.run(node, { payload: sample, picture: PNG });
      assert.equal(error, undefined);
      assert.deepEqual(requests[0]?.body, {
        name: "Mum",
        prompt: dataUrl(sample),
        language: "yue",
        description: "calm",
        avatar: `data:image/png;base64,${PNG.toString("base64")}`,
        vocalFilter: false,
        modelVersion: "v3.0",
        isTest: true,
        train_params: { steps: 3 },
      });
    });

    it("reads the recording from a path, relative to Node-RED's working directory", async () => {
      const fileWorkingDirectory = await mkdtemp(join(tmpdir(), "voices-"));
      try {
        await writeFile(join(fileWorkingDirectory, "mum.mp3"), await recording(sandbox()));
        const { sent } = await create.run({ name: "Mum" }, { payload: "mum.mp3" }, { fileWorkingDirectory });
        assert.equal(voiceOf(sent[0]).status, "pending");
      } finally {
        await rm(fileWorkingDirectory, { recursive: true });
      }
    });

    it("refuses a recording that is too short before it is sent", async () => {
      const payload = await recording(sandbox(), "Too short.");
      assert.equal((await create.refusal({ name: "Mum" }, { payload })).code, "INPUT_TOO_SHORT");
    });

    it("requires a name", async () => {
      const error = await create.refusal({}, { payload: await recording(sandbox()) });
      assert.equal(error.code, "INPUT_MISSING");
      assert.equal(error.cause.field, "name");
    });

    for (const [field, value] of Object.entries({ lora: "upload", isTest: "true", vcover: "{}" })) {
      it(`refuses ${field} together with model version v4.0`, async () => {
        const node = { name: "Mum", modelVersion: "v4.0", language: "de", [field]: value };
        const error = await create.refusal(node, { payload: await recording(sandbox()) });
        assert.equal(error.code, "NOT_WITH_V4");
        assert.equal(error.cause.field, field);
      });
    }

    it("refuses a professional clone without a language", async () => {
      for (const language of ["", "auto"]) {
        const node = { name: "Mum", lora: "upload", language };
        const error = await create.refusal(node, { payload: await recording(sandbox()) });
        assert.equal(error.code, "LORA_NEEDS_LANGUAGE");
      }
    });

    it("passes on the service's refusal with its code", async () => {
      const node = { name: "Mum", lora: "no such upload", language: "de" };
      const { error } = await create.run(node, { payload: await recording(sandbox()) });
      assert.equal(error?.code, "VOICE_LORA_ARTIFACT_MISSING");
    });
  });

  describe("voice-list", () => {
    const list = bench("voice-list");

    it("gives all voices that the service lists", async () => {
      const voices = (await list.result({})).payload as Voice[];
      assert.ok(voices.some(({ id }) => id === voiceIds.english));
      assert.ok(!voices.some(({ id }) => id === voiceIds.market));
    });

    it("sends its filters as text in the query", async () => {
      const node = { showMarket: "true", from: "upload", version: "v3.0", show: "full" };
      const { requests } = await list.run(node);
      assert.deepEqual(requests[0]?.query, {
        showMarket: "true",
        from: "upload",
        version: "v3.0",
        show: "full",
      });
    });

    it("sends an origin that no document lists", async () => {
      const { requests } = await list.run({ from: "community" });
      assert.equal(requests[0]?.query.from, "community");
      sandbox().violations.length = 0;
    });

    it("leaves out voices that cannot speak when it is asked to", async () => {
      const all = (await list.result({ show: "full" })).payload as Voice[];
      const usable = (await list.result({ show: "full", usableOnly: true })).payload as Voice[];
      assert.ok(all.some(({ status }) => status === "lora-pending"));
      assert.ok(!usable.some(({ status }) => status === "lora-pending"));
      assert.ok(usable.some(({ id }) => id === voiceIds.english));
    });

    it("hides deleted styles unless it is set not to", async () => {
      const { id } = await newVoice(sandbox());
      const deleted = await newStyle(sandbox(), id);
      await prepare(sandbox(), "DELETE", `/api/voice/${id}/prompt/${deleted}`);
      const stylesShown = async (node: Record<string, unknown>): Promise<unknown> => {
        const voices = (await list.result(node)).payload as Voice[];
        return voices.find((voice) => voice.id === id)?.metadata.prompts.map((style) => style.id);
      };
      assert.deepEqual(await stylesShown({}), ["default"]);
      assert.deepEqual(await stylesShown({ hideDeleted: false }), ["default", deleted]);
    });
  });

  describe("voice-get", () => {
    const get = bench("voice-get");

    it("gives a voice in any status", async () => {
      assert.equal(voiceOf(await get.result({ voiceId: voiceIds.training })).status, "lora-pending");
    });

    it("asks for a market voice under its encoded id", async () => {
      const { requests, sent } = await get.run({ voiceId: voiceIds.market });
      assert.equal(requests[0]?.path, `/api/voice/${encodeURIComponent(voiceIds.market)}`);
      assert.equal(voiceOf(sent[0]).id, voiceIds.market);
    });

    it("hides deleted styles unless it is set not to", async () => {
      const { id } = await newVoice(sandbox());
      const deleted = await newStyle(sandbox(), id);
      await prepare(sandbox(), "DELETE", `/api/voice/${id}/prompt/${deleted}`);
      const shown = voiceOf(await get.result({ voiceId: id })).metadata.prompts;
      assert.deepEqual(shown.length, 1);
      const all = voiceOf(await get.result({ voiceId: id, hideDeleted: false })).metadata.prompts;
      assert.equal(all[1]?.deleted, true);
    });

    it("reports an unknown voice", async () => {
      const { error } = await get.run({ voiceId: "nobody" });
      assert.equal(error?.code, "VOICE_NOT_FOUND");
      assert.equal(error.cause.statusCode, 404);
    });

    it("cannot be made to ask for another address by an id", async () => {
      const { error, requests } = await get.run({ voiceId: "../account/info" });
      assert.equal(requests[0]?.path, "/api/voice/..%2Faccount%2Finfo");
      assert.equal(error?.code, "VOICE_NOT_FOUND");
    });
  });

  describe("voice-delete", () => {
    it("deletes a voice and passes the message on", async () => {
      const { id } = await newVoice(sandbox());
      const message = await bench("voice-delete").result(
        { voiceId: "topic", voiceIdType: "msg" },
        { payload: "still here", topic: id },
      );
      assert.equal(message.payload, "still here");
      assert.equal(factsOf(message).operation, "voice-delete");
      const voices = (await prepare(sandbox(), "GET", "/api/voice")) as Voice[];
      assert.ok(!voices.some((voice) => voice.id === id));
    });
  });

  describe("voice-avatar", () => {
    const avatar = bench("voice-avatar");

    it("gives a voice a picture", async () => {
      const { id } = await newVoice(sandbox());
      const voice = voiceOf(await avatar.result({ voiceId: id }, { payload: PNG }));
      assert.match(voice.metadata.avatar ?? "", /^http/);
    });

    it("refuses what is not a picture before it is sent", async () => {
      const payload = await recording(sandbox());
      assert.equal((await avatar.refusal({ voiceId: "any" }, { payload })).code, "INPUT_WRONG_MEDIA");
    });

    it("refuses a picture of more than 10 MB before it is sent", async () => {
      const payload = Buffer.concat([PNG, Buffer.alloc(10 * 1024 * 1024)]);
      const error = await avatar.refusal({ voiceId: "any" }, { payload });
      assert.equal(error.code, "INPUT_TOO_LARGE");
    });
  });

  describe("voice-rename", () => {
    const rename = bench("voice-rename");

    it("changes the name and keeps the description, which the service would erase", async () => {
      const { id } = await newVoice(sandbox(), { description: "calm" });
      const voice = voiceOf(await rename.result({ voiceId: id }, { payload: "Aunt" }));
      assert.equal(voice.name, "Aunt");
      assert.equal(voice.metadata.description, "calm");
    });

    it("changes the description alone without another look", async () => {
      const { id } = await newVoice(sandbox(), { description: "calm" });
      const { sent, requests } = await rename.run({ voiceId: id, name: "", description: "merry" });
      assert.equal(voiceOf(sent[0]).name, "Fresh");
      assert.equal(voiceOf(sent[0]).metadata.description, "merry");
      assert.deepEqual(requests[0]?.body, { description: "merry" });
    });

    it("erases the description when it is not to be kept", async () => {
      const { id } = await newVoice(sandbox(), { description: "calm" });
      const node = { voiceId: id, keepDescription: false };
      const voice = voiceOf(await rename.result(node, { payload: "Aunt" }));
      assert.equal(voice.metadata.description, undefined);
    });

    it("refuses to do nothing", async () => {
      assert.equal((await rename.refusal({ voiceId: "any" }, { payload: "" })).code, "INPUT_MISSING");
    });
  });

  describe("voice-share and voice-import", () => {
    it("hand a voice over, which can then be spoken with under its new id", async () => {
      const { id } = await newVoice(sandbox());
      const { shareId } = (await prepare(sandbox(), "GET", `/api/voice/${id}/share`)) as { shareId: string };
      const message = await bench("voice-import").result({}, { payload: { shareId } });
      const { voiceId } = message.payload as { voiceId: string };
      const voice = (await prepare(sandbox(), "GET", `/api/voice/${voiceId}`)) as Voice;
      assert.equal(voice.from, "library");
    });

    const share = bench("voice-share");

    it("give a share id", async () => {
      const { id } = await newVoice(sandbox());
      const { shareId } = (await share.result({ voiceId: id })).payload as { shareId: string };
      assert.match(shareId, /^[0-9a-f-]{36}$/);
    });

    for (const [where, json] of Object.entries({
      "as data itself": { status: 200, data: "once" },
      "at top level": { status: 200, shareId: "once" },
      "in data under another name": { status: 200, data: { url: "once", uses: 1 } },
      "in data as id": { status: 200, data: { id: "once", url: "https://a.example/once" } },
    })) {
      it(`find a share id that the server puts ${where}`, async () => {
        sandbox().fail({ on: { path: /share$/ }, reply: { status: 200, json } });
        const message = await share.result({ voiceId: voiceIds.english });
        assert.deepEqual(message.payload, { shareId: "once" });
      });
    }

    it("find an imported voice's id inside data as well", async () => {
      const json = { status: 200, data: { voiceId: "market:1" } };
      sandbox().fail({ on: { path: /byShareId$/ }, reply: { status: 200, json } });
      const message = await bench("voice-import").result({}, { payload: { shareId: "once" } });
      assert.deepEqual(message.payload, { voiceId: "market:1" });
    });

    for (const [what, json] of Object.entries({
      "its data": { status: 200, data: { one: "a", two: "b" } },
      "the whole of it where it has no data": { status: 200, message: "OK" },
    })) {
      it(`pass on ${what} if a success does not tell the id`, async () => {
        const payload = "data" in json ? json.data : json;
        sandbox().fail({ on: { path: /share$/ }, reply: { status: 200, json } });
        assert.deepEqual((await share.result({ voiceId: voiceIds.english })).payload, payload);
        sandbox().fail({ on: { path: /byShareId$/ }, reply: { status: 200, json } });
        const imported = await bench("voice-import").result({}, { payload: { shareId: "once" } });
        assert.deepEqual(imported.payload, payload);
      });
    }

    it("use another path if the node sets one", async () => {
      const { requests } = await share.run({ voiceId: "a b", path: "/api/tts/voice/{id}/share" });
      assert.equal(requests[0]?.path, "/api/tts/voice/a%20b/share");
    });

    it("report that either the operation or the ID may be unknown, the likelier first", async () => {
      const reply = { status: 404, json: { status: 404, message: "Not Found" } };
      sandbox().fail({ on: { path: /share$/ }, reply });
      const { error } = await share.run({ voiceId: voiceIds.english });
      assert.deepEqual([error?.code, error?.cause.perhapsNotOffered], ["HTTP_404", true]);
    });

    it("report that the server does not offer the operation", async () => {
      const reply = { status: 404, text: "<h1>Not Found</h1>", contentType: "text/html" };
      sandbox().fail({ on: { path: /share$/ }, reply });
      const { error } = await share.run({ voiceId: voiceIds.english });
      assert.equal(error?.code, "OPERATION_NOT_OFFERED");
    });
  });
});

describe("voice-create waiting for its voice", () => {
  const sandbox = useSandbox({ voiceMs: 300 });
  const flows = useFlows();
  const create = new Bench(sandbox, flows, "vocu-voice-create");

  it("passes the voice on when it is usable, having looked again", async () => {
    const { sent, requests, flow } = await create.run(
      { name: "Mum" },
      { payload: await recording(sandbox()) },
    );
    assert.equal(voiceOf(sent[0]).status, "pending");
    assert.equal(requests.at(-1)?.path, `/api/voice/${voiceOf(sent[0]).id}`);
    const texts = flow.at("status").entries.map(({ status }) => status?.text);
    assert.ok(
      texts.some((text) => text?.includes("voiceCreating")),
      texts.join(),
    );
  });

  it("passes the voice on immediately when it is not to wait", async () => {
    const { sent, requests } = await create.run(
      { name: "Mum", wait: false },
      { payload: await recording(sandbox()) },
    );
    assert.equal(voiceOf(sent[0]).status, "creating");
    assert.equal(requests.length, 1);
  });

  it("reports a voice that failed, and which one", async () => {
    const { sent, error } = await create.run(
      { name: `Mum ${failMarker}` },
      { payload: await recording(sandbox()) },
    );
    assert.deepEqual(sent, []);
    assert.equal(error?.code, "VOICE_CREATE_FAILED");
    assert.equal(error.cause.voiceStatus, "failed");
    const voice = (await prepare(sandbox(), "GET", `/api/voice/${String(error.cause.voiceId)}`)) as Voice;
    assert.equal(voice.status, "failed");
  });

  it("stops waiting when the message is reset, without an error", async () => {
    const flow = await create.deploy({ name: "Mum" });
    const message = flow.input({ payload: await recording(sandbox()) }, "node");
    await sandbox().waitForRequest(({ method, status }) => method === "POST" && status === 200);
    await flow.at("status").find(({ status }) => status?.text?.includes("voiceCreating") === true);
    flow.input({ reset: true }, "node");
    assert.equal((await flow.ended(message)).error, undefined);
    assert.deepEqual(flow.at("out").entries, []);
  });
});

describe("voice-create giving up", () => {
  const sandbox = useSandbox({ voiceMs: 60_000 });
  const flows = useFlows();
  const create = new Bench(sandbox, flows, "vocu-voice-create");

  it("says after its time which voice is still being made", async () => {
    const { error } = await create.run({ name: "Mum", timeout: 1 }, { payload: await recording(sandbox()) });
    assert.equal(error?.code, "VOICE_TIMEOUT");
    assert.equal(error.cause.retryable, true);
    assert.equal(error.cause.voiceStatus, "creating");
    assert.equal(typeof error.cause.voiceId, "string");
  });

  const states: [string, string][] = [
    ["lora-failed", "VOICE_TRAINING_FAILED"],
    ["lora-need-reupload", "VOICE_NEEDS_REUPLOAD"],
  ];
  for (const [status, code] of states) {
    it(`ends immediately with ${code} when the voice becomes ${status}`, async () => {
      const voice = {
        id: "clone",
        name: "Mum",
        status,
        version: "v3.0",
        from: "upload",
        metadata: { prompts: [] },
      };
      sandbox().fail({
        on: { method: "POST", path: "/api/voice" },
        reply: { status: 200, json: { status: 200, data: voice } },
      });
      const { error } = await create.run({ name: "Mum" }, { payload: await recording(sandbox()) });
      assert.equal(error?.code, code);
      assert.deepEqual([error.cause.voiceId, error.cause.voiceStatus], ["clone", status]);
    });
  }

  it("asks the owner to confirm a professional clone, and continues waiting", async () => {
    const voice = { id: "clone", name: "Mum", version: "v3.0", from: "upload", metadata: { prompts: [] } };
    const reply = (status: string) => ({ status: 200, json: { status: 200, data: { ...voice, status } } });
    sandbox().fail({ on: { method: "POST", path: "/api/voice" }, reply: reply("lora-awaiting") });
    sandbox().fail({ on: { method: "GET", path: "/api/voice/clone" }, reply: reply("lora-success") });
    const { sent, flow } = await create.run({ name: "Mum" }, { payload: await recording(sandbox()) });
    assert.equal(voiceOf(sent[0]).status, "lora-success");
    const texts = flow.at("status").entries.map(({ status }) => status?.text);
    assert.ok(
      texts.some((text) => text?.includes("voiceAwaiting")),
      texts.join(),
    );
  });
});
