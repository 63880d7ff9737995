/** A home that was set up with the previous release and gets this one: its flow stays as it is and speaks as before. */
import { readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { startSandbox, type Sandbox } from "../../sandbox";
import { makeUserDir, npm } from "../../test/node-red/user-dir";
import { nodeRed4 } from "../../test/peers";
import { ROOT } from "../build/paths";
import { manifest, type Manifest } from "./manifest";
import { pack, packRevision, type Tarball } from "./pack";
import { run } from "./run";
import { speakingFlow, speakOnce } from "./spoken";

/**
 * Updates an installation.
 * @param given the revision to update from; the last release tag before this commit by default
 * @returns one line about it; it says so where there is no earlier release
 * @throws Error where the flow file changes, a node does not load, or speech that was paid for is generated again
 */
export async function checkUpgrade(given: string | undefined): Promise<string> {
  const revision = given ?? (await lastRelease());
  if (revision === undefined)
    return "NOT CHECKED: there is no tag of an earlier release; --previous REVISION names one to update from";
  const [previous, next, sandbox] = await Promise.all([packRevision(revision), pack(), startSandbox()]);
  try {
    const nodes = await nodesOf(revision);
    await update(previous, next, sandbox, nodes);
  } finally {
    await Promise.all([previous.remove(), next.remove(), sandbox.close()]);
  }
  return `the flow of ${revision} is unchanged and speaks, from its cache, with ${manifest.version}`;
}

/** The newest tag `v…` that leads to this commit and is not this commit itself. */
async function lastRelease(): Promise<string | undefined> {
  const args = [
    "tag",
    "--list",
    "v*",
    "--merged",
    "HEAD",
    "--no-contains",
    "HEAD",
    "--sort=-version:refname",
  ];
  const [newest = ""] = (await run("git", args, { cwd: ROOT })).split("\n");
  return newest === "" ? undefined : newest;
}

async function nodesOf(revision: string): Promise<string[]> {
  const text = await run("git", ["show", `${revision}:package.json`], { cwd: ROOT });
  return Object.keys((JSON.parse(text) as Manifest)["node-red"].nodes);
}

async function update(
  previous: Tarball,
  next: Tarball,
  sandbox: Sandbox,
  nodes: readonly string[],
): Promise<void> {
  const userDir = await makeUserDir({
    install: previous.path,
    flows: speakingFlow(sandbox.url),
    credentials: { account: { apiKey: sandbox.apiKey } },
    settings: {},
  });
  try {
    await speakOnce(userDir, nodeRed4(), sandbox, nodes);
    const before = await readFile(join(userDir, "flows.json"));
    const spent = sandbox.account.spent;
    await npm(
      ["install", "--prefer-offline", "--no-audit", "--no-fund", "--loglevel=error", next.path],
      userDir,
    );
    const { vocu } = await speakOnce(userDir, nodeRed4(), sandbox);
    if (!(await readFile(join(userDir, "flows.json"))).equals(before))
      throw new Error("the flow file has changed");
    if (vocu.cached !== true || sandbox.account.spent !== spent)
      throw new Error("speech that was in the cache was generated and paid for again");
  } finally {
    await rm(userDir, { recursive: true, force: true, maxRetries: 3 });
  }
}
