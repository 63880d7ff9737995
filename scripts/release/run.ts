/** Runs commands whose output matters only when they fail. */
import { spawn } from "node:child_process";
import { once } from "node:events";

/** How much of the output a failure shows, in characters. */
const SHOWN = 6000;

interface RunOptions {
  readonly cwd: string;
  /** Added to the environment. */
  readonly env?: Readonly<Record<string, string>>;
  /** Exit codes that are no failure; 0 by default. */
  readonly accept?: readonly number[];
}

/**
 * Runs a command to its end.
 * @returns what it wrote to its standard output
 * @throws Error with the end of its whole output when it fails
 */
export async function run(command: string, args: readonly string[], options: RunOptions): Promise<string> {
  const { cwd, env, accept = [0] } = options;
  // npm is a script on Windows, which only a shell starts.
  const shell = process.platform === "win32" && command === "npm";
  const child = spawn(command, args, {
    cwd,
    env: { ...process.env, ...env },
    stdio: ["ignore", "pipe", "pipe"],
    shell,
  });
  const [written, everything]: [Buffer[], Buffer[]] = [[], []];
  child.stdout.on("data", (piece: Buffer) => {
    written.push(piece);
    everything.push(piece);
  });
  child.stderr.on("data", (piece: Buffer) => everything.push(piece));
  const [code, signal] = (await once(child, "close")) as [number | null, string | null];
  if (code !== null && accept.includes(code)) return Buffer.concat(written).toString();
  const said = Buffer.concat(everything).toString().trim().slice(-SHOWN);
  throw new Error(`${command} ${args.slice(0, 3).join(" ")} ended with ${signal ?? String(code)}\n${said}`);
}
