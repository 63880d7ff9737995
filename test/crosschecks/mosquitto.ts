/** Eclipse Mosquitto on a free port of this machine, for the tests of one file. */
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { writeFile } from "node:fs/promises";
import { createServer, type AddressInfo } from "node:net";
import { join } from "node:path";

/** How often another port is tried where somebody else has taken the free one meanwhile. */
const ATTEMPTS = 5;

/** A running broker. */
export interface Mosquitto {
  readonly port: number;
  stop(): Promise<void>;
}

/**
 * Starts a broker that anybody on this machine may use and that keeps nothing.
 * @param program path of `mosquitto`
 * @param folder where its configuration may be written
 * @throws Error with its log where it does not come up.
 */
export async function startMosquitto(program: string, folder: string): Promise<Mosquitto> {
  let log = "";
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    const port = await freePort();
    const file = join(folder, "mosquitto.conf");
    await writeFile(file, `listener ${port} 127.0.0.1\nallow_anonymous true\npersistence false\n`);
    const child = spawn(program, ["-v", "-c", file], { stdio: ["ignore", "ignore", "pipe"] });
    log = await logUntilRunning(child);
    if (child.exitCode === null) return { port, stop: () => stop(child) };
  }
  throw new Error(`mosquitto does not start:\n${log}`);
}

/** Resolves with what it has printed when it accepts clients or has ended. */
async function logUntilRunning(child: ChildProcess): Promise<string> {
  let log = "";
  const running = new Promise<void>((resolve, reject) => {
    child.stderr?.on("data", (piece: Buffer) => {
      log += piece.toString();
      if (/ running$/m.test(log)) resolve();
    });
    child.once("error", reject);
  });
  await Promise.race([running, once(child, "exit")]);
  return log;
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, "exit");
  child.kill();
  await ended;
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  return port;
}
