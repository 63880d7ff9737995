/** Where the words of a node come from at run time. */
import assert from "node:assert/strict";
import type { NodeAPI } from "node-red";
import type { Translate } from "../../lib/flow/message/problem";
import { translator } from "../../lib/flow/message/translate";

const translate = translator({
  _: (key: string, params: object) => `${key} ${JSON.stringify(params)}`,
} as unknown as NodeAPI);

/** A translator, and how often it has looked something up. */
function counting(): { translate: Translate; lookUps: () => number } {
  let count = 0;
  const RED = { _: (key: string, params: object) => `${key} ${JSON.stringify(params)} ${++count}` };
  return { translate: translator(RED as unknown as NodeAPI), lookUps: () => count };
}

describe("the words of a node", () => {
  it("come from its own catalog", () => {
    assert.equal(translate("inputs.text.label"), "inputs.text.label {}");
  });

  it("come from the catalog that all nodes share, which the account node brings", () => {
    assert.equal(
      translate("shared:status.waiting", { count: 2 }),
      '@vocu-community/node-red-vocu/account:status.waiting {"count":2}',
    );
  });

  it("are looked up once for the same values", () => {
    const { translate, lookUps } = counting();
    const first = translate("shared:status.speaking", { seconds: "1.0" });
    assert.equal(translate("shared:status.speaking", { seconds: "1.0" }), first);
    assert.equal(lookUps(), 1);
  });

  it("are those of the values given", () => {
    const { translate } = counting();
    const texts = ["1.0", "1.1"].map((seconds) => translate("shared:status.speaking", { seconds }));
    assert.notEqual(texts[0], texts[1]);
  });

  it("are not remembered where they are long", () => {
    const { translate, lookUps } = counting();
    for (let time = 0; time < 2; time++) translate("errors.NETWORK", { detail: "x".repeat(1000) });
    assert.equal(lookUps(), 2);
  });

  it("are forgotten after some hundred others", () => {
    const { translate, lookUps } = counting();
    for (let seconds = 0; seconds < 1000; seconds++) translate("shared:status.speaking", { seconds });
    translate("shared:status.speaking", { seconds: 0 });
    assert.equal(lookUps(), 1001);
  });
});
