/** What the dialogs of play and audio URL ask the runtime. */
import assert from "node:assert/strict";
import helper from "node-red-node-test-helper";
import { TEST_TONE } from "../../lib/audio";
import { useFlows } from "./support/flows";
import { useFolder } from "./support/folder";
import { usePlayers } from "./support/players";
import { onTab, tab } from "./support/speech-flow";

describe("the dialog of play", () => {
  const folder = useFolder();
  const flows = useFlows();
  const players = usePlayers();
  beforeEach(() => flows.load([tab, { ...onTab, id: "play", type: "vocu-audio-play", wires: [] }]));

  const ask = async (path: string, body: object): Promise<Record<string, unknown>> =>
    (await helper.request().post(path).send(body)).body as Record<string, unknown>;

  it("is told which players there are, in their order, and which can be told a device", async () => {
    await players().install(folder(), "play", "mpg123", "ffplay");
    const { players: found } = await ask("/vocu/players", {});
    assert.deepEqual(found, [
      { name: "ffplay", device: false },
      { name: "mpg123", device: true },
      { name: "sox", device: true },
    ]);
  });

  it("is told that there are none", async () => {
    await players().install(folder());
    assert.deepEqual(await ask("/vocu/players", { player: "auto" }), { players: [], devices: [] });
  });

  it("has a tone played, as loud and on the device that it says", async () => {
    await players().install(folder(), "mpv");
    const reply = await ask("/vocu/play-tone", { player: "mpv", device: "kitchen", volume: 12.5 });
    assert.equal(reply.player, "mpv");
    const { args, audio } = await players().started.nth(0);
    assert.deepEqual(args.slice(-3), ["--volume=50", "--audio-device=kitchen", "-"]);
    assert.deepEqual(audio, TEST_TONE);
  });

  it("starts no program of anybody's choice", async () => {
    const reply = await ask("/vocu/play-tone", players().command("listen"));
    assert.equal((reply.error as { code: string }).code, "INPUT_NOT_A_CHOICE");
    assert.equal(players().started.entries.length, 0);
  });

  it("is told why no tone was played", async () => {
    await players().install(folder());
    const reply = await ask("/vocu/play-tone", {});
    assert.equal((reply.error as { code: string }).code, "PLAYER_NOT_FOUND");
  });
});

describe("the dialog of audio URL", () => {
  const flows = useFlows();
  beforeEach(() => flows.load([tab, { ...onTab, id: "url", type: "vocu-audio-url", wires: [] }]));

  it("is told the address that speakers get", async () => {
    const { body } = (await helper.request().post("/vocu/audio-url").send({})) as { body: { url: string } };
    assert.match(body.url, /^http:\/\/[^/]+:\d+/);
  });

  it("is told that the entered address is invalid", async () => {
    const reply = await helper.request().post("/vocu/audio-url").send({ publicUrl: "speaker" });
    assert.equal((reply.body as { error: { code: string } }).error.code, "BAD_PUBLIC_URL");
  });
});
