/** Parts of the sandbox by themselves, with a clock of the test. */
import assert from "node:assert/strict";
import type { Fault } from "../../sandbox";
import { FaultBox } from "../../sandbox/faults";
import { Channels } from "../../sandbox/live/channels";
import { Entry } from "../../sandbox/log";
import { number } from "../../sandbox/read";
import { Clock } from "../../sandbox/state/clock";
import type { OwnedVoice } from "../../sandbox/state/voice";

/** A clock that stands still unless the test moves it. */
class HandClock extends Clock {
  time = 0;

  override now(): number {
    return this.time;
  }
}

describe("the sandbox's live channels", () => {
  let clock: HandClock;
  const channels = (): Channels => {
    clock = new HandClock();
    return new Channels({ cancelAfterMs: 1000, idleMs: 300 }, clock);
  };
  const voice = {} as OwnedVoice;

  it("wait for a first client as long as the cancellation says", () => {
    const open = channels();
    const { id } = open.open(voice);
    clock.time = 999;
    assert.ok(open.find(id));
    clock.time = 1000;
    assert.equal(open.find(id), undefined);
  });

  it("stay while they have a client, however long", () => {
    const open = channels();
    const channel = open.open(voice);
    open.join(channel);
    clock.time = 1_000_000;
    assert.equal(open.find(channel.id), channel);
  });

  it("end some time after the last client has left", () => {
    const open = channels();
    const channel = open.open(voice);
    open.join(channel);
    clock.time = 5000;
    open.leave(channel);
    clock.time = 5299;
    assert.equal(open.find(channel.id), channel);
    clock.time = 5300;
    assert.equal(open.find(channel.id), undefined);
  });
});

describe("the sandbox's armed faults", () => {
  const asked = (method: string, path: string, host: "api" | "storage" = "api"): Entry =>
    new Entry(host, method, path, {}, {});
  const armed = (fault: Fault): FaultBox => {
    const box = new FaultBox();
    box.arm(fault);
    return box;
  };

  it("concern the method that they name, however it is written", () => {
    const box = armed({ on: { method: "post" }, times: Infinity });
    assert.ok(box.take(asked("POST", "/any")));
    assert.equal(box.take(asked("GET", "/any")), undefined);
  });

  it("concern the host that they name", () => {
    const box = armed({ on: { host: "storage" }, times: Infinity });
    assert.ok(box.take(asked("GET", "/any", "storage")));
    assert.equal(box.take(asked("GET", "/any")), undefined);
  });

  it("concern generation where they name nothing", () => {
    const box = armed({ times: Infinity });
    assert.ok(box.take(asked("POST", "/api/tts/simple-generate.mp3")));
    assert.equal(box.take(asked("POST", "/api/tts/generate")), undefined);
    assert.equal(box.take(asked("POST", "/api/tts/simple-generate", "storage")), undefined);
  });

  it("are used up", () => {
    const box = armed({ times: 2 });
    const path = "/api/tts/simple-generate";
    assert.ok(box.take(asked("GET", path)));
    assert.ok(box.take(asked("GET", path)));
    assert.equal(box.take(asked("GET", path)), undefined);
  });
});

describe("a number that the sandbox reads", () => {
  for (const [value, read] of [
    [3, 3],
    ["3.5", 3.5],
    ["", undefined],
    ["three", undefined],
    ["Infinity", undefined],
    [Infinity, undefined],
    [true, undefined],
  ] as const) {
    it(`is ${read} for ${JSON.stringify(value)}${value === Infinity ? " (Infinity)" : ""}`, () => {
      assert.equal(number({ limit: value }, "limit"), read);
    });
  }
});
