/**
 * `npm run dev`: like `npm start`, with a build after each change, a restart of Node-RED, a reload of the open editor
 * and a debugger's port (9229). The session runs in a process of its own, because a change of the sandbox or of the
 * development tools replaces it; this process continues and keeps the connections of the open editors.
 */
import { fork, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { ReloadServer } from "./reload-server";
import { REPLACE, type FromSession } from "./session-protocol";

/** Runs sessions until Ctrl-C, and sets the exit code of the last one. */
export async function develop(args: readonly string[]): Promise<void> {
  const reload = await ReloadServer.open();
  const ports: string[] = [];
  for (
    let session = start([...args, ...ports], reload.url);
    ;
    session = start([...args, ...ports], reload.url)
  ) {
    session.on("message", ({ port }: FromSession) => {
      // An open editor reconnects only to the same address.
      if (ports.length === 0) ports.push("--port", String(port));
      reload.tellEditors();
    });
    const forward = (): void => void session.kill("SIGINT");
    process.on("SIGINT", ignore).on("SIGTERM", forward);
    const [code] = (await once(session, "exit")) as [number | null];
    process.off("SIGINT", ignore).off("SIGTERM", forward);
    if (code === REPLACE) continue;
    process.exitCode = code ?? 1;
    await reload.close();
    return;
  }
}

/** The terminal also sends Ctrl-C to the session, which then closes itself. */
const ignore = (): void => undefined;

function start(args: readonly string[], reloadUrl: string): ChildProcess {
  const endWithParent = pathToFileURL(join(__dirname, "..", "start", "exit-with-parent.mjs")).href;
  return fork(join(__dirname, "session.ts"), args, {
    execArgv: ["--import=tsx", "--import", endWithParent],
    env: { ...process.env, DEV_RELOAD_URL: reloadUrl },
  });
}
