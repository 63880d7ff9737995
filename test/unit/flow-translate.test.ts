/** Where the words of a node come from at run time. */
import assert from "node:assert/strict";
import type { NodeAPI } from "node-red";
import { translator } from "../../lib/flow/message/translate";

const translate = translator({
  _: (key: string, params: object) => `${key} ${JSON.stringify(params)}`,
} as unknown as NodeAPI);

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
});
