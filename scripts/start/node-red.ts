/** The demo's Node-RED, in a process of its own. */
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { createWriteStream } from "node:fs";
import { writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { StartOptions } from "./options";

export interface DemoNodeRed {
  readonly child: ChildProcess;
  /** Address of the editor. */
  readonly url: string;
  /** Path of the log file. */
  readonly log: string;
  /** The end of the log. */
  readonly lastWords: () => string;
  readonly close: () => Promise<void>;
}

const EDITOR_PORT = 1880;

/** How long Node-RED may take to end before it is killed, in ms. */
const STOP_MS = 5000;

/**
 * Starts Node-RED and resolves when its editor is served.
 * @param env environment variables of the flow.
 * @param settings members of Node-RED's settings file that replace the demo's.
 * @throws Error with the end of the log when it ends instead.
 */
export async function launchNodeRed(
  options: StartOptions,
  env: Record<string, string>,
  settings: object = {},
): Promise<DemoNodeRed> {
  const settingsFile = join(options.dir, "settings.json");
  await writeFile(settingsFile, JSON.stringify({ ...(await settingsFor(options)), ...settings }, null, 2));
  const child = spawn(
    process.execPath,
    [
      "--import",
      pathToFileURL(join(__dirname, "exit-with-parent.mjs")).href,
      require.resolve("node-red/red.js"),
      "--userDir",
      options.dir,
      "--settings",
      settingsFile,
    ],
    { cwd: options.dir, env: { ...process.env, ...env }, stdio: ["ignore", "pipe", "pipe", "ipc"] },
  );
  const log = join(options.dir, "node-red.log");
  const output = record(child, log);
  const close = (): Promise<void> => stop(child);
  const lastWords = (): string => output.text().slice(-2000);
  const url = await Promise.race([output.address, once(child, "exit").then(() => undefined)]);
  if (url === undefined) throw new Error(`Node-RED did not start:\n${lastWords()}`);
  return { child, url, log, lastWords, close };
}

async function settingsFor({ port, dir }: StartOptions): Promise<object> {
  return {
    uiHost: "127.0.0.1",
    uiPort: port ?? (await nextFreePort(EDITOR_PORT)),
    flowFile: "flows.json",
    flowFilePretty: true,
    // Relative file names in the flow count from here.
    fileWorkingDirectory: dir,
    telemetry: { enabled: false, updateNotification: false },
    editorTheme: { tours: false, page: { title: "Vocu demo" } },
  };
}

/** Writes what the process prints to a file, and finds the editor's address in it. */
function record(child: ChildProcess, path: string): { text: () => string; address: Promise<string> } {
  const file = createWriteStream(path);
  let text = "";
  let found: (url: string) => void;
  const address = new Promise<string>((resolve) => (found = resolve));
  const take = (chunk: Buffer): void => {
    file.write(chunk);
    text = (text + chunk.toString()).slice(-10_000);
    const url = /http:\/\/127\.0\.0\.1:\d+(?=\/)/.exec(text)?.[0];
    if (url) found(url);
  };
  child.stdout?.on("data", take);
  child.stderr?.on("data", take);
  child.on("close", () => file.end());
  return { text: () => text, address };
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exit = once(child, "exit");
  child.kill("SIGTERM");
  const timer = setTimeout(() => child.kill("SIGKILL"), STOP_MS);
  await exit;
  clearTimeout(timer);
}

/** The first free port from `port` on. */
async function nextFreePort(port: number): Promise<number> {
  const server = createServer();
  try {
    const listening = once(server, "listening");
    server.listen(port, "127.0.0.1");
    await listening;
    server.close();
    await once(server, "close");
    return port;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EADDRINUSE") throw error;
    return nextFreePort(port + 1);
  }
}
