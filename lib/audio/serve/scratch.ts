/** A folder of this process for temporary audio, and the removal of what crashed processes left behind. */
import { createHash } from "node:crypto";
import { lstat, mkdtemp, readdir, rm } from "node:fs/promises";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";

/** Processes of other machines and containers may share the folder for temporary files. */
const MACHINE = createHash("sha256").update(hostname()).digest("hex").slice(0, 8);

/** The names of our folders: machine and process, then what makes them unique. */
const PREFIX = `vocu-audio-${MACHINE}-`;

/** Folders of this process, so that they are not taken for those of a crashed one with the same id. */
const own = new Set<string>();

let swept: Promise<void> | undefined;

/** Removes what crashed processes left behind, once in the life of this one; never throws. */
export const sweepOnce = (root = tmpdir()): Promise<void> => (swept ??= sweep(root));

/**
 * Makes a new folder that only this user may enter.
 */
export async function scratchFolder(root = tmpdir()): Promise<string> {
  await sweepOnce(root);
  const folder = await mkdtemp(join(root, `${PREFIX}${process.pid}-`));
  own.add(folder);
  return folder;
}

/** Removes such a folder with everything in it; never throws. */
export async function removeScratch(folder: string): Promise<void> {
  await rm(folder, { recursive: true, force: true }).catch(() => undefined);
  own.delete(folder);
}

/** Removes the folders of this machine's processes that are no longer there; never throws. */
export async function sweep(root = tmpdir()): Promise<void> {
  const names = await readdir(root).catch((): string[] => []);
  const left = names.filter((name) => name.startsWith(PREFIX)).map((name) => join(root, name));
  await Promise.all(
    left.map(async (folder) => ((await isAbandoned(folder)) ? removeScratch(folder) : undefined)),
  );
}

async function isAbandoned(folder: string): Promise<boolean> {
  if (own.has(folder)) return false;
  const pid = Number(folder.slice(folder.lastIndexOf(PREFIX) + PREFIX.length).split("-")[0]);
  const facts = await lstat(folder).catch(() => undefined);
  const ours =
    facts?.isDirectory() === true && (process.getuid === undefined || facts.uid === process.getuid());
  return ours && Number.isInteger(pid) && pid > 0 && (pid === process.pid || !isAlive(pid));
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // A process of another user may not be asked, but it is there.
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}
