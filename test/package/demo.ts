/** `npm start` in a process of its own, as somebody would run it. */
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CHECKOUT } from "../node-red";
import { Journal } from "../node-red/journal";

/** Building and starting on a busy machine may take this long, in ms; a test that starts it may take twice that. */
const PATIENCE_MS = 60_000;
export const START_MS = 2 * PATIENCE_MS;

/** A running demo. */
export class Demo {
  private output = "";
  private readonly printed: Journal<string>;
  /** Resolves with the exit code, or the signal that ended it. */
  readonly exit: Promise<number | NodeJS.Signals | null>;

  private constructor(
    readonly dir: string,
    private readonly child: ChildProcess,
  ) {
    this.printed = new Journal(() => this.output);
    const collect = (chunk: Buffer): void => {
      this.output += chunk.toString();
      this.printed.add(chunk.toString());
    };
    child.stdout?.on("data", collect);
    child.stderr?.on("data", collect);
    this.exit = once(child, "close").then(
      ([code, signal]) => (code ?? signal) as number | NodeJS.Signals | null,
    );
  }

  /** Starts it on free ports in an empty directory, with no `VOCU_…` variables but those given. */
  static async start(env: Record<string, string> = {}, args: readonly string[] = []): Promise<Demo> {
    const dir = await mkdtemp(join(tmpdir(), "vocu-demo-"));
    const others = Object.entries(process.env).filter(([name]) => !name.startsWith("VOCU_"));
    const child = spawn(
      process.execPath,
      ["scripts/start.mjs", "--port", "0", "--mqtt-port", "0", "--dir", dir, ...args],
      { cwd: CHECKOUT, env: { ...Object.fromEntries(others), ...env }, stdio: ["ignore", "pipe", "pipe"] },
    );
    return new Demo(dir, child);
  }

  /** Everything it has printed. */
  text(): string {
    return this.output;
  }

  /** The groups of the first match in what it prints or has printed. */
  async waitFor(pattern: RegExp): Promise<string[]> {
    const ended = this.exit.then((how) => {
      if (pattern.test(this.output)) return;
      throw new Error(`npm start ended with ${how ?? "nothing"}:\n${this.output}`);
    });
    await Promise.race([
      this.printed.wait(String(pattern), () => pattern.test(this.output), PATIENCE_MS),
      ended,
    ]);
    return [...(pattern.exec(this.output) ?? [])].slice(1);
  }

  /** Forgets what it has printed. */
  forget(): void {
    this.output = "";
    this.printed.clear();
  }

  /** Presses Ctrl-C, which comes twice under npm, and resolves with how it ended. */
  async interrupt(): Promise<number | NodeJS.Signals | null> {
    this.child.kill("SIGINT");
    this.child.kill("SIGINT");
    return this.exit;
  }

  /** Kills it without a chance to tidy up. */
  kill(): void {
    this.child.kill("SIGKILL");
  }

  /** Ends it however it is, and removes its directory. */
  async remove(): Promise<void> {
    if (this.child.exitCode === null && this.child.signalCode === null) await this.interrupt();
    await rm(this.dir, { recursive: true, force: true, maxRetries: 3 });
  }
}
