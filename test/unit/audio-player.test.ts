/** The player process itself, with programs of the test in place of players. */
import assert from "node:assert/strict";
import { getEventListeners } from "node:events";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { useFakeTimers } from "sinon";
import { play } from "../../lib/audio";
import { causeIn } from "../../lib/audio/play/output";
import { wavHeader } from "../../lib/audio";
import { framesOf } from "./audio-fixtures";
import { audioOf, MP3, never, program } from "./player-fixtures";

describe("a player that has ended", () => {
  it("leaves nothing behind on the signal", async () => {
    const { signal } = new AbortController();
    await play(program("process.stdin.resume()"), audioOf(...framesOf(3)), { signal, type: "audio/mpeg" });
    assert.equal(getEventListeners(signal, "abort").length, 0);
  });
});

describe("a player that never ends", () => {
  const deaf = "setInterval(() => undefined, 1000)";
  const listening = `process.stdin.resume(); ${deaf}`;

  it("is stopped when the audio is long over", async () => {
    const playing = play(program(listening), audioOf(...framesOf(3)), { ...MP3, marginMs: 50 });
    await assert.rejects(playing, { code: "PLAYER_STUCK" });
  });

  it("is killed where it does not end when it is asked to", async () => {
    const deafToSignals = `process.on("SIGTERM", () => undefined); console.log("ready"); ${listening}`;
    const startedAt = performance.now();
    const playing = play(program(deafToSignals), audioOf(...framesOf(3)), { ...MP3, marginMs: 1000 });
    await assert.rejects(playing, { code: "PLAYER_STUCK" });
    const took = performance.now() - startedAt;
    assert.ok(took >= 2000 && took < 15_000, `it took ${took} ms`);
  });

  it("is reported as being without a sound device where it said so and went on", async () => {
    const complains = `console.error("AL lib: (EE) Could not open playback device 'default'"); ${listening}`;
    const playing = play(program(complains), audioOf(...framesOf(3)), { ...MP3, marginMs: 1000 });
    await assert.rejects(playing, { code: "PLAYER_NO_DEVICE" });
  });

  it("is stopped when it takes no audio", async () => {
    const much = Buffer.concat([...framesOf(3), Buffer.alloc(1_000_000)]);
    const playing = play(program(deaf), audioOf(much, much), { ...MP3, marginMs: 50 });
    await assert.rejects(playing, { code: "PLAYER_STUCK" });
  });

  it("is stopped when it plays a file", async () => {
    const args = ["-e", deaf, "{file}"];
    const playing = play(program(deaf, { args }), audioOf(...framesOf(3)), { ...MP3, marginMs: 50 });
    await assert.rejects(playing, { code: "PLAYER_STUCK" });
  });

  it("has 15 seconds more than the audio plays, because slow machines need them to start it", async () => {
    const clock = useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    const test = new AbortController();
    try {
      let ended = false;
      const playing = play(program(listening), audioOf(...framesOf(3)), { ...MP3, signal: test.signal });
      const stuck = assert.rejects(playing, { code: "PLAYER_STUCK" }).finally(() => (ended = true));
      while (clock.countTimers() === 0) await new Promise((resolve) => setImmediate(resolve));
      clock.tick(14_500);
      await new Promise((resolve) => setImmediate(resolve));
      assert.equal(ended, false);
      clock.tick(1_000);
      await new Promise((resolve) => setImmediate(resolve));
      test.abort(new Error("it may take longer than 15 seconds"));
      await stuck;
    } finally {
      clock.restore();
    }
  });

  it("has the time that the audio plays", async () => {
    const samples = { sampleRate: 8000, channels: 1, bitsPerSample: 8 };
    const audio = audioOf(wavHeader(samples), Buffer.alloc(8000));
    const startedAt = performance.now();
    await assert.rejects(play(program(listening), audio, { signal: never, type: "audio/wav", marginMs: 0 }));
    assert.ok(performance.now() - startedAt >= 1000, "a second of audio was given less than a second");
  });
});

describe("a player that plays a file", () => {
  it("finds one that no other user can read, in a folder that no other user can enter", async function () {
    if (process.platform === "win32") this.skip();
    const shows = `
      const { statSync } = require("node:fs");
      const modes = [process.argv[1], require("node:path").dirname(process.argv[1])];
      console.error("error: " + modes.map((path) => (statSync(path).mode & 0o777).toString(8)).join(" "));
      process.exit(1);`;
    const command = program("", { args: ["-e", shows, "{file}"] });
    await assert.rejects(play(command, audioOf(...framesOf(2)), MP3), { detail: "error: 600 700" });
  });
});

describe("a player that exits successfully", () => {
  it("but wrote that it could not play has failed", async () => {
    const command = program('process.stdin.resume(); console.error("stream not found")', {
      failure: /stream not found/,
    });
    await assert.rejects(play(command, audioOf(...framesOf(2)), MP3), {
      code: "PLAYER_FAILED",
      detail: "stream not found",
    });
  });
});

describe("what a player needs and does not get", () => {
  let root = "";
  let before: string | undefined;
  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), "vocu-test-"));
    before = process.env.TMPDIR;
  });
  afterEach(async () => {
    if (before === undefined) Reflect.deleteProperty(process.env, "TMPDIR");
    else process.env.TMPDIR = before;
    await rm(root, { recursive: true, force: true });
  });

  it("a folder for its file: an error of the file system, once it can be made it plays", async () => {
    const command = program("process.exit(0)", { args: ["-e", "process.exit(0)", "{file}"] });
    process.env.TMPDIR = join(root, "none");
    await assert.rejects(play(command, audioOf(...framesOf(2)), MP3), { code: "ENOENT", syscall: "mkdtemp" });
    process.env.TMPDIR = root;
    await play(command, audioOf(...framesOf(2)), MP3);
    assert.deepEqual(await readdir(root), []);
  });

  it("a right to run it: an error of the system", async function () {
    if (process.platform === "win32") this.skip();
    const command = { name: "test", program: root, args: [] };
    await assert.rejects(play(command, audioOf(...framesOf(2)), MP3), { code: "EACCES" });
  });
});

describe("the cause of a failure in a player's output", () => {
  for (const [what, output, cause] of [
    ["nothing", "\n \n", undefined],
    [
      "the line that speaks of a failure",
      "\nno such device: speaker\nmore of it\n",
      "no such device: speaker",
    ],
    ["the first line where none does", "usage: player FILE\n  -q  quiet\n", "usage: player FILE"],
    [
      "mpv's, not the warnings of libraries before it",
      "[W][01206.840702] pw.conf | can't load config client.conf\n[E][01206.84] pw.conf | can't load default\n" +
        "ALSA lib pcm.c:2666:(snd_pcm_open_noupdate) Unknown PCM nosuch\n" +
        "[ao/alsa] Playback open error: No such file or directory\n[ao] Try unsetting it.\n" +
        "Could not open/initialize audio device -> no sound.\n",
      "Could not open/initialize audio device -> no sound.",
    ],
    [
      "the player's, not the complaint of a library after it",
      "play FAIL sox: Sorry, there is no default audio device configured\nALSA lib pcm.c:8545:(snd_pcm_recover) cannot recover\n",
      "play FAIL sox: Sorry, there is no default audio device configured",
    ],
    ["200 characters of it", `error: ${"x".repeat(300)}`, `error: ${"x".repeat(193)}`],
    [
      "ALSA's where there is nothing else",
      "ALSA lib confmisc.c:855:(parse_card) no\n",
      "ALSA lib confmisc.c:855:(parse_card) no",
    ],
  ] as const) {
    it(`is ${what}`, () => assert.equal(causeIn(output), cause));
  }
});

describe("a player without a sound device", () => {
  // As mpv, ffplay, SoX, VLC and mpg123 report it.
  for (const report of [
    "Could not open/initialize audio device -> no sound.",
    "SDL_OpenAudio (1 channels, 44100 Hz): ALSA: Couldn't open audio device: No such file or directory",
    "play FAIL sox: Sorry, there is no default audio device configured",
    'main audio output error: The audio device "default" could not be used:',
    "error: out123 error 3: failure loading driver module",
    "AL lib: (EE) ALCplaybackAlsa_open: Could not open playback device 'default': No such file or directory",
  ]) {
    it(`is told from another failure: ${report}`, async () => {
      const script = `console.error(${JSON.stringify(report)}); process.stdin.resume().on("end", () => process.exit(1))`;
      await assert.rejects(play(program(script), audioOf(...framesOf(3)), MP3), { code: "PLAYER_NO_DEVICE" });
    });
  }
});
