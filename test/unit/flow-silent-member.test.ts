/** Members of a sequence that say nothing are passed on; nothing else is. */
import assert from "node:assert/strict";
import { EMPTY_FACTS, isEmptyMember, isSilentMember } from "../../lib/flow/message/silent-member";

const member = { _msgid: "m", parts: { id: "split", index: 1 } };

describe("a member of a sequence without words", () => {
  for (const text of [undefined, "", "  ", "---", "…", "🎉"]) {
    it(`is silent: ${JSON.stringify(text)}`, () => assert.ok(isSilentMember(member, { text })));
  }

  for (const text of ["a", "7", "你", "-a-"]) {
    it(`speaks: ${JSON.stringify(text)}`, () => assert.equal(isSilentMember(member, { text }), false));
  }

  it("speaks where audio takes the place of the text", () => {
    assert.equal(isSilentMember(member, { text: "", input_audio: "https://x/a.mp3" }), false);
  });

  it("is no member where it belongs to no sequence", () => {
    assert.equal(isSilentMember({ _msgid: "m" }, { text: "" }), false);
  });

  it("is known by what the node that passed it on wrote on it", () => {
    assert.ok(isEmptyMember({ _msgid: "m", vocu: { ...EMPTY_FACTS } }));
    assert.equal(isEmptyMember({ _msgid: "m", vocu: { bytes: 10 } }), false);
    assert.equal(isEmptyMember({ _msgid: "m" }), false);
  });

  it("has cost nothing and has no audio", () => {
    assert.deepEqual(EMPTY_FACTS, { empty: true, bytes: 0, audioMs: 0, creditsUsed: 0 });
  });
});
