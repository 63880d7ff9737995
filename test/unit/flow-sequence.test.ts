import assert from "node:assert/strict";
import { AudioSequence, carriedParts, MessageSequence, type Parts } from "../../lib/flow/message/sequence";

const tools = { generateId: () => "s1", cloneMessage: <T>(message: T): T => structuredClone(message) };
const sequence = (own: object): AudioSequence => new AudioSequence(tools, { _msgid: "m", ...own });

describe("an audio sequence", () => {
  it("numbers its chunks and tells their count on the last one only", () => {
    const speech = sequence({ payload: "hi" });
    const first = speech.next(Buffer.from("a"), {}, false);
    const last = speech.next(Buffer.from("b"), {}, true);
    assert.deepEqual(first.parts, { id: "s1", type: "buffer", ch: "", index: 0 });
    assert.deepEqual(last.parts, { id: "s1", type: "buffer", ch: "", index: 1, count: 2 });
  });

  it("gives every chunk its own copy of the other properties", () => {
    const speech = sequence({ payload: "hi", room: { name: "kitchen" } });
    const first = speech.next(Buffer.from("a"), {}, false);
    const second = speech.next(Buffer.from("b"), {}, true);
    assert.deepEqual(first.room, { name: "kitchen" });
    assert.notEqual(first.room, second.room);
  });

  it("does not let a change in one chunk reach another", () => {
    const speech = sequence({ payload: "hi", room: { name: "kitchen" } });
    const first = speech.next(Buffer.from("a"), {}, false);
    (first.room as { name: string }).name = "hall";
    const second = speech.next(Buffer.from("b"), {}, true);
    assert.deepEqual([first.room, second.room], [{ name: "hall" }, { name: "kitchen" }]);
  });

  it("does not let a later change of the incoming message reach a chunk", () => {
    const room = { name: "kitchen" };
    const speech = sequence({ payload: "hi", room });
    room.name = "hall";
    assert.deepEqual(speech.next(Buffer.from("a"), {}, false).room, { name: "kitchen" });
  });

  it("lets a flow replace a property of a chunk", () => {
    const chunk = sequence({ room: { name: "kitchen" } }).next(Buffer.from("a"), {}, true);
    chunk.room = "hall";
    assert.deepEqual({ ...chunk }.room, "hall");
  });

  it("copies large properties once, not for every chunk that nobody reads them from", () => {
    // With the states of a whole home on the message, copying them for each chunk stopped Node-RED for seconds.
    let reads = 0;
    const states = Array.from({ length: 100 }, () => ({
      get state() {
        reads += 1;
        return "on";
      },
    }));
    const speech = sequence({ states });
    const readOnce = reads;
    const chunks = Array.from({ length: 50 }, (_, at) => speech.next(Buffer.from("a"), {}, at === 49));
    assert.equal(reads, readOnce);
    assert.deepEqual(
      chunks[7]?.states,
      states.map(() => ({ state: "on" })),
    );
  });

  it("leaves the copy for a further wire to Node-RED", () => {
    const speech = sequence({ room: { name: "kitchen" } });
    const chunk = speech.next(Buffer.from("a"), {}, false);
    const copies: unknown[] = [];
    speech.whileSending(() => copies.push(structuredClone({ ...chunk })));
    (chunk.room as { name: string }).name = "hall";
    const next = speech.next(Buffer.from("b"), {}, true);
    assert.deepEqual(copies[0], { ...(copies[0] as object), room: { name: "kitchen" } });
    assert.deepEqual(next.room, { name: "kitchen" });
  });

  it("does not copy what Node-RED never copies", () => {
    const req = { socket: {} };
    const chunk = sequence({ req, res: req }).next(Buffer.from("a"), {}, true);
    assert.equal(chunk.req, req);
    assert.equal(chunk.res, req);
  });

  it("has a property that is null, text or a function in every chunk", () => {
    const say = (): string => "hi";
    const clone = <T>(message: T): T => message;
    const speech = new AudioSequence(
      { generateId: () => "s1", cloneMessage: clone },
      { _msgid: "m", say, none: null, word: "w" },
    );
    const { none, word, say: own } = speech.next(Buffer.from("a"), {}, true);
    assert.deepEqual([none, word, own], [null, "w", say]);
  });

  it("shows its properties like any other message, and lets a flow change and remove them", () => {
    const chunk = sequence({ room: { name: "kitchen" } }).next(Buffer.from("a"), {}, true);
    assert.ok(Object.keys(chunk).includes("room"));
    assert.deepEqual(chunk.room, { name: "kitchen" });
    assert.ok(Object.keys(chunk).includes("room"), "reading it hides nothing");
    chunk.room = "hall";
    chunk.room = "cellar";
    assert.equal(chunk.room, "cellar");
    Reflect.deleteProperty(chunk, "room");
    assert.equal("room" in chunk, false);
  });

  it("copies nothing for what Node-RED reads while it sends", () => {
    let copies = 0;
    const counting = {
      generateId: () => "s1",
      cloneMessage: <T>(message: T): T => {
        copies += 1;
        return structuredClone(message);
      },
    };
    const speech = new AudioSequence(counting, { _msgid: "m", seen: new Map([["door", "open"]]) });
    const chunk = speech.next(Buffer.from("a"), {}, true);
    const before = copies;
    speech.whileSending(() => assert.ok(chunk.seen instanceof Map));
    assert.equal(copies, before);
    assert.throws(() =>
      speech.whileSending(() => {
        throw new Error("a wire that fails");
      }),
    );
    assert.ok(chunk.seen instanceof Map);
    assert.equal(copies, before + 1);
    assert.equal(chunk.seen, chunk.seen);
    assert.equal(copies, before + 1);
  });

  it("gives a copy to who reads while nothing is sent, also after something was", () => {
    const speech = sequence({ room: { name: "kitchen" } });
    const [first, second] = [
      speech.next(Buffer.from("a"), {}, false),
      speech.next(Buffer.from("b"), {}, true),
    ];
    speech.whileSending(() => undefined);
    assert.notEqual(first.room, second.room);
    let seen: unknown;
    assert.throws(() =>
      speech.whileSending(() => {
        seen = first.room;
        throw new Error("a wire that fails");
      }),
    );
    assert.notEqual(seen, undefined);
    assert.notEqual(sequence({ room: {} }).next(Buffer.from("a"), {}, true).room, undefined);
  });

  it("counts what it has made", () => {
    const speech = sequence({});
    assert.equal(speech.count, 0);
    speech.next(Buffer.from("a"), {}, false);
    assert.equal(speech.count, 1);
  });

  it("leaves payload, parts and vocu of the message behind, and what was seen to", () => {
    const speech = new AudioSequence(
      tools,
      { _msgid: "m", payload: "hi", parts: { id: "o", index: 0 }, vocu: { old: 1 }, volume: 5, room: "hall" },
      ["volume"],
    );
    const { payload, vocu, volume, room } = speech.next(Buffer.from("a"), { bytes: 1 }, true);
    assert.deepEqual([payload, vocu, volume, room], [Buffer.from("a"), { bytes: 1 }, undefined, "hall"]);
    assert.equal("volume" in speech.whole(Buffer.from("a"), {}), false);
  });

  it("keeps the incoming sequence inside its own", () => {
    const outer = { id: "o", index: 3, count: 9, type: "array", len: 1 };
    const { parts } = sequence({ parts: outer }).next(Buffer.from("a"), {}, true);
    assert.deepEqual((parts as Parts).parts, outer);
  });

  it("lets a later join put split text together as audio, not as text", () => {
    const split = { id: "o", index: 0, count: 2, type: "string", ch: "\n", len: 12 };
    assert.deepEqual(carriedParts(split), { id: "o", index: 0, count: 2, type: "buffer", ch: "" });
  });

  it("lets a later join put split bytes together too", () => {
    const split = { id: "o", index: 0, count: 2, type: "buffer", ch: "\n", len: 12 };
    assert.deepEqual(carriedParts(split), { id: "o", index: 0, count: 2, type: "buffer", ch: "" });
  });

  it("leaves an incoming sequence of things as it is", () => {
    const split = { id: "o", index: 0, count: 2, type: "array", len: 1 };
    assert.deepEqual(carriedParts(split), split);
  });

  it("reports that the member is in the payload now, wherever the text was", () => {
    const split = { id: "o", index: 0, count: 2, type: "array", len: 1, property: "text" };
    assert.deepEqual(carriedParts(split), { ...split, property: "payload" });
  });

  for (const parts of [undefined, null, "one of three"]) {
    it(`takes ${String(parts)} for no sequence`, () => assert.equal(carriedParts(parts), undefined));
  }

  it("leaves behind a msg.complete that came in, which would end a join at the first chunk", () => {
    const chunk = sequence({ payload: "hi", complete: true }).next(Buffer.from("a"), {}, false);
    assert.equal("complete" in chunk, false);
  });

  it("lets a later join make a list of summaries, where it would refuse to glue them", () => {
    const split = { id: "o", index: 0, count: 2, type: "string", ch: "\n", len: 12 };
    const { parts } = sequence({ payload: "hi", parts: split }).summary({ bytes: 1 });
    assert.deepEqual(parts, { id: "o", index: 0, count: 2, type: "array" });
  });

  it("makes one message that stays a member of the incoming sequence", () => {
    const split = { id: "o", index: 0, count: 2, type: "string", ch: "\n", len: 12 };
    const { parts, vocu } = sequence({ payload: "hi", parts: split }).whole(Buffer.from("a"), { bytes: 1 });
    assert.deepEqual([parts, vocu], [carriedParts(split), { bytes: 1 }]);
  });

  it("makes a summary of what it tells, with nothing of it shared", () => {
    const told = { bytes: 1, list: [1] };
    const { payload, vocu, ...others } = sequence({ payload: "hi" }).summary(told);
    assert.deepEqual([payload, vocu], [told, told]);
    assert.notEqual(payload, vocu);
    assert.equal("parts" in others, false);
  });

  it("leaves an incoming sequence of things as it is in a summary", () => {
    const split = { id: "o", index: 0, count: 2, type: "array", len: 1 };
    assert.deepEqual(sequence({ parts: split }).summary({}).parts, split);
  });

  it("makes one message without a sequence of its own", () => {
    assert.equal("parts" in sequence({ payload: "hi" }).whole(Buffer.from("a"), {}), false);
  });

  it("takes back what was sent, and only that, where the work fails", async () => {
    const speech = sequence({});
    const retracted: unknown[] = [];
    const fail = (): Promise<never> =>
      speech.retractOnError({ retract: (message) => retracted.push(message) }, () =>
        Promise.reject(new Error("cut")),
      );
    await assert.rejects(fail, /cut/);
    assert.deepEqual(retracted, []);
    speech.next(Buffer.from("a"), {}, false);
    await assert.rejects(fail, /cut/);
    assert.deepEqual(retracted, [{ reset: true, parts: { id: "s1" } }]);
  });
});

describe("a sequence of things", () => {
  it("is collected by a join, and keeps the incoming sequence as it came", () => {
    const split = { id: "o", index: 0, count: 2, type: "string", ch: "\n", len: 12 };
    const list = new MessageSequence(tools, { _msgid: "m", parts: split });
    assert.deepEqual(list.next("one", {}, true).parts, {
      id: "s1",
      type: "array",
      len: 1,
      index: 0,
      count: 1,
      parts: split,
    });
  });
});
