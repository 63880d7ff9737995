/** What the dialogs make of the service's replies, odd ones too. */
import assert from "node:assert/strict";
import { accountFacts, voicesOf } from "../../lib/flow/admin/replies";

describe("the account in one line", () => {
  it("adds paid and granted credits", () => {
    const user = { name: "Ada", isPaid: true, credit: 1200, bonusCredit: 80, credits: 80 };
    assert.deepEqual(accountFacts({ user }), { name: "Ada", paid: true, credits: 1280 });
  });
  it("takes the older form of the balance", () => {
    assert.deepEqual(accountFacts({ user: { name: "Ada", credits: 80 } }), { name: "Ada", credits: 80 });
  });
  it("falls back to the e-mail address for the name", () => {
    assert.equal(accountFacts({ user: { email: "a***@example.org" } }).name, "a***@example.org");
  });
  it("leaves out what has another form", () => {
    assert.deepEqual(accountFacts({ user: { name: 7, isPaid: "yes", credit: "many" } }), { name: "" });
  });
  it("survives an account that is none", () => {
    assert.deepEqual(accountFacts({ user: null }), { name: "" });
  });
});

describe("the voices to pick", () => {
  const styles = [
    { id: "calm", name: "Calm" },
    { id: "gone", name: "Gone", deleted: true },
    { id: "default", name: "Default" },
  ];
  it("have their styles with the default one first and without deleted ones", () => {
    const [voice] = voicesOf([{ id: "v", name: "V", metadata: { prompts: styles } }]);
    assert.deepEqual(voice?.styles, [
      { id: "default", name: "Default" },
      { id: "calm", name: "Calm" },
    ]);
  });
  for (const status of ["pending", "lora-success", "lora-awaiting-auto-reupload"]) {
    it(`are usable when ${status}`, () => assert.equal(voicesOf([{ id: "v", status }])[0]?.usable, true));
  }
  for (const status of ["creating", "failed", "lora-pending", "lora-failed", "lora-awaiting"]) {
    it(`are not usable when ${status}`, () =>
      assert.equal(voicesOf([{ id: "v", status }])[0]?.usable, false));
  }
  it("go by the id that generation wants where the service gives one", () => {
    assert.equal(voicesOf([{ id: "v", idForGenerate: "market:v" }])[0]?.id, "market:v");
  });
  it("go by their id where they have no name", () => {
    assert.equal(voicesOf([{ id: "v" }])[0]?.name, "v");
  });
  it("leave out entries that are no voices", () => {
    assert.deepEqual(voicesOf([null, "x", { name: "no id" }]), []);
  });
  it("are none where the service sent no list", () => {
    assert.deepEqual(voicesOf({ voices: [] }), []);
  });
});
