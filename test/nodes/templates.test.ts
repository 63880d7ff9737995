import assert from "node:assert/strict";
import { voiceIds } from "../../sandbox";
import { useFlows } from "./support/flows";
import { Bench, prepare } from "./support/one-node";
import { useSandbox } from "./support/sandbox";

interface Template {
  id: string;
  name: string;
  contents: { text: string; metaVoiceId: number | null }[];
  metadata: { description?: string };
}

const BLOCK = { voiceId: voiceIds.english, text: "Good morning, {name}." };

describe("template nodes", () => {
  const sandbox = useSandbox();
  const flows = useFlows();
  const bench = (name: string): Bench => new Bench(sandbox, flows, `vocu-template-${name}`);
  const fresh = async (own: Record<string, unknown> = {}): Promise<Template> =>
    (await prepare(sandbox(), "POST", "/api/template", {
      name: "Morning",
      description: "for weekdays",
      contents: [BLOCK],
      ...own,
    })) as Template;
  const read = async (id: string): Promise<Template> =>
    (await prepare(sandbox(), "GET", `/api/template/${id}`)) as Template;

  describe("template-create", () => {
    const create = bench("create");

    it("saves blocks, which lose their voices", async () => {
      const message = await create.result({ name: "Morning" }, { payload: [BLOCK, BLOCK] });
      const { contents } = message.payload as Template;
      assert.deepEqual(
        contents.map(({ text, metaVoiceId }) => [text, metaVoiceId]),
        [
          [BLOCK.text, 1],
          [BLOCK.text, 1],
        ],
      );
    });

    it("takes one block for a list of one, and converts its values", async () => {
      const block = { ...BLOCK, type: "text", high_quality: "true", vc_mode: "" };
      const { requests } = await create.run({ name: "Morning" }, { payload: JSON.stringify(block) });
      assert.deepEqual(requests[0]?.body, {
        name: "Morning",
        contents: [{ ...BLOCK, type: "text", high_quality: true }],
      });
    });

    const refusals: [string, unknown, string, string][] = [
      ["a block without a voice", [BLOCK, { text: "Hi." }], "TEMPLATE_VOICE_MISSING", "contents[1]"],
      ["a block without text", [{ voiceId: "v" }], "INPUT_MISSING", "contents[0].text"],
      ["a key that would be dropped", [{ ...BLOCK, mood: "good" }], "INPUT_UNKNOWN_KEY", "contents[0]"],
      ["a key that every object has", [{ ...BLOCK, constructor: "x" }], "INPUT_UNKNOWN_KEY", "contents[0]"],
      ["a block that is no object", ["Hi."], "INPUT_INVALID", "contents[0]"],
      ["an unknown kind of block", [{ ...BLOCK, type: "film" }], "INPUT_NOT_A_CHOICE", "contents[0].type"],
    ];
    for (const [what, payload, code, field] of refusals) {
      it(`refuses ${what} before anything is sent`, async () => {
        const error = await create.refusal({ name: "Morning" }, { payload });
        assert.equal(error.code, code);
        assert.equal(error.cause.field, field);
      });
    }
  });

  describe("template-update", () => {
    const update = bench("update");

    it("replaces the contents and keeps the description, which the service would erase", async () => {
      const { id } = await fresh();
      const { error } = await update.run({ templateId: id }, { payload: [{ ...BLOCK, text: "Hello." }] });
      assert.equal(error, undefined);
      const { contents, metadata, name } = await read(id);
      assert.equal(contents[0]?.text, "Hello.");
      assert.deepEqual([name, metadata.description], ["Morning", "for weekdays"]);
    });

    it("erases the description when it is not to be kept", async () => {
      const { id } = await fresh();
      await update.run({ templateId: id, keepDescription: false }, { payload: [BLOCK] });
      assert.equal((await read(id)).metadata.description, undefined);
    });

    it("writes a new name and description without another look", async () => {
      const { id } = await fresh();
      const node = { templateId: id, name: "Evening", description: "for weekends" };
      const { requests } = await update.run(node, { payload: [BLOCK] });
      assert.deepEqual(
        requests.map(({ body }) => body),
        [{ name: "Evening", description: "for weekends", contents: [BLOCK] }],
      );
    });

    it("takes the blocks of a fetched template once they have voices again", async () => {
      const { id, contents } = await fresh();
      const payload = contents.map((block) => ({ ...block, voiceId: voiceIds.german }));
      const { requests } = await update.run({ templateId: id }, { payload });
      const { contents: sent } = requests.at(-1)?.body as { contents: unknown };
      assert.deepEqual(sent, [{ voiceId: voiceIds.german, text: BLOCK.text }]);
    });

    it("passes the message on unchanged, since the service answers without the template", async () => {
      const { id } = await fresh();
      const message = await update.result({ templateId: id }, { payload: [BLOCK], topic: "x" });
      assert.deepEqual(message.payload, [BLOCK]);
    });

    it("reports an unknown template", async () => {
      const { error } = await update.run({ templateId: "unknown" }, { payload: [BLOCK] });
      assert.equal(error?.code, "RESOURCE_NOT_FOUND");
    });
  });

  it("template-get gives a template", async () => {
    const { id } = await fresh();
    const message = await bench("get").result({ templateId: id });
    assert.equal((message.payload as Template).id, id);
  });

  it("template-delete deletes a template, and reports the second time", async () => {
    const { id } = await fresh();
    const remove = bench("delete");
    assert.equal((await remove.run({ templateId: id })).error, undefined);
    assert.equal((await remove.run({ templateId: id })).error?.code, "RESOURCE_NOT_FOUND");
  });
});
