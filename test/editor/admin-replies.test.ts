/** What the dialogs make of the service's replies, odd ones too. */
import assert from "node:assert/strict";
import { accountFacts, keptOf, sampleOf, tasksOf, voicesOf } from "../../lib/flow/admin/replies";

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
  it("survives a body that is not an account", () => {
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
      { id: "default", name: "Default", hasSample: false },
      { id: "calm", name: "Calm", hasSample: false },
    ]);
  });
  for (const status of ["pending", "lora-success", "lora-awaiting-auto-reupload"]) {
    it(`are usable when ${status}`, () =>
      assert.equal(voicesOf([{ id: "v", status }])[0]?.unusable, undefined));
  }
  for (const [status, reason] of [
    ["creating", "creating"],
    ["lora-pending", "training"],
    ["lora-awaiting", "awaiting"],
    ["lora-need-reupload", "awaiting"],
    ["failed", "failed"],
    ["lora-failed", "failed"],
    ["a status of tomorrow", "failed"],
  ]) {
    it(`tell why they cannot be used when ${status}`, () =>
      assert.equal(voicesOf([{ id: "v", status }])[0]?.unusable, reason));
  }
  it("tell what the list shows beside the name", () => {
    const metadata = {
      avatar: "https://example.org/a.png",
      description: "Calm",
      prompts: [{ id: "default", language: "zh" }],
    };
    const [voice] = voicesOf([{ id: "market:v", name: "V", version: "v4.0", metadata }]);
    const { avatar, description, language, version, market } = voice ?? {};
    assert.deepEqual(
      { avatar, description, language, version, market },
      {
        avatar: "https://example.org/a.png",
        description: "Calm",
        language: "zh",
        version: "v4.0",
        market: true,
      },
    );
  });
  it("have no picture where the address is none that a browser may load", () => {
    assert.equal(voicesOf([{ id: "v", metadata: { avatar: "javascript:alert(1)" } }])[0]?.avatar, undefined);
  });
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

describe("the recording of a voice", () => {
  const recording = (name: string): string => `https://example.org/${name}.mp3`;
  const prompts = [
    { id: "calm", playBackAudio: recording("calm") },
    { id: "gone", deleted: true, playBackAudio: recording("gone") },
    { id: "raw", promptOriginAudioStorageUrl: recording("raw") },
    { id: "mute", playBackAudio: "file:///etc/passwd" },
    { id: "default" },
  ];
  const voices = [{ id: "v", metadata: { prompts } }];
  it("is that of the style", () => assert.equal(sampleOf(voices, "v", "raw"), recording("raw")));
  it("is that of the first style which has one", () =>
    assert.equal(sampleOf(voices, "v", undefined), recording("calm")));
  for (const style of ["gone", "mute", "default", "unknown"]) {
    it(`is missing for ${style}`, () => assert.equal(sampleOf(voices, "v", style), undefined));
  }
  it("is missing for a voice that the account does not have", () =>
    assert.equal(sampleOf(voices, "w", undefined), undefined));
});

describe("what else there is to pick", () => {
  it("are templates and splitters by name and date", () => {
    assert.deepEqual(keptOf([{ id: "t", name: "News", updatedAt: "2026-01-02T03:04:05Z" }, { name: "?" }]), [
      { id: "t", name: "News", date: "2026-01-02T03:04:05Z" },
    ]);
  });
  it("are tasks by their first words", () => {
    const contents = [{ audio: "x" }, { text: `The  washing\nmachine ${"is done ".repeat(20)}` }];
    const [task] = tasksOf([{ id: "t", status: "generated", metadata: { contents } }]);
    assert.match(task?.name ?? "", /^The washing machine is done .*…$/);
    assert.equal(Array.from(task?.name ?? "").length, 61);
    assert.equal(task?.status, "generated");
  });
  it("are tasks by their id where they have no text", () =>
    assert.equal(tasksOf([{ id: "t", metadata: {} }])[0]?.name, "t"));
});
