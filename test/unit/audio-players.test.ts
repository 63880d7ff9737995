/** The players that a machine has and what each is told, with empty programs in their place. */
import assert from "node:assert/strict";
import { chmod, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, join, relative } from "node:path";
import { stub } from "sinon";
import { findPlayer, installedPlayers, PLAYER_NAMES, soundDevices } from "../../lib/audio";
import { alsaDevices, mpvDevices } from "../../lib/audio/play/devices";

const MP3 = { type: "audio/mpeg", device: "", volume: 50 };
const WAV = { ...MP3, type: "audio/wav" };
const never = new AbortController().signal;

/** A folder that is all of `PATH` while a test runs. */
function usePath(): { folder: () => string; install: (...names: string[]) => Promise<void> } {
  const path = process.env.PATH;
  let root = "";
  before(function () {
    // Windows knows programs by their ending.
    if (process.platform === "win32") this.skip();
  });
  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), "vocu-test-"));
    process.env.PATH = root;
  });
  afterEach(async () => {
    process.env.PATH = path;
    await rm(root, { recursive: true, force: true });
  });
  const install = async (...names: string[]): Promise<void> => {
    for (const name of names) await writeFile(join(root, name), "#!/bin/sh\n", { mode: 0o755 });
  };
  return { folder: () => root, install };
}

/** Runs as if Node-RED had been started by this user. */
async function asUser<T>(id: number, work: () => Promise<T>): Promise<T> {
  const user = stub(process, "geteuid").returns(id);
  try {
    return await work();
  } finally {
    user.restore();
  }
}

describe("a player's command", () => {
  const { folder, install } = usePath();

  for (const [name, program, args] of [
    [
      "mpv",
      "mpv",
      "--no-video --force-window=no --input-terminal=no --msg-level=all=error --volume=79.37 --audio-device=hw:1 -",
    ],
    ["mpg123", "mpg123", `-q ${process.platform === "linux" ? "-o pulse,alsa,oss " : ""}-a hw:1 -f 16384 -`],
    ["sox", "play", "-q -t mp3 - vol 0.5"],
  ] as const) {
    it(`says the volume and the sound device: ${name}`, async () => {
      await install(program);
      const command = await findPlayer(name, { ...MP3, device: "hw:1" });
      assert.deepEqual(command.args, args.split(" "));
      assert.equal(command.program, join(folder(), program));
      assert.deepEqual(command.env, name === "sox" ? { AUDIODEV: "hw:1" } : undefined);
    });
  }

  for (const [name, program, wish, args] of [
    [
      "mpv",
      "mpv",
      MP3,
      "--no-video --force-window=no --input-terminal=no --msg-level=all=error --volume=79.37 -",
    ],
    ["ffplay", "ffplay", MP3, "-nodisp -autoexit -hide_banner -loglevel error -volume 50 -i pipe:0"],
    ["mpg123", "mpg123", MP3, "-q -f 16384 -"],
    ["cvlc", "cvlc", MP3, "--quiet --no-video --play-and-exit --gain=0.5 -"],
    ["sox", "play", MP3, "-q -t mp3 - vol 0.5"],
    ["sox", "play", WAV, "-q -t wav --ignore-length - vol 0.5"],
    ["afplay", "afplay", { ...WAV, volume: 33.33 }, "-v 0.333 {file}"],
  ] as const) {
    it(`says the volume where the sound device is the usual one: ${name}, ${wish.type}`, async () => {
      await install(program);
      const command = await findPlayer(name, wish);
      assert.deepEqual(command.args, args.split(" "));
      assert.equal(command.env, undefined);
    });
  }

  it("knows by its output that ffplay failed, which says it did not", async () => {
    await install("ffplay", "mpg123");
    const { failure } = await findPlayer("ffplay", MP3);
    assert.match("Failed to open file 'pipe:0' or configure filtergraph", failure ?? /never/);
    assert.match("audio open failed", failure ?? /never/);
    assert.equal((await findPlayer("mpg123", MP3)).failure, undefined);
  });
});

describe("the player that is found", () => {
  const { folder, install } = usePath();

  it("is the first of the list that is installed", async () => {
    await install("play", "mpg123");
    assert.equal((await findPlayer("auto", MP3)).name, "mpg123");
  });

  it("is one that can play the audio", async () => {
    await install("play", "mpg123");
    assert.equal((await findPlayer("auto", WAV)).name, "sox");
  });

  it("is one that can select a sound device where one is wanted", async () => {
    await install("ffplay", "mpg123");
    assert.equal((await findPlayer("auto", { ...MP3, device: "hw:1" })).name, "mpg123");
  });

  for (const [what, name, wish, detail] of [
    ["the audio", "mpg123", WAV, "audio/wav"],
    ["the sound device", "ffplay", { ...MP3, device: "hw:1" }, "hw:1"],
  ] as const) {
    it(`is an error that names ${what} which it cannot play or select`, async () => {
      await install(name);
      for (const wanted of [name, "auto"]) {
        const error = {
          name: "PlayerError",
          code: "PLAYER_CANNOT",
          player: name,
          detail,
          message: `${name}: ${detail}`,
        };
        await assert.rejects(findPlayer(wanted, wish), error);
      }
    });
  }

  it("is an error of the first one where none of several will do", async () => {
    await install("ffplay", "cvlc");
    const found = asUser(1000, () => findPlayer("auto", { ...MP3, device: "hw:1" }));
    await assert.rejects(found, { code: "PLAYER_CANNOT", player: "ffplay" });
  });

  it("is an error that names all where none is installed", async () => {
    const player = "mpv, ffplay, mpg123, cvlc, sox, afplay";
    await assert.rejects(findPlayer("auto", MP3), { code: "PLAYER_NOT_FOUND", player });
    assert.equal(PLAYER_NAMES.join(", "), player);
  });

  for (const name of ["mpv", "toString"]) {
    it(`is an error that names it where it is not installed or not known: ${name}`, async () => {
      await assert.rejects(findPlayer(name, MP3), { code: "PLAYER_NOT_FOUND", player: name });
    });
  }

  it("is not VLC for root, which it refuses, unless somebody asks for it", async () => {
    await install("cvlc");
    await asUser(0, async () => {
      await assert.rejects(findPlayer("auto", MP3), { code: "PLAYER_NOT_AS_ROOT", player: "cvlc" });
      assert.equal((await findPlayer("cvlc", MP3)).name, "cvlc");
    });
    await asUser(1000, async () => assert.equal((await findPlayer("auto", MP3)).name, "cvlc"));
  });

  it("is none that may not be run", async () => {
    await install("mpg123");
    await chmod(join(folder(), "mpg123"), 0o644);
    await assert.rejects(findPlayer("mpg123", MP3), { code: "PLAYER_NOT_FOUND" });
  });

  it("is the one in the first folder of PATH that has it", async () => {
    for (const name of ["none", "one", "two"]) await mkdir(join(folder(), name));
    for (const name of ["one/mpg123", "two/mpg123"]) await install(name);
    process.env.PATH = ["none", "one", "two"].map((name) => join(folder(), name)).join(delimiter);
    assert.equal((await findPlayer("mpg123", MP3)).program, join(folder(), "one", "mpg123"));
  });

  it("is never one of the working directory, which anybody may have filled", async () => {
    await install("mpg123");
    process.env.PATH = relative(process.cwd(), folder());
    await assert.rejects(findPlayer("mpg123", MP3), { code: "PLAYER_NOT_FOUND" });
  });

  it("is none where there is no PATH", async () => {
    Reflect.deleteProperty(process.env, "PATH");
    await assert.rejects(findPlayer("mpg123", MP3), { code: "PLAYER_NOT_FOUND" });
  });
});

describe("the players of a machine", () => {
  const { install } = usePath();

  it("are listed in their order, with those that can select a sound device", async () => {
    await install("play", "mpg123", "ffplay");
    assert.deepEqual(await installedPlayers(), [
      { name: "ffplay", device: false },
      { name: "mpg123", device: true },
      { name: "sox", device: true },
    ]);
  });

  it("are listed with what root cannot use", async () => {
    await install("cvlc", "mpg123");
    const mpg123 = { name: "mpg123", device: true };
    const cvlc = { name: "cvlc", device: false };
    assert.deepEqual(await asUser(0, installedPlayers), [mpg123, { ...cvlc, notAsRoot: true }]);
    assert.deepEqual(await asUser(1000, installedPlayers), [mpg123, cvlc]);
  });
});

describe("the sound devices", () => {
  const { folder, install } = usePath();
  const LIST = "List of detected audio devices:\n  'auto' (Autoselect device)\n";

  async function installMpv(script: string): Promise<void> {
    await writeFile(join(folder(), "mpv"), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
  }

  it("of mpv are those that it lists, without its own settings", async () => {
    await installMpv(`[ "$*" = "--no-config --audio-device=help" ] && printf "%s" "${LIST}"`);
    assert.deepEqual(await soundDevices("mpv", never), [{ name: "auto", description: "Autoselect device" }]);
  });

  it("of mpv are none where it fails or is not there", async () => {
    assert.deepEqual(await soundDevices("mpv", never), []);
    await installMpv("exit 1");
    assert.deepEqual(await soundDevices("mpv", never), []);
  });

  it("are no longer waited for when nobody wants them", async () => {
    await installMpv(`printf "%s" "${LIST}"`);
    assert.deepEqual(await soundDevices("mpv", AbortSignal.abort()), []);
  });

  it("are none for a player that has no list", async () => {
    await install("ffplay");
    await installMpv(`printf "%s" "${LIST}"`);
    assert.deepEqual(await soundDevices("ffplay", never), []);
  });

  it("are read from mpv's list", () => {
    const output = `${LIST}  'alsa/hdmi' (HDMI (TV), Port 1)  \nsee 'mpv' (the manual)\n`;
    assert.deepEqual(mpvDevices(output), [
      { name: "auto", description: "Autoselect device" },
      { name: "alsa/hdmi", description: "HDMI (TV), Port 1" },
    ]);
  });

  it("are read from ALSA's list, without microphones", () => {
    const list = [
      "00-00: ALC257 Analog : ALC257 Analog : playback 1 : capture 1",
      "00-06: DMIC : DMIC : capture 1",
      "11-13: HDMI 0: HDMI 0 : playback 1",
      "see 02-00: nothing : nothing : playback 1",
    ];
    assert.deepEqual(alsaDevices(`${list.join("\n")}\n`), [
      { name: "plughw:0,0", description: "ALC257 Analog" },
      { name: "plughw:11,13", description: "HDMI 0" },
    ]);
  });
});
