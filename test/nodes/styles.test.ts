import assert from "node:assert/strict";
import { voiceIds } from "../../sandbox";
import { useFlows } from "./support/flows";
import { factsOf } from "./support/message";
import { Bench, prepare } from "./support/one-node";
import { useSandbox } from "./support/sandbox";
import { dataUrl, newStyle, newVoice, recording, voiceOf, type Voice } from "./support/voices";

describe("style nodes", () => {
  const sandbox = useSandbox();
  const flows = useFlows();
  const bench = (name: string): Bench => new Bench(sandbox, flows, `vocu-${name}`);
  const read = async (id: string): Promise<Voice> =>
    (await prepare(sandbox(), "GET", `/api/voice/${id}`)) as Voice;

  describe("style-add", () => {
    const add = bench("style-add");

    it("adds a style and reports which one is new", async () => {
      const { id } = await newVoice(sandbox());
      const earlier = await newStyle(sandbox(), id);
      const sample = await recording(sandbox());
      const message = await add.result({ voiceId: id, name: "Calm" }, { payload: sample });
      const { promptId, voiceId } = factsOf(message);
      assert.equal(voiceId, id);
      assert.notEqual(promptId, earlier);
      const style = voiceOf(message).metadata.prompts.find((each) => each.id === promptId);
      assert.equal(style?.name, "Calm");
    });

    it("finds the new style wherever the service puts it", async () => {
      const { id } = await newVoice(sandbox());
      const voice = await read(id);
      const prompts = [{ ...voice.metadata.prompts[0], id: "new" }, ...voice.metadata.prompts];
      const data = { ...voice, metadata: { ...voice.metadata, prompts } };
      sandbox().fail({
        on: { method: "POST", path: /prompt$/ },
        reply: { status: 200, json: { status: 200, data } },
      });
      const message = await add.result(
        { voiceId: id, name: "Calm" },
        { payload: await recording(sandbox()) },
      );
      assert.equal(factsOf(message).promptId, "new");
    });

    it("sends every parameter with its JSON type", async () => {
      const { id } = await newVoice(sandbox());
      const payload = await recording(sandbox());
      const node = {
        voiceId: id,
        name: "Calm",
        description: "soft",
        vocalFilter: "true",
        language: "ja-asmr",
      };
      const { requests } = await add.run(node, { payload });
      assert.deepEqual(requests.at(-1)?.body, {
        name: "Calm",
        description: "soft",
        prompt: dataUrl(payload),
        vocalFilter: true,
        language: "ja-asmr",
      });
    });

    it("refuses a recording of more than 20 MB before anything is sent", async () => {
      const payload = Buffer.concat([await recording(sandbox()), Buffer.alloc(20 * 1024 * 1024)]);
      const error = await add.refusal({ voiceId: "any", name: "Calm" }, { payload });
      assert.equal(error.code, "INPUT_TOO_LARGE");
    });

    it("reports that a bought voice takes no styles", async () => {
      const node = { voiceId: voiceIds.market, name: "Calm" };
      const { error } = await add.run(node, { payload: await recording(sandbox()) });
      assert.equal(error?.code, "AUTH_FORBIDDEN");
    });
  });

  describe("style-delete", () => {
    const remove = bench("style-delete");

    it("deletes a style", async () => {
      const { id } = await newVoice(sandbox());
      const promptId = await newStyle(sandbox(), id);
      await remove.result({ voiceId: id, promptId });
      const style = (await read(id)).metadata.prompts.find((each) => each.id === promptId);
      assert.equal(style?.deleted, true);
    });

    it("reports an unknown style, for which the service says yes", async () => {
      const { id } = await newVoice(sandbox());
      const { error, requests } = await remove.run({ voiceId: id, promptId: "unknown" });
      assert.equal(requests[0]?.status, 200);
      assert.equal(error?.code, "STYLE_NOT_FOUND");
    });

    it("accepts a server that answers without the voice", async () => {
      sandbox().fail({
        on: { method: "DELETE", path: /prompt/ },
        reply: { status: 200, json: { status: 200 } },
      });
      const { error } = await remove.run({ voiceId: "any", promptId: "any" });
      assert.equal(error, undefined);
    });

    it("refuses to delete the default style before anything is sent", async () => {
      const error = await remove.refusal({ voiceId: "any", promptId: "default" });
      assert.equal(error.code, "STYLE_IS_DEFAULT");
    });
  });

  describe("style-rename", () => {
    const rename = bench("style-rename");

    it("changes the name and keeps the description, which the service would erase", async () => {
      const { id } = await newVoice(sandbox());
      const promptId = await newStyle(sandbox(), id, { description: "merry" });
      const voice = voiceOf(await rename.result({ voiceId: id, promptId }, { payload: "Happy" }));
      const style = voice.metadata.prompts.find((each) => each.id === promptId);
      assert.deepEqual([style?.name, style?.description], ["Happy", "merry"]);
    });

    it("erases the description when it is not to be kept", async () => {
      const { id } = await newVoice(sandbox());
      const promptId = await newStyle(sandbox(), id, { description: "merry" });
      const node = { voiceId: id, promptId, keepDescription: false };
      const voice = voiceOf(await rename.result(node, { payload: "Happy" }));
      const style = voice.metadata.prompts.find((each) => each.id === promptId);
      assert.equal(style?.description, undefined);
    });

    it("reports an unknown or a deleted style", async () => {
      const { id } = await newVoice(sandbox());
      const deleted = await newStyle(sandbox(), id);
      await prepare(sandbox(), "DELETE", `/api/voice/${id}/prompt/${deleted}`);
      for (const promptId of ["unknown", deleted]) {
        const { error } = await rename.run({ voiceId: id, promptId }, { payload: "Happy" });
        assert.equal(error?.code, "STYLE_NOT_FOUND");
      }
    });
  });

  describe("style-default", () => {
    it("makes a style the default, without a body", async () => {
      const { id } = await newVoice(sandbox());
      const promptId = await newStyle(sandbox(), id);
      const { sent, requests } = await bench("style-default").run({ voiceId: id, promptId });
      const styles = voiceOf(sent[0]).metadata.prompts;
      assert.equal(styles.find((style) => style.id === "default")?.name, "Cheerful");
      assert.equal(requests[0]?.body, undefined);
    });
  });

  describe("style-reset", () => {
    const reset = bench("style-reset");

    it("has the recording processed again", async () => {
      const { id } = await newVoice(sandbox());
      const node = { voiceId: id, promptId: "default", vocalFilter: "false", enhance: "true" };
      const { sent, requests } = await reset.run(node);
      assert.equal(voiceOf(sent[0]).metadata.prompts[0]?.vocalFilter, false);
      assert.deepEqual(requests[0]?.body, { vocalFilter: false, enhance: true });
    });

    it("reports an unknown style, for which the service says yes", async () => {
      const { id } = await newVoice(sandbox());
      const { error } = await reset.run({ voiceId: id, promptId: "unknown" });
      assert.equal(error?.code, "STYLE_NOT_FOUND");
    });
  });

  describe("transcript-get and transcript-set", () => {
    const get = bench("transcript-get");
    const set = bench("transcript-set");

    it("write and read the words of a recording", async () => {
      const { id } = await newVoice(sandbox());
      const node = { voiceId: id, promptId: "default" };
      const voice = voiceOf(await set.result(node, { payload: "What was said." }));
      assert.equal(voice.id, id);
      const path = `/api/voice/${id}/prompt/default/stt`;
      assert.equal(await prepare(sandbox(), "GET", path), "What was said.");
    });

    it("give null if there are no words yet", async () => {
      const { id } = await newVoice(sandbox());
      const message = await get.result({ voiceId: id, promptId: "default" }, { payload: "before" });
      assert.equal(message.payload, null);
    });

    it("give the words as text", async () => {
      const { id } = await newVoice(sandbox());
      const path = `/api/voice/${id}/prompt/default/stt`;
      await prepare(sandbox(), "POST", path, { text: "What was said." });
      const message = await get.result({ voiceId: id, promptId: "default" });
      assert.equal(message.payload, "What was said.");
    });

    it("refuse to write nothing", async () => {
      const error = await set.refusal({ voiceId: "any", promptId: "default" }, { payload: " " });
      assert.equal(error.code, "INPUT_MISSING");
    });
  });
});
