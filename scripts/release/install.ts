/** The tarball installed in empty user directories, with every package manager, Node-RED and Node.js. */
import { rm } from "node:fs/promises";
import { startSandbox, type Sandbox } from "../../sandbox";
import { makeUserDir } from "../../test/node-red/user-dir";
import { pack } from "./pack";
import { MANAGERS, NODE_LINES, NODE_REDS, nodeOf, provideRuntimes, type Manager } from "./runtimes";
import { speakingFlow, speakOnce } from "./spoken";

/**
 * Installs, starts and speaks once in each combination that Node-RED supports.
 * @returns one line that says what was tried, and what could not be
 * @throws Error that names the combination which failed
 */
export async function checkInstallations(): Promise<string> {
  await provideRuntimes();
  const [tarball, sandbox] = await Promise.all([pack(), startSandbox()]);
  const tried: string[] = [];
  const absent = NODE_LINES.filter((line) => nodeOf(line) === undefined);
  try {
    for (const { edition, path, oldest } of NODE_REDS)
      for (const line of NODE_LINES.filter((each) => each >= oldest && !absent.includes(each)))
        for (const manager of MANAGERS) {
          const name = `${manager.name}, Node-RED ${edition}, Node.js ${line}`;
          const runtime = { nodeRed: path(), nodeBinary: nodeOf(line) ?? "" };
          await tryOne(manager, tarball.path, runtime, sandbox).catch((cause: unknown) => {
            throw new Error(`${name}: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
          });
          tried.push(name);
        }
  } finally {
    await Promise.all([tarball.remove(), sandbox.close()]);
  }
  const missing = absent.length === 0 ? "" : `; NOT CHECKED on Node.js ${absent.join(", ")}`;
  return `${tried.length} installations speak (${MANAGERS.map(({ name }) => name).join(", ")})${missing}`;
}

async function tryOne(
  manager: Manager,
  tarball: string,
  runtime: { nodeRed: string; nodeBinary: string },
  sandbox: Sandbox,
): Promise<void> {
  const userDir = await makeUserDir({
    install: "nothing",
    flows: speakingFlow(sandbox.url),
    credentials: { account: { apiKey: sandbox.apiKey } },
    settings: {},
  });
  try {
    await manager.install(tarball, userDir, runtime.nodeBinary);
    await speakOnce(userDir, runtime, sandbox);
  } finally {
    await rm(userDir, { recursive: true, force: true, maxRetries: 3 });
  }
}
