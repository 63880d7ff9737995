import assert from "node:assert/strict";
import { voiceIds } from "../../sandbox";
import { useBroker } from "../nodes/support/broker";
import { useFlows, type FlowNode } from "../nodes/support/flows";
import { useFolder } from "../nodes/support/folder";
import { usePlayers } from "../nodes/support/players";
import { useSandbox } from "../nodes/support/sandbox";
import { runExample, type Example } from "./example";

const TEXTS = {
  washing: "The washing machine has finished.",
  door: "The front door is still open.",
  bell: "Somebody is at the door.",
  smoke: "Smoke in the kitchen!",
};

/** Quiet hours that are never, or always. */
const NEVER = { QUIET_FROM: "00:00", QUIET_TO: "00:00" };
const ALWAYS = { QUIET_FROM: "00:00", QUIET_TO: "24:00" };

describe("Announcements of a home", () => {
  const flows = useFlows();
  const sandbox = useSandbox();
  const folder = useFolder();
  const broker = useBroker();
  const players = usePlayers();

  /** The example with a stand-in for mpg123, and without the pauses that a person would have to wait for. */
  const run = async (variables: Record<string, string>): Promise<Example> => {
    await players().install(folder(), "mpg123");
    const example = await runExample("Announcements of a home", sandbox(), flows, folder(), (node) => ({
      ...(node.type === "tab" ? { env: withVariables(node, variables) } : {}),
      ...(node.type === "mqtt-broker" ? { broker: "127.0.0.1", port: broker().port } : {}),
      ...(node.type === "delay" ? { timeout: "1", timeoutUnits: "milliseconds" } : {}),
    }));
    return example;
  };
  const audio = (text: string): Promise<Buffer> => sandbox().speech({ voiceId: voiceIds.english, text });
  /** What the players were given, each one after it has ended. */
  const played = async (count: number): Promise<Buffer[]> => {
    const started = await players().started.reach(count);
    await Promise.all(started.slice(0, count).map(({ gone }) => gone));
    return started.slice(0, count).map((player) => player.audio);
  };
  const music = (): string[] =>
    broker()
      .published.entries.filter(({ topic }) => topic === "home/music/volume")
      .map(({ payload }) => payload.toString());

  it("plays each announcement, the most important one first", async () => {
    const { press } = await run(NEVER);
    press("Washing machine");
    await players().started.nth(0);
    press("Washing machine");
    press("Doorbell");
    assert.deepEqual(await played(3), [
      await audio(TEXTS.washing),
      await audio(TEXTS.bell),
      await audio(TEXTS.washing),
    ]);
  });

  it("keeps only the newest announcement of each source", async () => {
    const { press, flow, id } = await run(NEVER);
    press("Doorbell");
    for (let times = 0; times < 3; times += 1) press("Washing machine");
    await flow.at(id("change", "Music up")).nth(0);
    assert.deepEqual(await played(2), [await audio(TEXTS.bell), await audio(TEXTS.washing)]);
    assert.equal(players().started.entries.length, 2);
  });

  it("turns the music down before the first word, and up after the last", async () => {
    const { press, flow, id } = await run(NEVER);
    press("Washing machine");
    press("Doorbell");
    await flow.at(id("change", "Music up")).nth(0);
    await broker().published.find(({ payload }) => payload.toString() === "60");
    assert.deepEqual(music(), ["15", "15", "60"]);
  });

  it("leaves out in quiet hours what can wait", async () => {
    const { press, flow, id } = await run(ALWAYS);
    press("Washing machine");
    const { payload } = await flow.at(id("debug", "Left out in quiet hours")).nth(0);
    assert.equal(payload, TEXTS.washing);
    assert.equal(players().started.entries.length, 0);
  });

  it("speaks the doorbell softly and an alarm loudly in quiet hours", async () => {
    const { press, flow, id } = await run(ALWAYS);
    press("Doorbell");
    assert.equal((await flow.at(id("vocu-audio-play")).nth(0)).volume, 30);
    assert.deepEqual(await played(1), [await audio(TEXTS.bell)]);
    press("Smoke");
    await flow.at(id("vocu-audio-play")).find(({ volume }) => volume === 100);
    press("Confirmed");
  });

  it("interrupts for an alarm, repeats it until somebody confirms, and then continues", async () => {
    const { press, flow, id } = await run(NEVER);
    sandbox().fail({ stallAfter: 4000 });
    press("Washing machine");
    const interrupted = await players().started.nth(0);
    press("Smoke");
    await interrupted.gone;
    await players().started.nth(3);
    press("Confirmed");
    await flow.at(id("change", "Music up")).nth(0);
    const smoke = await audio(TEXTS.smoke);
    const all = await played(players().started.entries.length);
    assert.ok(!all[0]?.equals(await audio(TEXTS.washing)), "it was not interrupted");
    assert.deepEqual(all[1], smoke);
    assert.deepEqual(all[2], smoke);
    assert.deepEqual(all.at(-1), await audio(TEXTS.washing));
  });

  it("continues with the next announcement when one cannot be spoken", async () => {
    sandbox().fail({ error: { status: 403, code: "BILLING_INSUFFICIENT_CREDIT" } });
    const { press, flow, id } = await run(NEVER);
    press("Washing machine");
    press("Doorbell");
    await flow.at(id("debug", "Failure")).nth(0);
    assert.deepEqual(await played(1), [await audio(TEXTS.bell)]);
  });
});

const withVariables = (tab: FlowNode, variables: Record<string, string>): unknown[] =>
  (tab.env as { name: string; value: string }[]).map((each) => ({
    ...each,
    value: variables[each.name] ?? each.value,
  }));
