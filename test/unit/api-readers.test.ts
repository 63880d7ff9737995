import assert from "node:assert/strict";
import { accountIn, idInReply, readAccount, readTask, readVoice } from "../../lib/api";
import { readSpeech } from "../../lib/api/readers";

const task = (status: string, metadata: object = {}, more: object = {}): object => ({
  id: "task",
  status,
  metadata,
  ...more,
});

describe("Reading a task", () => {
  it("counts the blocks that have audio", () => {
    const { done, total } = readTask(task("processing", { contents: [{ audio: "https://a" }, {}, {}] }));
    assert.deepEqual([done, total], [1, 3]);
  });

  it("prefers the merged audio", () => {
    const metadata = { audio: "https://merged", contents: [{ audio: "https://single" }] };
    assert.equal(readTask(task("generated", metadata)).audioUrl, "https://merged");
  });

  it("takes the audio of a single block for the whole", () => {
    const metadata = { contents: [{ audio: "https://single" }] };
    assert.equal(readTask(task("generated", metadata)).audioUrl, "https://single");
  });

  it("does not take the audio of one of several blocks for the whole", () => {
    const metadata = { contents: [{ audio: "https://first" }, { audio: "https://second" }] };
    assert.equal(readTask(task("generated", metadata)).audioUrl, undefined);
  });

  for (const [place, read] of [
    ["the task", task("failed", {}, { message: "no luck" })],
    ["its metadata", task("failed", { error: "no luck" })],
    ["one of its blocks", task("failed", { contents: [{}, { reason: "no luck" }] })],
  ] as const) {
    it(`finds the reason of a failure in ${place}`, () => {
      assert.equal(readTask(read).reason, "no luck");
    });
  }

  it("copes with a task that has nothing but id and status", () => {
    const { done, total, audioUrl, characters, reason } = readTask({ id: "task", status: "pending" });
    assert.deepEqual([done, total, audioUrl, characters, reason], [0, 0, undefined, undefined, undefined]);
  });

  for (const [what, data] of [
    ["nothing", undefined],
    ["a list", []],
    ["a text", "task"],
  ] as const) {
    it(`makes an empty task of ${what}`, () => {
      const { id, status, state, total } = readTask(data);
      assert.deepEqual([id, status, state, total], [undefined, undefined, "running", 0]);
    });
  }

  for (const [status, metadata, state] of [
    ["pending", {}, "running"],
    ["processing", { audio: "https://a" }, "running"],
    ["generated", {}, "generated"],
    ["succeeded", {}, "generated"],
    ["failed", { audio: "https://a" }, "failed"],
    ["canceled", {}, "failed"],
    ["merging", {}, "running"],
    ["merging", { audio: "https://a" }, "generated"],
    [undefined, { audio: "https://a" }, "generated"],
  ] as const) {
    it(`takes the status ${status ?? "nothing"}${"audio" in metadata ? " with audio" : ""} for ${state}`, () => {
      assert.equal(readTask({ id: "task", status, metadata }).state, state);
    });
  }
});

describe("Reading a voice", () => {
  it("sends what the service says is for generating, else the id", () => {
    assert.equal(readVoice({ id: "a", idForGenerate: "b" }).voiceId, "b");
    assert.equal(readVoice({ id: "a", idForGenerate: null }).voiceId, "a");
  });

  for (const [given, voiceId] of [
    [{ id: "a", type: "market" }, "market:a"],
    [{ id: "market:a", type: "market" }, "market:a"],
    [{ id: "a", type: "" }, "a"],
    [{ id: "a", type: "market", idForGenerate: "b" }, "b"],
  ] as const) {
    it(`sends ${voiceId} for ${JSON.stringify(given)}`, () =>
      assert.equal(readVoice(given).voiceId, voiceId));
  }

  it("accepts a voice that says nothing about its status, and one that cannot speak", () => {
    assert.equal(readVoice({ id: "a" }).usable, true);
    assert.equal(readVoice({ id: "a", status: "lora-failed" }).usable, false);
  });

  it("leaves out styles without an id", () => {
    const prompts = [{ id: "default" }, { name: "none" }, "odd", null];
    assert.deepEqual(
      readVoice({ metadata: { prompts } }).styles.map(({ id }) => id),
      ["default"],
    );
  });
});

describe("Reading an id", () => {
  for (const [what, body, id] of [
    ["by its name in data", { data: { voiceId: "a", id: "b" } }, "a"],
    ["by its name beside data", { voiceId: "a", data: { id: "b" } }, "a"],
    ["in data that is a text", { data: "a" }, "a"],
    ["as data.id", { data: { id: "a", name: "b" } }, "a"],
    ["as a number", { data: { voiceId: 7 } }, "7"],
    ["in data that is a number", { data: 7 }, "7"],
    ["as the only text of data", { data: { token: "a", uses: 1 } }, "a"],
    ["as the only text beside the envelope", { status: 200, message: "OK", requestId: "r", link: "a" }, "a"],
    ["nowhere among several texts", { data: { one: "a", two: "b" } }, undefined],
    ["nowhere in an envelope alone", { status: 200, message: "OK" }, undefined],
    ["nowhere in blank texts", { data: { voiceId: " " } }, undefined],
  ] as const) {
    it(`finds it ${what}`, () => assert.equal(idInReply(body, ["voiceId"]), id));
  }
});

describe("Reading an account", () => {
  for (const [where, body, account] of [
    ["under user", { status: 200, user: { name: "Ada" }, data: { other: 1 } }, { name: "Ada" }],
    ["under data", { status: 200, data: { name: "Ada" } }, { name: "Ada" }],
    ["at top level", { status: 200, name: "Ada" }, { status: 200, name: "Ada" }],
  ] as const) {
    it(`finds it ${where}`, () => assert.deepEqual(accountIn(body), account));
  }
});

describe("Reading what an account says", () => {
  for (const [what, value, info] of [
    [
      "its name and both balances",
      { name: "Ada", isPaid: true, credit: 5, bonusCredit: 2 },
      ["Ada", true, 7],
    ],
    [
      "its address where it has no name",
      { email: "ada@example.com" },
      ["ada@example.com", undefined, undefined],
    ],
    ["the name before the address", { name: "Ada", email: "ada@example.com" }, ["Ada", undefined, undefined]],
    ["only what it has paid for", { isPaid: false, credit: 5 }, [undefined, false, 5]],
    ["only what it was granted", { bonusCredit: 2 }, [undefined, undefined, 2]],
    ["what older replies call granted", { credit: 5, credits: 3 }, [undefined, undefined, 8]],
    ["granted under both names", { bonusCredit: 2, credits: 3 }, [undefined, undefined, 2]],
    ["a plan of another type", { isPaid: "yes" }, [undefined, undefined, undefined]],
    ["nothing", undefined, [undefined, undefined, undefined]],
  ] as const) {
    it(`finds ${what}`, () => {
      const { name, paid, credits } = readAccount(value);
      assert.deepEqual([name, paid, credits], info);
    });
  }
});

describe("Reading a voice's surroundings", () => {
  for (const [what, given, market] of [
    ["from the market", { id: "a", from: "market" }, true],
    ["with the market's prefix", { id: "market:a" }, true],
    ["of an older list of the market", { id: "a", type: "x" }, true],
    ["of the account", { id: "a", from: "user" }, false],
    ["with the prefix at its end", { id: "a:market:" }, false],
    ["without an id", {}, false],
  ] as const) {
    it(`knows where it comes from: ${what}`, () => assert.equal(readVoice(given).market, market));
  }

  it("takes the picture that belongs to the voice before another", () => {
    const [own, other] = ["https://a/own.png", "https://a/other.png"];
    assert.equal(readVoice({ metadata: { avatar: own }, avatar: other }).avatar, own);
    assert.equal(readVoice({ avatar: other }).avatar, other);
  });

  for (const avatar of ["javascript:alert(1)", "data:image/png;base64,AA", "see https://a/b.png", 5, null]) {
    it(`takes no picture that a browser could run: ${String(avatar)}`, () => {
      assert.equal(readVoice({ avatar }).avatar, undefined);
    });
  }

  it("takes a picture over http", () => {
    assert.equal(readVoice({ avatar: "http://a/b.png" }).avatar, "http://a/b.png");
  });

  it("hears the processed recording of a style before the uploaded one", () => {
    const recordings = {
      playBackAudio: "https://a/1.mp3",
      previewAudio: "https://a/2.mp3",
      promptOriginAudioStorageUrl: "https://a/3.mp3",
    };
    const heard = (own: object): unknown =>
      readVoice({ metadata: { prompts: [{ id: "default", ...own }] } }).styles[0]?.recording;
    assert.equal(heard(recordings), "https://a/1.mp3");
    assert.equal(heard({ ...recordings, playBackAudio: null }), "https://a/2.mp3");
    assert.equal(
      heard({ promptOriginAudioStorageUrl: recordings.promptOriginAudioStorageUrl }),
      "https://a/3.mp3",
    );
  });

  it("knows deleted styles, and only those that say so", () => {
    const prompts = [
      { id: "a", deleted: true },
      { id: "b", deleted: false },
      { id: "c", deleted: "true" },
      { id: "d" },
    ];
    assert.deepEqual(
      readVoice({ metadata: { prompts } }).styles.map(({ deleted }) => deleted),
      [true, false, false, false],
    );
  });
});

describe("Reading what a reply says about a speech", () => {
  const URL = "https://a/b.mp3";

  it("finds it in data, or where there is no envelope", () => {
    assert.deepEqual(readSpeech({ data: { audio: URL, credit_used: 3 } }), { audioUrl: URL, creditsUsed: 3 });
    assert.deepEqual(readSpeech({ audio: URL, data: { audio: "https://other" } }), { audioUrl: URL });
    assert.deepEqual(readSpeech(undefined), {});
  });

  it("finds the address where a task has it", () => {
    const other = "https://a/other.mp3";
    assert.equal(readSpeech({ metadata: { audio: URL } }).audioUrl, URL);
    assert.equal(readSpeech({ metadata: { contents: [{ audio: URL }] } }).audioUrl, URL);
    assert.equal(
      readSpeech({ metadata: { contents: [{ audio: URL }, { audio: other }] } }).audioUrl,
      undefined,
    );
    assert.equal(readSpeech({ metadata: { contents: [] } }).audioUrl, undefined);
    assert.equal(readSpeech({ audio: "none", metadata: { audio: URL } }).audioUrl, URL);
  });

  it("knows both names of the address of a stream", () => {
    assert.equal(readSpeech({ data: { stream_url: URL } }).streamUrl, URL);
    assert.equal(readSpeech({ data: { streamUrl: "", stream_url: URL } }).streamUrl, URL);
  });

  for (const audio of [
    7,
    "b.mp3",
    "file:///etc/passwd",
    "ftp://a/b.mp3",
    "xhttp://a/b",
    "httpsx://a/b",
    "",
  ]) {
    it(`takes ${JSON.stringify(audio)} for no address`, () => {
      assert.equal("audioUrl" in readSpeech({ audio }), false);
    });
  }

  for (const [given, credits] of [
    [0, 0],
    [2.5, 2.5],
    [-1, undefined],
    ["3", undefined],
    [null, undefined],
  ] as const) {
    it(`reads the price ${JSON.stringify(given)} as ${credits}`, () => {
      assert.equal(readSpeech({ audio: URL, credit_used: given }).creditsUsed, credits);
    });
  }

  for (const [given, ms] of [
    [299, 299_000],
    [300, 300],
    [2.5, 2500],
    [0, undefined],
    [-5, undefined],
    ["300", undefined],
  ] as const) {
    it(`reads the estimate ${JSON.stringify(given)} as ${ms} ms`, () => {
      assert.equal(readSpeech({ audio: URL, estimatedDuration: given }).estimatedDurationMs, ms);
    });
  }

  it("keeps subtitles and bills as they came, whatever form they have", () => {
    for (const srt of ["1\n00:00", [{ at: 1 }], { lines: [] }]) {
      assert.deepEqual(readSpeech({ audio: URL, srt, billing: srt }).srt, srt);
      assert.deepEqual(readSpeech({ audio: URL, srt, billing: srt }).billing, srt);
    }
  });

  for (const srt of [null, undefined, 5, true]) {
    it(`leaves out subtitles that are ${String(srt)}`, () => {
      assert.equal("srt" in readSpeech({ audio: URL, srt }), false);
    });
  }

  it("leaves out what is nested deeper than subtitles can be, wherever in it that is", () => {
    const nested = (levels: number): unknown => (levels === 0 ? 1 : { flat: 1, deeper: nested(levels - 1) });
    assert.ok("srt" in readSpeech({ audio: URL, srt: nested(32) }));
    assert.equal("srt" in readSpeech({ audio: URL, srt: nested(33) }), false);
  });

  it("has no id that is blank", () => {
    assert.deepEqual(readSpeech({ id: "", audio: URL }), { audioUrl: URL });
    assert.deepEqual(readSpeech({ id: "a", audio: URL }), { audioId: "a", audioUrl: URL });
  });
});

describe("Reading why a task failed", () => {
  it("keeps as much of it as a status can use", () => {
    assert.equal(readTask(task("failed", {}, { message: "x".repeat(301) })).reason, "x".repeat(300));
  });
});
