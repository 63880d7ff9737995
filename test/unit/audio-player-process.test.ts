/** How a player is fed, how its end is judged and how it is stopped, with programs of the test in place of players. */
import assert from "node:assert/strict";
import { once } from "node:events";
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { createServer, type AddressInfo, type Server, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { useFakeTimers } from "sinon";
import { play, PlayerError, wavHeader, type PlayerCommand } from "../../lib/audio";
import { framesOf } from "./audio-fixtures";
import { audioOf, MP3, never, program } from "./player-fixtures";

/** Code at the start of a player by which the test sees what it does: `tell` waits until the test has been told. */
const TELLS = `
  const socket = require("node:net").connect(+process.env.TEST_PORT, "127.0.0.1");
  const tell = (text) => socket.write(text + "\\n");`;

interface Watched {
  /** The words of a player, in order. */
  readonly words: string[];
  /** Resolves when it has said this. */
  said(word: string): Promise<void>;
  /** Resolves when its process is gone. */
  readonly gone: Promise<unknown>;
}

/** Players that tell what they do. */
function useWatch(): { command: (code: string) => PlayerCommand; player: () => Promise<Watched> } {
  let server: Server;
  let players: Promise<Watched>;
  const sockets = new Set<Socket>();
  beforeEach(async () => {
    server = createServer();
    players = once(server, "connection").then(([socket]) => watch(socket as Socket));
    players.catch(() => undefined);
    server.on("connection", (socket: Socket) => sockets.add(socket));
    await once(server.listen(0, "127.0.0.1"), "listening");
  });
  afterEach(async () => {
    for (const socket of sockets) socket.destroy();
    sockets.clear();
    await new Promise((resolve) => server.close(resolve));
  });
  return {
    command: (code) =>
      program(TELLS + code, { env: { TEST_PORT: String((server.address() as AddressInfo).port) } }),
    player: () => players,
  };
}

function watch(socket: Socket): Watched {
  const words: string[] = [];
  const waiting = new Set<() => void>();
  socket.setEncoding("utf8").on("data", (text: unknown) => {
    words.push(...String(text).trim().split("\n"));
    for (const look of waiting) look();
  });
  socket.on("error", () => undefined);
  return {
    words,
    said: (word) =>
      new Promise((resolve) => {
        const look = (): void => {
          if (words.includes(word)) resolve();
        };
        waiting.add(look);
        look();
      }),
    gone: new Promise((resolve) => socket.once("close", resolve)),
  };
}

const descriptors = async (): Promise<number> =>
  process.platform === "linux" ? (await readdir("/proc/self/fd")).length : 0;

describe("a player is fed", () => {
  let root = "";
  let before: string | undefined;
  beforeEach(async () => {
    before = process.env.TMPDIR;
    root = await mkdtemp(join(tmpdir(), "vocu-test-"));
  });
  afterEach(async () => {
    if (before === undefined) Reflect.deleteProperty(process.env, "TMPDIR");
    else process.env.TMPDIR = before;
    await rm(root, { recursive: true, force: true });
  });

  const pieces = [Buffer.alloc(100_000, 1), Buffer.alloc(200_000, 2), Buffer.alloc(3, 3)];
  const heard = (): Promise<Buffer> => readFile(join(root, "heard"));

  it("with all of the audio, and with the variables of its command beside those of this process", async () => {
    const writes = `
      if (!process.env.PATH) process.exit(1);
      process.stdin.pipe(require("node:fs").createWriteStream(process.env.HEARD));`;
    await play(program(writes, { env: { HEARD: join(root, "heard") } }), audioOf(...pieces), MP3);
    assert.deepEqual(await heard(), Buffer.concat(pieces));
  });

  it("with a file of all of the audio, whose path stands wherever its command wants it", async () => {
    // What has a meaning where texts are replaced has none in a path.
    process.env.TMPDIR = await mkdtemp(join(root, "$&-"));
    const copies = `
      const [one, other] = process.argv[1].split("=")[1].split("+");
      if (one !== other) process.exit(1);
      require("node:fs").copyFileSync(one, process.env.HEARD);`;
    const command = program("", {
      args: ["-e", copies, "files={file}+{file}"],
      env: { HEARD: join(root, "heard") },
    });
    await play(command, audioOf(...pieces), MP3);
    assert.deepEqual(await heard(), Buffer.concat(pieces));
    assert.deepEqual(await readdir(process.env.TMPDIR), []);
  });

  it("no faster than it takes the audio", async () => {
    let read = 0;
    async function* audio(): AsyncGenerator<Buffer> {
      for (; read < 20; read += 1) {
        await Promise.resolve();
        yield Buffer.alloc(300_000);
      }
    }
    const deaf = program("setInterval(() => undefined, 1000)");
    await assert.rejects(play(deaf, audio(), { ...MP3, marginMs: 300 }), { code: "PLAYER_STUCK" });
    assert.ok(read <= 1, `${read} pieces were read`);
  });

  it("on and on, where it takes the audio slowly", async () => {
    const slow = `
      const read = () => {
        if (process.stdin.read() === null && process.stdin.readableEnded) return;
        setTimeout(read, 1);
      };
      process.stdin.once("readable", read);`;
    await play(program(slow), audioOf(...pieces, ...pieces, ...pieces), MP3);
  });

  it("and answers with how long it ran", async () => {
    const startedAt = performance.now();
    const ranMs = await play(
      program("process.stdin.resume().on('end', () => setTimeout(() => undefined, 300))"),
      audioOf(...framesOf(2)),
      MP3,
    );
    assert.ok(Number.isInteger(ranMs));
    assert.ok(ranMs >= 300 && ranMs <= performance.now() - startedAt + 1, `${ranMs} ms`);
  });
});

describe("a player's time", () => {
  const SECOND = [wavHeader({ sampleRate: 8000, channels: 1, bitsPerSample: 8 }), Buffer.alloc(8000 - 44)];
  const WAV = { signal: never, type: "audio/wav", marginMs: 500 };
  const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

  /** Plays with a clock of the test; `until` ticks while the player runs. */
  async function playedUntil(
    command: PlayerCommand,
    audio: (clock: ReturnType<typeof useFakeTimers>) => AsyncIterable<Buffer>,
    ms: number,
  ): Promise<boolean> {
    const clock = useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "performance"] });
    const test = new AbortController();
    try {
      let stuck = false;
      const playing = play(command, audio(clock), { ...WAV, signal: test.signal }).catch((error: unknown) => {
        stuck = (error as { code?: string }).code === "PLAYER_STUCK";
      });
      while (clock.countTimers() === 0) await turn();
      clock.tick(ms);
      for (let count = 0; count < 5; count += 1) await turn();
      test.abort(new Error("it was not stuck"));
      await playing;
      return stuck;
    } finally {
      clock.restore();
    }
  }

  const listening = program("process.stdin.resume(); setInterval(() => undefined, 1000)");
  const filed = program("", { args: ["-e", "setInterval(() => undefined, 1000)", "{file}"] });

  for (const [what, command] of [
    ["streamed", listening],
    ["in a file", filed],
  ] as const) {
    it(`is the length of the audio and the margin: ${what}`, async () => {
      assert.equal(await playedUntil(command, () => audioOf(...SECOND), 1499), false);
      assert.equal(await playedUntil(command, () => audioOf(...SECOND), 1500), true);
    });
  }

  it("begins anew where audio comes later than the end of what there was", async () => {
    const [header, samples] = SECOND as [Buffer, Buffer];
    const late = async function* (clock: ReturnType<typeof useFakeTimers>): AsyncGenerator<Buffer> {
      yield Buffer.concat([header, samples]);
      await turn();
      clock.tick(10_000);
      yield Buffer.alloc(8000);
    };
    assert.equal(await playedUntil(listening, late, 1499), false);
    assert.equal(await playedUntil(listening, late, 1500), true);
  });

  it("is waited for hundreds of times without a listener for each wait", async () => {
    // Node.js warns of a leak in its log from the eleventh listener on.
    const warnings: Error[] = [];
    const onWarning = (warning: Error): void => void warnings.push(warning);
    process.on("warning", onWarning);
    try {
      const pieces = Array.from({ length: 100 }, () => Buffer.alloc(64 * 1024));
      await play(program("process.stdin.resume()"), audioOf(...pieces), MP3);
      await new Promise((resolve) => setImmediate(resolve));
    } finally {
      process.off("warning", onWarning);
    }
    assert.deepEqual(warnings, []);
  });

  it("leaves no timer behind when it has ended", async () => {
    const clock = useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    try {
      await play(program("process.stdin.resume()"), audioOf(...framesOf(3)), MP3);
      // The wait for its last output.
      clock.tick(500);
      assert.equal(clock.countTimers(), 0);
    } finally {
      clock.restore();
    }
  });
});

describe("a player has failed", () => {
  interface Failure {
    readonly reason: string;
    readonly player: string;
    readonly detail: string;
  }

  async function failure(code: string, own: Partial<PlayerCommand> = {}): Promise<Failure | undefined> {
    try {
      await play(program(code, own), audioOf(...framesOf(3)), MP3);
      return undefined;
    } catch (error) {
      assert.ok(error instanceof PlayerError);
      return { reason: error.code, player: error.player, detail: error.detail };
    }
  }
  const failed = (detail: string): Failure => ({ reason: "PLAYER_FAILED", player: "test", detail });

  it("where there is none", async () => {
    const missing = join(tmpdir(), "no-such-player");
    assert.deepEqual(await failure("", { program: missing }), {
      reason: "PLAYER_NOT_FOUND",
      player: "test",
      detail: missing,
    });
  });

  it("where it says so by its code, which is told if it said nothing else", async () => {
    assert.deepEqual(await failure("process.stdin.resume().on('end', () => process.exit(3))"), failed("3"));
  });

  it("where something killed it", async function () {
    if (process.platform === "win32") this.skip();
    const dies = "process.stdin.resume().on('end', () => process.kill(process.pid, 'SIGKILL'))";
    assert.deepEqual(await failure(dies), failed("SIGKILL"));
  });

  for (const stream of ["stdout", "stderr"]) {
    it(`with the cause that it wrote to ${stream}, however its letters were cut`, async () => {
      const writes = `
        const { ${stream} } = process;
        ${stream}.write(Buffer.from([...Buffer.from("error: T"), 0xc3]));
        setTimeout(() => ${stream}.write(Buffer.from([0xbc, 0x72]), () => process.exit(1)), 50);`;
      assert.deepEqual(await failure(writes), failed("error: Tür"));
    });
  }

  it("by what it wrote last, however much it wrote before", async () => {
    const writes = (lines: number): string => `
      process.stderr.write("could not open audio device\\n" + "a word\\n".repeat(${lines}), () => process.exit(1));`;
    assert.equal((await failure(writes(2000)))?.reason, "PLAYER_NO_DEVICE");
    assert.equal((await failure(writes(4000)))?.reason, "PLAYER_FAILED");
  });

  it("where it refuses to run for root", async () => {
    const refuses = "console.error('VLC is not supposed to be run as root. Sorry.'); process.exit(1)";
    assert.deepEqual(await failure(refuses), { reason: "PLAYER_NOT_AS_ROOT", player: "test", detail: "" });
  });

  it("where it did not take all of the audio, though it is content", async () => {
    const closes = "require('node:fs').closeSync(0); setTimeout(() => undefined, 300)";
    const playing = play(program(closes), audioOf(Buffer.alloc(1_000_000)), MP3);
    await assert.rejects(playing, { code: "PLAYER_FAILED", detail: "0" });
  });

  it("where it ends before the audio does, which is closed then and not waited for", async () => {
    let closed = false;
    const audio = {
      next: () => new Promise<never>(() => undefined),
      return: () => {
        closed = true;
        return Promise.reject(new Error("the audio could not be closed"));
      },
      [Symbol.asyncIterator]: () => audio,
    };
    const playing = play(program(""), audio, MP3);
    await assert.rejects(playing, { code: "PLAYER_FAILED", detail: "0" });
    assert.equal(closed, true);
  });

  it("also where its audio cannot be closed", async () => {
    const audio = { [Symbol.asyncIterator]: () => ({ next: () => new Promise<never>(() => undefined) }) };
    await assert.rejects(play(program(""), audio, MP3), { code: "PLAYER_FAILED" });
  });

  describe("and left a process behind", () => {
    const { command, player } = useWatch();
    /** Starts a process that has the pipes of the player and runs this code, and ends when it has begun. */
    const leaves = (code: string): PlayerCommand => {
      const child = `const { spawn } = require("node:child_process");
        spawn(process.execPath, ["-e", ${JSON.stringify(TELLS + code)}], { stdio: ["ignore", "inherit", "inherit", "ipc"] })
          .once("message", () => process.exit(1));`;
      const { env } = command("");
      return program(child, { env });
    };

    it("whose last words are waited for", async () => {
      const playing = play(
        leaves("process.once('disconnect', () => console.error('error: late')); process.send('begun');"),
        audioOf(...framesOf(3)),
        MP3,
      );
      await assert.rejects(playing, { detail: "error: late" });
    });

    it("that is not waited for long, and keeps no pipe open", async () => {
      const before = await descriptors();
      const startedAt = performance.now();
      const playing = play(
        leaves("process.send('begun'); tell(process.pid); setInterval(() => undefined, 1000);"),
        audioOf(...framesOf(3)),
        MP3,
      );
      await assert.rejects(playing, { code: "PLAYER_FAILED", detail: "1" });
      const took = performance.now() - startedAt;
      const { words, gone } = await player();
      await new Promise((resolve) => setImmediate(resolve));
      // The connection to the process that is left counts.
      const open = (await descriptors()) - before;
      process.kill(Number(words[0]), "SIGKILL");
      await gone;
      assert.ok(took < 10_000, `${took} ms`);
      assert.ok(open <= 1, `${open} descriptors stay open`);
    });
  });
});

describe("a player is stopped", () => {
  const { command, player } = useWatch();
  const stopped = new Error("enough");

  /** Plays audio that goes on and on until the player has said a word. */
  async function stopAt(word: string, code: string): Promise<{ watched: Watched; tookMs: number }> {
    const stop = new AbortController();
    const { signal } = stop;
    async function* endless(): AsyncGenerator<Buffer> {
      yield Buffer.concat(framesOf(3));
      await new Promise((resolve) => signal.addEventListener("abort", resolve));
    }
    const playing = play(command(code), endless(), { signal, type: "audio/mpeg" });
    const refused = assert.rejects(playing, (error) => error === stopped);
    const watched = await player();
    await watched.said(word);
    const startedAt = performance.now();
    stop.abort(stopped);
    await refused;
    return { watched, tookMs: performance.now() - startedAt };
  }

  it("before it has started", async () => {
    let started = false;
    async function* audio(): AsyncGenerator<Buffer> {
      started = true;
      yield* audioOf(...framesOf(3));
    }
    const signal = AbortSignal.abort(stopped);
    const playing = play(program(""), audio(), { signal, type: "audio/mpeg" });
    await assert.rejects(playing, (error) => error === stopped);
    assert.equal(started, false);
  });

  it("by a signal, and has ended by then", async function () {
    if (process.platform === "win32") this.skip();
    const { watched } = await stopAt(
      "ready",
      `process.on("SIGTERM", () => tell("asked")).on("SIGTERM", () => setTimeout(() => process.exit(0), 50));
       process.stdin.once("data", () => tell("ready")).on("end", () => tell("end"));`,
    );
    await watched.gone;
    assert.ok(watched.words.includes("asked"));
  });

  it("also where it notices only the end of the audio", async () => {
    const { watched, tookMs } = await stopAt(
      "ready",
      `process.on("SIGTERM", () => undefined);
       process.stdin.once("data", () => tell("ready")).on("end", () => process.exit(0));`,
    );
    await watched.gone;
    assert.ok(tookMs < 2000, `${tookMs} ms`);
  });

  it("and killed two seconds later, and gone then", async function () {
    if (process.platform === "win32") this.skip();
    const { watched, tookMs } = await stopAt(
      "ready",
      `process.on("SIGTERM", () => undefined); setInterval(() => undefined, 1000);
       process.stdin.once("data", () => tell("ready"));`,
    );
    await watched.gone;
    assert.ok(tookMs >= 1990 && tookMs < 10_000, `${tookMs} ms`);
  });

  it("with what it has started, even if that does not listen", async function () {
    if (process.platform === "win32") this.skip();
    const child = `${TELLS} process.on("SIGTERM", () => undefined); setInterval(() => undefined, 1000); tell("ready");`;
    const { watched, tookMs } = await stopAt(
      "ready",
      `socket.destroy(); require("node:child_process").spawn(process.execPath, ["-e", ${JSON.stringify(child)}]);`,
    );
    await watched.gone;
    assert.ok(tookMs < 2000, `${tookMs} ms`);
  });

  it("where the audio breaks off, with the error of the audio", async () => {
    const broken = new Error("the audio broke off");
    async function* audio(): AsyncGenerator<Buffer> {
      yield Buffer.concat(framesOf(3));
      await (await player()).said("ready");
      throw broken;
    }
    const listens = `process.stdin.once("data", () => tell("ready")); setInterval(() => undefined, 1000);`;
    await assert.rejects(play(command(listens), audio(), MP3), (error) => error === broken);
    await (
      await player()
    ).gone;
  });
});
