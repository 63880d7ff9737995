/** Real players, those that this machine has, on a sound device that writes down what it is given. */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { chmod, readFile, writeFile } from "node:fs/promises";
import { delimiter, join } from "node:path";
import { voiceIds } from "../../sandbox";
import { findPlayer, play, PLAYER_NAMES } from "../../lib/audio";
import { chunk, sequence } from "./support/chunks";
import { useFlows, type Flow } from "./support/flows";
import { useFolder } from "./support/folder";
import type { Message } from "./support/message";
import { useSandbox } from "./support/sandbox";
import { observers, onTab, sink, tab } from "./support/speech-flow";

/** The players' own ways to be told where sound goes, and where they are looked for. */
const VARIABLES = ["ALSA_CONFIG_PATH", "SDL_AUDIODRIVER", "MPV_HOME", "PATH"] as const;

const RATE = 24_000;

const program = (player: string): string => (player === "sox" ? "play" : player);
const folders = (process.env.PATH ?? "").split(delimiter);
const pathOf = (name: string): string | undefined =>
  folders.map((folder) => join(folder, name)).find((path) => existsSync(path));
/** A test for each that is installed; the stand-ins of the other tests are always there. */
const INSTALLED = PLAYER_NAMES.filter((name) => pathOf(program(name)) !== undefined);
const isRoot = process.getuid?.() === 0;

/** ALSA's default device, which writes its samples (16 bits, mono, 24 kHz) to a file. */
const deviceTo = (file: string): string =>
  [
    `pcm.!default { type plug slave { pcm "written" format S16_LE channels 1 rate ${RATE} } }`,
    `pcm.written { type file slave.pcm "null" file "${file}" format "raw" }`,
    "pcm.null { type null }",
    "ctl.!default { type null }\n",
  ].join("\n");

describe("audio-play with the players of this machine", () => {
  const folder = useFolder();
  const flows = useFlows();
  const sandbox = useSandbox();
  const variables = new Map<string, string | undefined>();
  let speech: Buffer;
  let flow: Flow;

  before("which players there are", () => {
    for (const name of PLAYER_NAMES) {
      // Said aloud, so that nobody takes a machine without players for one where they all work.
      if (!INSTALLED.includes(name)) console.log(`    ${name} is not installed: not tested`);
    }
    if (isRoot && INSTALLED.includes("cvlc") && !pathOf("setpriv"))
      console.log("    cvlc does not run as root, and there is no setpriv: not tested");
  });

  beforeEach(async () => {
    for (const name of VARIABLES) variables.set(name, process.env[name]);
    const alsa = join(folder(), "asound.conf");
    await writeFile(alsa, deviceTo(join(folder(), "heard")));
    await writeFile(join(folder(), "mpv.conf"), "ao=alsa\n");
    Object.assign(process.env, { ALSA_CONFIG_PATH: alsa, SDL_AUDIODRIVER: "alsa", MPV_HOME: folder() });
    speech = await sandbox().speech({ voiceId: voiceIds.english, text: "Hello, all of you." });
  });
  afterEach(() => {
    for (const [name, value] of variables) {
      if (value === undefined) Reflect.deleteProperty(process.env, name);
      else process.env[name] = value;
    }
  });

  const start = async (player: string, own: Record<string, unknown> = {}): Promise<void> => {
    if (player === "cvlc" && isRoot) await runAsNobody("cvlc");
    const node = { ...onTab, id: "play", type: "vocu-audio-play", player, volume: 100, wires: [["out"]] };
    flow = await flows.load([tab, { ...node, ...own }, sink("out"), ...observers(["play"])]);
  };

  /** Puts a program that starts another one as the user `nobody` before it in the path. */
  async function runAsNobody(name: string): Promise<void> {
    const nobody = "--reuid 65534 --regid 65534 --clear-groups";
    const script = `#!/bin/sh\nHOME=${folder()} exec ${pathOf("setpriv")} ${nobody} ${pathOf(name)} "$@"\n`;
    await chmod(folder(), 0o777);
    await writeFile(join(folder(), name), script);
    await chmod(join(folder(), name), 0o755);
    process.env.PATH = `${folder()}${delimiter}${process.env.PATH}`;
  }

  const errorOf = async (message: Message): Promise<(Error & { code?: string }) | undefined> =>
    (await flow.ended(flow.input(message, "play"))).error;

  /** The samples that the device was given. */
  async function heard(): Promise<Int16Array> {
    const bytes = await readFile(join(folder(), "heard"));
    return new Int16Array(bytes.buffer, bytes.byteOffset, bytes.length >> 1);
  }
  const peakOf = (samples: Int16Array): number =>
    samples.reduce((peak, sample) => Math.max(peak, Math.abs(sample)), 0);

  const able = INSTALLED.filter((name) => name !== "cvlc" || !isRoot || pathOf("setpriv") !== undefined);
  for (const player of able) {
    describe(player, () => {
      it("plays a whole speech", async () => {
        await start(player);
        const pieces = [speech.subarray(0, speech.length / 2), speech.subarray(speech.length / 2)];
        const messages = sequence("a", pieces).map((each) => flow.input(each, "play"));
        const errors = await Promise.all(messages.map((each) => flow.ended(each)));
        assert.deepEqual(
          errors.map(({ error }) => error),
          [undefined, undefined],
        );
        const facts = (await flow.at("out").nth(0)).payload as Record<string, unknown>;
        assert.deepEqual([facts.player, facts.bytes], [player, speech.length]);
        assert.ok((await heard()).length / RATE >= Number(facts.audioMs) / 1000 - 0.1);
      });

      it("is stopped in the middle of a speech", async () => {
        await start(player);
        const message = flow.input(chunk("a", 0, speech.subarray(0, speech.length / 2)), "play");
        await flow.at("status").find(({ status }) => status?.fill === "blue");
        flow.input({ reset: true }, "play");
        assert.equal((await flow.ended(message)).error, undefined);
        assert.deepEqual(flow.at("out").entries, []);
      });

      it("plays at half the amplitude with 50 %", async () => {
        await start(player);
        assert.equal(await errorOf({ payload: speech }), undefined);
        const full = peakOf(await heard());
        await writeFile(join(folder(), "heard"), "");
        await chmod(join(folder(), "heard"), 0o666);
        assert.equal(await errorOf({ payload: speech, volume: 50 }), undefined);
        const half = peakOf(await heard());
        assert.ok(full > 1000, `the speech is silent: ${full}`);
        assert.ok(Math.abs(half / full - 0.5) < 0.02, `${half} of ${full}`);
      });

      it("plays a chime of another format, and the speech after it", async function () {
        if (!pathOf("lame")) this.skip();
        const chime = join(folder(), "chime.mp3");
        await writeFile(chime, stereoMp3(1.5));
        await start(player);
        assert.equal(await errorOf({ payload: speech, chime }), undefined);
        const { audioMs } = (await flow.at("out").nth(0)).payload as { audioMs: number };
        // The device's file holds what the last process wrote: the speech alone.
        assert.ok((await heard()).length / RATE >= audioMs / 1000 - 0.1);
      });
    });
  }

  for (const player of able.filter((name) => ["mpv", "mpg123", "sox"].includes(name))) {
    it(`reports it when there is no such device: ${player}`, async () => {
      await start(player, { device: player === "mpv" ? "alsa/no-such" : "no-such" });
      const error = await errorOf({ payload: speech });
      assert.equal(error?.code, "PLAYER_NO_DEVICE");
    });
  }

  it("ends immediately when it is stopped before it was given anything: sox", async function () {
    if (!able.includes("sox")) this.skip();
    const command = await findPlayer("sox", { type: "audio/mpeg", device: "", volume: 100 });
    const stop = new AbortController();
    const playing = play(command, silent(stop.signal), { signal: stop.signal, type: "audio/mpeg" });
    setTimeout(() => stop.abort(new Error("enough")), 300);
    const startedAt = performance.now();
    await assert.rejects(playing, /enough/);
    assert.ok(performance.now() - startedAt < 2000, "it had to be killed");
  });

  it("reports it if none of them is installed", async () => {
    process.env.PATH = folder();
    await start("auto");
    assert.equal((await errorOf({ payload: speech }))?.code, "PLAYER_NOT_FOUND");
  });
});

/** Audio that does not come. */
async function* silent(signal: AbortSignal): AsyncGenerator<Buffer> {
  yield await new Promise<Buffer>((_resolve, reject) => {
    signal.addEventListener("abort", () => reject(signal.reason as Error));
  });
}

/** A tone as mp3, 44.1 kHz, stereo. */
function stereoMp3(seconds: number): Buffer {
  const samples = Buffer.alloc(Math.round(44_100 * seconds) * 4);
  for (let at = 0; at < samples.length / 4; at += 1) {
    const value = Math.round(8000 * Math.sin((at * 2 * Math.PI * 880) / 44_100));
    samples.writeInt16LE(value, at * 4);
    samples.writeInt16LE(value, at * 4 + 2);
  }
  const asked = ["--silent", "-r", "-s", "44.1", "-b", "128", "-", "-"];
  const stdio = ["pipe", "pipe", "ignore"] as const;
  return execFileSync("lame", asked, { input: samples, maxBuffer: 10_000_000, stdio: [...stdio] });
}
