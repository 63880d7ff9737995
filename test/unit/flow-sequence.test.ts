import assert from "node:assert/strict";
import { AudioSequence, carriedParts, type Parts } from "../../lib/flow/message/sequence";

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

  it("keeps the incoming sequence inside its own", () => {
    const outer = { id: "o", index: 3, count: 9, type: "array", len: 1 };
    const { parts } = sequence({ parts: outer }).next(Buffer.from("a"), {}, true);
    assert.deepEqual((parts as Parts).parts, outer);
  });

  it("lets a later join put split text together as audio, not as text", () => {
    const split = { id: "o", index: 0, count: 2, type: "string", ch: "\n", len: 12 };
    assert.deepEqual(carriedParts(split), { id: "o", index: 0, count: 2, type: "buffer", ch: "" });
  });

  it("leaves behind a msg.complete that came in, which would end a join at the first chunk", () => {
    const chunk = sequence({ payload: "hi", complete: true }).next(Buffer.from("a"), {}, false);
    assert.equal("complete" in chunk, false);
  });

  it("lets a later join make a list of summaries, where it would refuse to glue them", () => {
    const split = { id: "o", index: 0, count: 2, type: "string", ch: "\n", len: 12 };
    const { parts } = sequence({ payload: "hi", parts: split }).summary({ bytes: 1 });
    assert.deepEqual(parts, { id: "o", index: 0, count: 2, type: "array" });
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
