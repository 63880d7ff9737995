/** The package as npm would publish it: packed once for each test file that wants it. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CHECKOUT, npm } from "../node-red";

/** A packed tarball. */
export interface Tarball {
  readonly path: string;
  /** Paths inside the package. */
  readonly files: readonly string[];
  /** Bytes on disk once installed, without dependencies. */
  readonly unpackedSize: number;
  remove(): Promise<void>;
}

/** Packs what the last build made; scripts of the package do not run. */
export async function pack(): Promise<Tarball> {
  const folder = await mkdtemp(join(tmpdir(), "vocu-pack-"));
  const output = await npm(
    ["pack", "--json", "--ignore-scripts", "--loglevel=error", "--pack-destination", folder],
    CHECKOUT,
  );
  const [packed] = JSON.parse(output) as [
    { filename: string; files: { path: string }[]; unpackedSize: number },
  ];
  return {
    path: join(folder, packed.filename),
    files: packed.files.map((file) => file.path),
    unpackedSize: packed.unpackedSize,
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}
