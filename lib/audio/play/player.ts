/** A player process: fed as fast as it reads, and ended immediately when the audio is no longer wanted. */
import { spawn, type ChildProcess } from "node:child_process";
import { open } from "node:fs/promises";
import { join } from "node:path";
import { ignoreFailure } from "../../promises";
import { sleep, startTimer } from "../../timers";
import { removeScratch, scratchFolder } from "../files/scratch";
import { writeAll } from "../files/write";
import { LengthMeter } from "../length";
import { causeIn, lacksDevice } from "./output";
import { FILE, PlayerError, type PlayerCommand } from "./players";

/** How long a player may take to end when it is asked to, in ms; then it is killed. */
const GRACE_MS = 2000;

/** How long its last output is waited for after its end, in ms: whatever it has started may keep the pipe open. */
const LAST_OUTPUT_MS = 500;

/** How much of its output is kept, in characters. */
const OUTPUT_CHARACTERS = 16_384;

/** How much longer than the audio lasts a player may take, in ms: slow machines need seconds to start one. */
const MARGIN_MS = 15_000;

/** What VLC says when it is started by root. */
const AS_ROOT = /not supposed to be run as root/i;

/** How audio is played. */
export interface PlayOptions {
  /** Stops the player. */
  readonly signal: AbortSignal;
  /** Media type of the audio, by which its length is measured. */
  readonly type: string;
  /** How much longer than the audio lasts the player may take before it is killed, in ms. */
  readonly marginMs?: number;
}

/** How a player ended. */
interface Ending {
  readonly code: number | null;
  readonly killedBy?: NodeJS.Signals | null;
  /** It could not be started. */
  readonly error?: NodeJS.ErrnoException;
}

/**
 * Plays audio to its end. The audio is read no faster than the player takes it.
 * @returns how long the player ran, in milliseconds
 * @throws PlayerError `PLAYER_NOT_FOUND`, `PLAYER_NO_DEVICE`, `PLAYER_FAILED`, `PLAYER_STUCK`; errors of the file system; what the audio
 * throws; the signal's reason. In every case the player has ended by then.
 */
export async function play(
  command: PlayerCommand,
  audio: AsyncIterable<Buffer>,
  options: PlayOptions,
): Promise<number> {
  if (!command.args.some((arg) => arg.includes(FILE))) return new Run(command, options).play(audio);
  const folder = await scratchFolder();
  try {
    const file = join(folder, "speech");
    const audioMs = await save(audio, file, options.type);
    const args = command.args.map((arg) => arg.replaceAll(FILE, () => file));
    return await new Run({ ...command, args }, options).play(nothing(), audioMs);
  } finally {
    await removeScratch(folder);
  }
}

/** Writes the audio to a file; answers with how long it plays at most, in ms. @throws errors of the file system */
async function save(audio: AsyncIterable<Buffer>, path: string, type: string): Promise<number> {
  const length = new LengthMeter(type);
  const file = await open(path, "wx", 0o600);
  try {
    for await (const piece of audio) {
      await writeAll(file, piece, length.size);
      length.push(piece);
    }
  } finally {
    await file.close();
  }
  return length.atMostMs;
}

async function* nothing(): AsyncGenerator<Buffer> {
  // A player that reads a file has nothing to be fed with.
}

/** One process. */
class Run {
  private readonly child: ChildProcess;
  private readonly ending: Promise<Ending>;
  private readonly silence: Promise<void>;
  private readonly length: LengthMeter;
  /** When everything that was written has been played, on the clock of `performance.now()`. */
  private heardAt = 0;
  private output = "";
  private refused = false;
  private over = false;

  constructor(
    private readonly command: PlayerCommand,
    private readonly options: PlayOptions,
  ) {
    options.signal.throwIfAborted();
    this.length = new LengthMeter(options.type);
    this.child = spawn(command.program, [...command.args], {
      stdio: "pipe",
      // A group of its own, so that a player that is a script ends with all it has started.
      detached: process.platform !== "win32",
      windowsHide: true,
      env: { ...process.env, ...command.env },
    });
    this.ending = new Promise((resolve) => {
      this.child.once("error", (error) => resolve({ code: null, error }));
      this.child.once("exit", (code, killedBy) => resolve({ code, killedBy }));
    });
    ignoreFailure(this.ending.then(() => (this.over = true)));
    this.silence = new Promise((resolve) => this.child.once("close", () => resolve()));
    this.listen();
  }

  /** @param audioMs how long the audio plays that the player does not get from `audio` */
  async play(audio: AsyncIterable<Buffer>, audioMs = 0): Promise<number> {
    const { signal } = this.options;
    const startedAt = performance.now();
    this.heardAt = startedAt + audioMs;
    const stop = (): void => ignoreFailure(this.stop());
    signal.addEventListener("abort", stop, { once: true });
    try {
      const whole = await this.feed(audio);
      const ending = await this.unlessStuck(this.ending);
      signal.throwIfAborted();
      await this.assertPlayed(ending, whole);
      return Math.round(performance.now() - startedAt);
    } catch (error) {
      await this.stop();
      throw error;
    } finally {
      signal.removeEventListener("abort", stop);
      this.closePipes();
    }
  }

  /** Without descriptors there is a child that failed and has no pipes. */
  private listen(): void {
    const { stdin, stdout, stderr } = this.child as Partial<ChildProcess>;
    stdin?.on("error", () => (this.refused = true));
    for (const stream of [stdout, stderr]) {
      stream
        ?.setEncoding("utf8")
        .on("data", (text: string) => (this.output = (this.output + text).slice(-OUTPUT_CHARACTERS)));
    }
  }

  private closePipes(): void {
    const { stdio = [] } = this.child as Partial<ChildProcess>;
    for (const stream of stdio) stream?.destroy();
  }

  /** True when the player has been given everything, false when it ended before. */
  private async feed(audio: AsyncIterable<Buffer>): Promise<boolean> {
    const { stdin } = this.child;
    const source = audio[Symbol.asyncIterator]();
    for (;;) {
      const next = await Promise.race([source.next(), this.ending.then(() => undefined)]);
      if (!next || !stdin) {
        // A source that is silent may not answer; the player's end must not wait for it.
        ignoreFailure(source.return?.());
        return false;
      }
      if (next.done === true) break;
      this.count(next.value);
      if (!stdin.write(next.value)) await this.unlessStuck(Promise.race([drained(stdin), this.ending]));
    }
    stdin.end();
    return true;
  }

  private count(piece: Buffer): void {
    const before = this.length.atMostMs;
    this.length.push(piece);
    this.heardAt = Math.max(this.heardAt, performance.now()) + this.length.atMostMs - before;
  }

  /** @throws PlayerError `PLAYER_STUCK` or `PLAYER_NO_DEVICE` where the work takes longer than the audio that the player was given */
  private async unlessStuck<T>(work: Promise<T>): Promise<T> {
    const { marginMs = MARGIN_MS } = this.options;
    let giveUp: (error: Error) => void = () => undefined;
    const late = new Promise<never>((_resolve, reject) => (giveUp = reject));
    const left = this.heardAt + marginMs - performance.now();
    const timer = startTimer(Math.max(0, left), () =>
      giveUp(this.deviceError() ?? new PlayerError("PLAYER_STUCK", this.command.name)),
    );
    try {
      return await Promise.race([work, late]);
    } finally {
      timer.cancel();
    }
  }

  /** @throws PlayerError; the error of a process that could not be started for another reason */
  private async assertPlayed({ code, error, killedBy }: Ending, whole: boolean): Promise<void> {
    const { name, program, failure } = this.command;
    if (error?.code === "ENOENT") throw new PlayerError("PLAYER_NOT_FOUND", name, program);
    if (error) throw error;
    await Promise.race([this.silence, sleep(LAST_OUTPUT_MS, undefined, { unref: true })]);
    if (code === 0 && whole && !this.refused && failure?.test(this.output) !== true) return;
    if (AS_ROOT.test(this.output)) throw new PlayerError("PLAYER_NOT_AS_ROOT", name);
    throw (
      this.deviceError() ??
      new PlayerError("PLAYER_FAILED", name, causeIn(this.output) ?? String(killedBy ?? code ?? ""))
    );
  }

  /** Some players go on without a sound device, and are stuck then. */
  private deviceError(): PlayerError | undefined {
    if (!lacksDevice(this.output)) return undefined;
    return new PlayerError("PLAYER_NO_DEVICE", this.command.name, causeIn(this.output));
  }

  /** Asks it to end, and kills it when it does not; resolves when it is gone. */
  private async stop(): Promise<void> {
    if (this.over) return;
    // The signal first: a player that sees the end of its audio before would count it as played. The end of the audio
    // too: some players do not notice a signal while they wait for their first audio.
    this.kill("SIGTERM");
    this.child.stdin?.destroy();
    const grace = sleep(GRACE_MS, undefined, { unref: true });
    const ended = await Promise.race([this.ending.then(() => true), grace]);
    // Also where it has ended: what it had started may be left.
    this.kill("SIGKILL");
    if (ended !== true) await this.ending;
  }

  private kill(signal: NodeJS.Signals): void {
    const { pid } = this.child;
    if (pid === undefined) return;
    try {
      if (process.platform === "win32") this.child.kill(signal);
      else process.kill(-pid, signal);
    } catch {
      // No process of the group is left.
    }
  }
}

const drained = (stream: NodeJS.WritableStream): Promise<void> =>
  new Promise((resolve) => {
    const go = (): void => {
      stream.off("drain", go).off("close", go);
      resolve();
    };
    stream.on("drain", go).on("close", go);
  });
