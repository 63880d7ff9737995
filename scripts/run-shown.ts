/** Runs commands and shows their output. */
import { spawn } from "node:child_process";
import { once } from "node:events";

/** Runs a command in the working directory. @throws Error when it does not end with 0. */
export async function runShown(command: string, args: readonly string[]): Promise<void> {
  // npm is a script on Windows, which only a shell starts.
  const shell = process.platform === "win32" && command === "npm";
  const child = spawn(command, args, { stdio: "inherit", shell });
  const [code, signal] = (await once(child, "exit")) as [number | null, string | null];
  if (code !== 0) throw new Error(`${command} ${args.slice(0, 2).join(" ")} ended with ${signal ?? code}`);
}
