/**
 * The cross-checks: what this package makes, handed to programs that nobody here wrote (decoders, a broker, HTTP clients,
 * nodes of other packages). This file finds those programs. Their neighbours: the clients of others against the sandbox
 * are in `test/contract/foreign-clients.test.ts`, the players in `test/nodes/audio-play-real.test.ts`, `<audio>` and
 * MediaSource of a browser in `test/examples/any-screen.test.ts`.
 */
import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";

/** Debian keeps brokers where the path of an ordinary user does not lead. */
const FOLDERS = [...(process.env.PATH ?? "").split(delimiter), "/usr/sbin", "/usr/local/sbin"];

/** The path of a program; undefined, and a line on the console, where this machine does not have it. */
export function programOf(name: string): string | undefined {
  const files = process.platform === "win32" ? [`${name}.exe`] : [name];
  const path = FOLDERS.flatMap((folder) => files.map((file) => join(folder, file))).find((file) =>
    existsSync(file),
  );
  if (path === undefined) console.log(`    NOT TESTED with ${name}: it is not installed`);
  return path;
}
