/** A player process: fed as fast as it takes, ended at once when nobody wants to hear it any more. */
import { spawn, type ChildProcessWithoutNullStreams } from "node:child_process";
import { open } from "node:fs/promises";
import { join } from "node:path";
import { FILE, PlayerError, type PlayerCommand } from "./players";
import { removeScratch, scratchFolder } from "../serve/scratch";

/** How long a player may take to end when it is asked to, in ms; then it is killed. */
const GRACE_MS = 2000;

/** How long its last words are waited for after its end, in ms: whatever it has started may keep them open. */
const LAST_WORDS_MS = 500;

/** How much of what it says is kept, in characters. */
const WORDS = 4096;

/** The longest line that is repeated to a person. */
const LINE = 200;

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
 * @throws PlayerError `PLAYER_NOT_FOUND`, `PLAYER_FAILED`; what the audio throws; the signal's reason. In every case the player has
 * ended by then.
 */
export async function play(
  command: PlayerCommand,
  audio: AsyncIterable<Buffer>,
  signal: AbortSignal,
): Promise<number> {
  if (!command.args.some((arg) => arg.includes(FILE))) return new Run(command, signal).play(audio);
  const folder = await scratchFolder();
  try {
    const file = join(folder, "speech");
    await save(audio, file);
    const args = command.args.map((arg) => arg.replaceAll(FILE, () => file));
    return await new Run({ ...command, args }, signal).play(nothing());
  } finally {
    await removeScratch(folder);
  }
}

async function save(audio: AsyncIterable<Buffer>, path: string): Promise<void> {
  const file = await open(path, "wx", 0o600);
  try {
    for await (const piece of audio) await file.write(piece);
  } finally {
    await file.close();
  }
}

async function* nothing(): AsyncGenerator<Buffer> {
  // A player that reads a file has nothing to be fed with.
}

/** One process. */
class Run {
  private readonly child: ChildProcessWithoutNullStreams;
  private readonly ending: Promise<Ending>;
  private readonly silence: Promise<void>;
  private said = "";
  private refused = false;
  private over = false;

  constructor(
    private readonly command: PlayerCommand,
    private readonly signal: AbortSignal,
  ) {
    signal.throwIfAborted();
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
    void this.ending.then(() => (this.over = true));
    this.silence = new Promise((resolve) => this.child.once("close", () => resolve()));
    this.child.stdin.on("error", () => (this.refused = true));
    for (const words of [this.child.stderr, this.child.stdout]) {
      words
        .setEncoding("utf8")
        .on("data", (text: string) => (this.said += text.slice(0, WORDS - this.said.length)));
    }
  }

  async play(audio: AsyncIterable<Buffer>): Promise<number> {
    const startedAt = performance.now();
    const stop = (): void => void this.stop();
    this.signal.addEventListener("abort", stop, { once: true });
    try {
      const whole = await this.feed(audio);
      const ending = await this.ending;
      this.signal.throwIfAborted();
      if (ending.code !== 0 || !whole || this.refused) throw await this.failure(ending);
      return Math.round(performance.now() - startedAt);
    } catch (error) {
      await this.stop();
      throw error;
    } finally {
      this.signal.removeEventListener("abort", stop);
      for (const stream of this.child.stdio) stream?.destroy();
    }
  }

  /** True when the player has been given everything, false when it ended before. */
  private async feed(audio: AsyncIterable<Buffer>): Promise<boolean> {
    const { stdin } = this.child;
    const source = audio[Symbol.asyncIterator]();
    for (;;) {
      const next = await Promise.race([source.next(), this.ending.then(() => undefined)]);
      if (!next) {
        // A source that is silent may not answer; the player's end must not wait for it.
        void source.return?.().catch(() => undefined);
        return false;
      }
      if (next.done === true) break;
      if (!stdin.write(next.value)) await Promise.race([drained(stdin), this.ending]);
    }
    stdin.end();
    return true;
  }

  private async failure(ending: Ending): Promise<PlayerError> {
    const { name, program } = this.command;
    if (ending.error) return new PlayerError("PLAYER_NOT_FOUND", name, ending.error.code ?? program);
    await Promise.race([this.silence, later(LAST_WORDS_MS)]);
    const line = this.said.split(/\r?\n/).find((text) => text.trim() !== "");
    const how = ending.killedBy ?? ending.code ?? "";
    return new PlayerError("PLAYER_FAILED", name, line?.trim().slice(0, LINE) ?? String(how));
  }

  /** Asks it to end, and kills it when it does not; resolves when it is gone. */
  private async stop(): Promise<void> {
    if (this.over) return;
    this.kill("SIGTERM");
    const ended = await Promise.race([this.ending.then(() => true), later(GRACE_MS)]);
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
      // Nobody of the group is left.
    }
  }
}

const later = (ms: number): Promise<void> =>
  new Promise((resolve) => {
    setTimeout(resolve, ms).unref();
  });

const drained = (stream: NodeJS.WritableStream): Promise<void> =>
  new Promise((resolve) => {
    stream.once("drain", () => resolve());
    stream.once("close", () => resolve());
  });
