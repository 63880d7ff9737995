/** The package as npm would publish it. */
import { createHash } from "node:crypto";
import { mkdir, mkdtemp, readFile, rm, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ROOT } from "../build/paths";
import { run } from "./run";

/** A packed tarball. */
export interface Tarball {
  readonly path: string;
  /** Paths inside the package. */
  readonly files: readonly string[];
  /** Bytes of the tarball itself. */
  readonly size: number;
  /** Bytes on disk once installed, without dependencies. */
  readonly unpackedSize: number;
  remove(): Promise<void>;
}

/** Packs what the last build of a checkout made; scripts of the package do not run. */
export async function pack(checkout: string = ROOT): Promise<Tarball> {
  const folder = await mkdtemp(join(tmpdir(), "vocu-pack-"));
  const options = ["--json", "--ignore-scripts", "--loglevel=error", "--pack-destination", folder];
  const [packed] = JSON.parse(await run("npm", ["pack", ...options], { cwd: checkout })) as [
    { filename: string; files: { path: string }[]; size: number; unpackedSize: number },
  ];
  return {
    path: join(folder, packed.filename),
    files: packed.files.map((file) => file.path),
    size: packed.size,
    unpackedSize: packed.unpackedSize,
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}

/** Beside the package, because a build moves its output and that works within one disk only. */
const WORK = join(ROOT, "artifacts");

/**
 * Builds and packs a revision in a folder of its own.
 * @throws Error with what git, npm or the build said.
 */
export async function packRevision(revision: string, env: Record<string, string> = {}): Promise<Tarball> {
  await mkdir(WORK, { recursive: true });
  const folder = await mkdtemp(join(WORK, "revision-"));
  try {
    const archive = join(folder, "source.tar");
    const source = join(folder, "source");
    await mkdir(source);
    await run("git", ["archive", "--format=tar", "-o", archive, revision], { cwd: ROOT });
    await run("tar", ["-xf", archive, "-C", source], { cwd: folder });
    await provideModules(source);
    await run(process.execPath, ["scripts/build.mjs"], { cwd: source, env });
    return await pack(source);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Installs the development dependencies; those of this checkout serve where they are the same. */
async function provideModules(source: string): Promise<void> {
  const [wanted, present] = await Promise.all(
    [source, ROOT].map((folder) => readFile(join(folder, "package-lock.json"), "utf8")),
  );
  const quiet = ["--prefer-offline", "--no-audit", "--no-fund", "--loglevel=error"];
  if (wanted !== present) await run("npm", ["ci", "--ignore-scripts", ...quiet], { cwd: source });
  else await symlink(join(ROOT, "node_modules"), join(source, "node_modules"), "junction");
}

/** The SHA-256 of a tarball, in hexadecimal. */
export const digestOf = async ({ path }: Tarball): Promise<string> =>
  createHash("sha256")
    .update(await readFile(path))
    .digest("hex");
