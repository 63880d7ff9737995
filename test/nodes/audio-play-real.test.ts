/** Real players, those that this machine has, with sound devices that make no sound. */
import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { delimiter, join } from "node:path";
import { voiceIds } from "../../sandbox";
import { PLAYER_NAMES } from "../../lib/audio";
import { chunk, sequence } from "./support/chunks";
import { useFlows } from "./support/flows";
import { useFolder } from "./support/folder";
import { useSandbox } from "./support/sandbox";
import { observers, onTab, sink, tab } from "./support/speech-flow";

/** ALSA's, SDL's and mpv's own ways to be silent. */
const SILENT = ["ALSA_CONFIG_PATH", "SDL_AUDIODRIVER", "MPV_HOME"] as const;

const program = (player: string): string => (player === "sox" ? "play" : player);
const folders = (process.env.PATH ?? "").split(delimiter);
/** A test for each that is installed; the stand-ins of the other tests are always there. */
const INSTALLED = PLAYER_NAMES.filter((name) =>
  folders.some((each) => existsSync(join(each, program(name)))),
);

describe("audio-play with the players of this machine", () => {
  const folder = useFolder();
  const flows = useFlows();
  const sandbox = useSandbox();
  const before = new Map<string, string | undefined>();

  beforeEach(async () => {
    for (const name of SILENT) before.set(name, process.env[name]);
    const alsa = join(folder(), "asound.conf");
    await writeFile(alsa, "pcm.!default { type null }\nctl.!default { type null }\n");
    await writeFile(join(folder(), "mpv.conf"), "ao=null\n");
    Object.assign(process.env, { ALSA_CONFIG_PATH: alsa, SDL_AUDIODRIVER: "dummy", MPV_HOME: folder() });
  });
  afterEach(() => {
    for (const [name, value] of before) {
      if (value === undefined) Reflect.deleteProperty(process.env, name);
      else process.env[name] = value;
    }
  });

  const start = (player: string): ReturnType<typeof flows.load> => {
    const node = { ...onTab, id: "play", type: "vocu-audio-play", player, volume: 50, wires: [["out"]] };
    return flows.load([tab, node, sink("out"), ...observers(["play"])]);
  };

  for (const player of INSTALLED) {
    it(`plays a whole speech: ${player}`, async () => {
      const speech = await sandbox().speech({ voiceId: voiceIds.english, text: "Hello." });
      const flow = await start(player);
      const pieces = [speech.subarray(0, speech.length / 2), speech.subarray(speech.length / 2)];
      const messages = sequence("a", pieces).map((each) => flow.input(each, "play"));
      const errors = await Promise.all(messages.map((each) => flow.ended(each)));
      assert.deepEqual(
        errors.map(({ error }) => error),
        [undefined, undefined],
      );
      const facts = (await flow.at("out").nth(0)).payload as Record<string, unknown>;
      assert.deepEqual([facts.player, facts.bytes], [player, speech.length]);
    });

    it(`is stopped in the middle of a speech: ${player}`, async () => {
      const speech = await sandbox().speech({ voiceId: voiceIds.english, text: "Hello." });
      const flow = await start(player);
      const message = flow.input(chunk("a", 0, speech.subarray(0, speech.length / 2)), "play");
      await flow.at("status").find(({ status }) => status?.fill === "blue");
      flow.input({ reset: true }, "play");
      assert.equal((await flow.ended(message)).error, undefined);
      assert.deepEqual(flow.at("out").entries, []);
    });
  }

  it("says so where there is none of them", async () => {
    const path = process.env.PATH;
    process.env.PATH = folder();
    try {
      const flow = await start("auto");
      const speech = await sandbox().speech({ voiceId: voiceIds.english, text: "Hello." });
      const { error } = await flow.ended(flow.input({ payload: speech }, "play"));
      assert.equal((error as { code?: string } | undefined)?.code, "PLAYER_NOT_FOUND");
    } finally {
      process.env.PATH = path;
    }
  });
});
