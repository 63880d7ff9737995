import assert from "node:assert/strict";
import { voiceIds } from "../../sandbox";
import { useFlows } from "./support/flows";
import { Bench, prepare } from "./support/one-node";
import { useSandbox } from "./support/sandbox";

interface Splitter {
  id: string;
  name: string;
  config: Record<string, unknown>;
}

const CONFIG = {
  splitterMarks: ["[]"],
  lookupTable: { zoe: { tags: ["Zoe"], voiceId: voiceIds.german }, ann: { tags: [["Ann", "calm"]] } },
  fallbackConfig: { voiceId: voiceIds.english },
};

describe("splitter nodes", () => {
  const sandbox = useSandbox();
  const flows = useFlows();
  const bench = (name: string): Bench => new Bench(sandbox, flows, `vocu-splitter-${name}`);
  const fresh = async (): Promise<Splitter> =>
    (await prepare(sandbox(), "POST", "/api/splitter", { name: "Play", config: CONFIG })) as Splitter;

  describe("splitter-create", () => {
    const create = bench("create");

    it("saves rules and gives the splitter", async () => {
      const { id, name, config } = (await create.result({ name: "Play" }, { payload: CONFIG }))
        .payload as Splitter;
      assert.deepEqual([name, config], ["Play", CONFIG]);
      const kept = (await prepare(sandbox(), "GET", `/api/splitter/${id}`)) as Splitter;
      assert.deepEqual(kept.config, CONFIG);
    });

    it("keeps the order of the lookup table, in which the first match wins", async () => {
      const entry = (tag: string): string => `"${tag}": {"tags": ["${tag}"], "voiceId": "v"}`;
      const payload = `{"lookupTable": {${["zoe", "ann", "mia"].map(entry).join()}}}`;
      const { requests } = await create.run({ name: "Play" }, { payload });
      const { config } = requests[0]?.body as { config: { lookupTable: object } };
      assert.deepEqual(Object.keys(config.lookupTable), ["zoe", "ann", "mia"]);
    });

    const refusals: [string, Record<string, unknown>, string][] = [
      [
        "an entry named by a number, which would lose its place",
        { lookupTable: { zoe: { tags: ["Zoe"] }, "1": { tags: ["One"] } } },
        "SPLITTER_ORDER",
      ],
      ["marks that are no pairs", { splitterMarks: ["[]", "("] }, "SPLITTER_MARKS"],
      ["marks that are no list", { splitterMarks: "[]" }, "SPLITTER_MARKS"],
      ["an entry without tags", { lookupTable: { zoe: { tags: [] } } }, "SPLITTER_TAGS"],
      ["a fallback without a voice", { fallbackConfig: { preset: "stable" } }, "SPLITTER_FALLBACK"],
    ];
    for (const [what, config, code] of refusals) {
      it(`refuses ${what} before anything is sent`, async () => {
        const error = await create.refusal({ name: "Play" }, { payload: { ...CONFIG, ...config } });
        assert.equal(error.code, code);
      });
    }

    it("refuses a name of more than 100 characters", async () => {
      const error = await create.refusal({ name: "x".repeat(101) }, { payload: CONFIG });
      assert.equal(error.code, "INPUT_TEXT_TOO_LONG");
    });
  });

  describe("splitter-update", () => {
    const update = bench("update");

    it("sends only what changes", async () => {
      const { id } = await fresh();
      const { requests, sent } = await update.run({ splitterId: id, name: "Drama" }, { payload: "" });
      assert.deepEqual(requests[0]?.body, { name: "Drama" });
      assert.equal((sent[0]?.payload as Splitter).name, "Drama");
    });

    it("refuses to change nothing", async () => {
      assert.equal((await update.refusal({ splitterId: "any" }, { payload: "" })).code, "INPUT_MISSING");
    });

    it("refuses an entry named by a number", async () => {
      const payload = { lookupTable: { "1": { tags: ["One"] }, zoe: { tags: ["Zoe"] } } };
      assert.equal((await update.refusal({ splitterId: "any" }, { payload })).code, "SPLITTER_ORDER");
    });
  });

  it("splitter-get gives a splitter", async () => {
    const { id } = await fresh();
    const message = await bench("get").result({ splitterId: id });
    assert.deepEqual((message.payload as Splitter).config, CONFIG);
  });

  it("splitter-delete deletes a splitter, and reports the second time", async () => {
    const { id } = await fresh();
    const remove = bench("delete");
    assert.equal((await remove.run({ splitterId: id })).error, undefined);
    assert.match((await remove.run({ splitterId: id })).error?.code ?? "", /NOT_FOUND$/);
  });
});
