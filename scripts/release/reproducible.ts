/** Two builds of one commit, in two folders and under different settings of the machine, give the same tarball. */
import { ROOT } from "../build/paths";
import { digestOf, packRevision } from "./pack";
import { run } from "./run";

/** What may differ between two machines that build the same commit. */
const MACHINES = [
  { TZ: "UTC", LANG: "C.UTF-8", LC_ALL: "C.UTF-8" },
  { TZ: "Asia/Shanghai", LANG: "tr_TR.UTF-8", LC_ALL: "tr_TR.UTF-8" },
] as const;

/**
 * Builds the last commit twice.
 * @returns one line with the digest
 * @throws Error where the two differ
 */
export async function checkReproducible(): Promise<string> {
  const digests: string[] = [];
  for (const machine of MACHINES) {
    const tarball = await packRevision("HEAD", machine);
    digests.push(await digestOf(tarball));
    await tarball.remove();
  }
  const [first = "", second] = digests;
  if (first !== second) throw new Error(`the tarballs differ: ${digests.join(", ")}`);
  const isClean = (await run("git", ["status", "--porcelain"], { cwd: ROOT })) === "";
  return `sha256 ${first.slice(0, 16)}… twice${isClean ? "" : " (of the last commit, without uncommitted changes)"}`;
}
