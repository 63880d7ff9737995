import assert from "node:assert/strict";
import { LiveMemory } from "../../lib/flow/live/live";
import { client } from "./api-server";

describe("the channels of a live speech node", () => {
  it("are kept for a voice as long as the account's client is the same", () => {
    const memory = new LiveMemory();
    const own = client("http://127.0.0.1:1");
    const channel = memory.channel(own, "voice", 1000);
    assert.equal(memory.channel(own, "voice", 1000), channel);
    assert.notEqual(memory.channel(own, "other", 1000), channel);
  });

  it("are made again when the account has been deployed again, whose former client can do nothing", () => {
    const memory = new LiveMemory();
    const former = memory.channel(client("http://127.0.0.1:1"), "voice", 1000);
    const own = client("http://127.0.0.1:1");
    const channel = memory.channel(own, "voice", 1000);
    assert.notEqual(channel, former);
    assert.equal(memory.channel(own, "voice", 1000), channel);
  });

  it("are given up for a further voice where they have not been used for longest", () => {
    const memory = new LiveMemory();
    const own = client("http://127.0.0.1:1");
    const channelOf = (voice: string): unknown => memory.channel(own, voice, 1000);
    const [first, second] = ["first", "second", "third", "fourth"].map(channelOf);
    assert.equal(channelOf("first"), first);
    channelOf("fifth");
    assert.equal(channelOf("first"), first);
    assert.notEqual(channelOf("second"), second);
  });
});
