/** Folders for temporary audio, and the removal of what crashed processes left behind. */
import { createHash, randomBytes } from "node:crypto";
import { lstat, mkdtemp, readdir, rm } from "node:fs/promises";
import { hostname, tmpdir } from "node:os";
import { basename, join } from "node:path";
import { ignoreFailure } from "../../promises";
import { codeOf } from "./write";

/** Processes of other machines and containers may share the folder for temporary files. */
const MACHINE = createHash("sha256").update(hostname()).digest("hex").slice(0, 8);

/** The names of our folders: machine and process, then what makes them unique. */
const PREFIX = `vocu-audio-${MACHINE}-`;

/** Finds the process in such a name. */
const OURS = new RegExp(`^${PREFIX}(\\d+)-`);

/** Folders of this process, so that they are not taken for those of a crashed one with the same id. */
const own = new Set<string>();

let swept: Promise<void> | undefined;

/** Receives the code of the file system (such as `EPERM`) when something could not be removed. */
export type ReportLeftover = (code: string) => void;

/** Removes what crashed processes left behind, once in the life of this one; never rejects. */
const sweepOnce = (root = tmpdir()): Promise<void> => (swept ??= sweep(root));

/**
 * Makes a new folder that only this user may enter.
 * @throws errors of the file system
 */
export async function scratchFolder(root = tmpdir()): Promise<string> {
  await sweepOnce(root);
  const folder = await mkdtemp(join(root, `${PREFIX}${process.pid}-`));
  own.add(folder);
  return folder;
}

/** Removes such a folder with everything in it; never rejects. */
export async function removeScratch(folder: string, report: ReportLeftover = () => undefined): Promise<void> {
  await rm(folder, { recursive: true, force: true }).catch((error: unknown) => report(codeOf(error)));
  own.delete(folder);
}

/** Removes the folders of this machine's processes that are no longer there; never rejects. */
export async function sweep(root = tmpdir()): Promise<void> {
  const names = await readdir(root).catch((): string[] => []);
  await Promise.all(
    names.map(async (name) => {
      const folder = join(root, name);
      if (await isAbandoned(folder)) await removeScratch(folder);
    }),
  );
}

/**
 * A temporary folder that is made when a file is wanted. A folder that could not be made is tried again for the next
 * file, and one that was removed from outside (by a cleaner of temporary files) is replaced.
 */
export class Scratch {
  private folder: Promise<string> | undefined;

  constructor(private readonly report: ReportLeftover = () => undefined) {
    ignoreFailure(sweepOnce());
  }

  /**
   * Hands the path of a new file to `make`, which creates it.
   * @throws errors of the file system
   */
  async file<T>(make: (path: string) => Promise<T>): Promise<T> {
    const folder = this.current();
    try {
      return await make(await newPath(folder));
    } catch (error) {
      if (codeOf(error) !== "ENOENT") throw error;
      this.forget(folder);
      return make(await newPath(this.current()));
    }
  }

  /** Removes the folder with everything in it; never rejects. The next file gets a new one. */
  async remove(): Promise<void> {
    const { folder } = this;
    this.folder = undefined;
    const path = await folder?.catch(() => undefined);
    if (path !== undefined) await removeScratch(path, this.report);
  }

  private current(): Promise<string> {
    if (this.folder) return this.folder;
    const folder = scratchFolder();
    this.folder = folder;
    folder.catch(() => this.forget(folder));
    return folder;
  }

  private forget(folder: Promise<string>): void {
    if (this.folder === folder) this.folder = undefined;
  }
}

/** File names do not reveal the content. */
const newPath = async (folder: Promise<string>): Promise<string> =>
  join(await folder, randomBytes(8).toString("hex"));

async function isAbandoned(folder: string): Promise<boolean> {
  const owner = OURS.exec(basename(folder))?.[1];
  if (owner === undefined || own.has(folder)) return false;
  const pid = Number(owner);
  if (pid !== process.pid && isAlive(pid)) return false;
  const facts = await lstat(folder).catch(() => undefined);
  return facts?.isDirectory() === true && (process.getuid === undefined || facts.uid === process.getuid());
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
