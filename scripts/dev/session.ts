/** One session of `npm run dev`: the service, a broker, and a Node-RED that is restarted after each change. */
import { execFile } from "node:child_process";
import { once } from "node:events";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { startBroker } from "../start/broker";
import { launchNodeRed, type DemoNodeRed } from "../start/node-red";
import { readOptions, USAGE, type StartOptions } from "../start/options";
import { openService } from "../start/service";
import { prepareUserDir } from "../start/user-dir";
import { reloadScript } from "./reload-server";
import { REPLACE, type FromSession } from "./session-protocol";
import { effectOf, SourceWatcher } from "./watch-sources";

const ROOT = join(__dirname, "..", "..");

/** Where a debugger attaches to Node-RED. */
const INSPECT = "127.0.0.1:9229";

/** Runs until Ctrl-C; ends with `REPLACE` when its own code has changed. */
async function run(): Promise<number> {
  const closers: (() => Promise<void>)[] = [];
  const interrupted = Promise.race([once(process, "SIGINT"), once(process, "SIGTERM")]);
  try {
    const options = readOptions(process.argv.slice(2));
    if (options.help) {
      console.log(usage());
      return 0;
    }
    return await Promise.race([work(options, closers), interrupted.then(() => 0)]);
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    return 1;
  } finally {
    for (const close of closers.reverse()) await close();
  }
}

/** The options of `npm start`, without those of its page for other devices. */
const usage = (): string => USAGE.replace("npm start", "npm run dev").replace(/^ +--lan.*\n/gm, "");

async function work(options: StartOptions, closers: (() => Promise<void>)[]): Promise<number> {
  const watcher = new SourceWatcher(ROOT);
  closers.push(() => watcher.close());
  await buildOrExplain();
  const service = await openService(process.env);
  closers.push(service.close);
  const broker = await startBroker(options.mqttPort);
  closers.push(broker.close);
  await prepareUserDir(options.dir);
  const env = {
    VOCU_API_KEY: service.apiKey,
    VOCU_BASE_URL: service.baseUrl,
    VOCU_VOICE_ID: service.voiceId,
    VOCU_DEMO_MQTT_PORT: String(broker.port),
    NODE_OPTIONS: `--enable-source-maps --inspect=${INSPECT}`,
  };
  const host = new RestartableNodeRed(options, env);
  closers.push(() => host.stop());
  await host.start();
  tellParent(host.url);
  console.log(`editor: ${host.url}; debugger: ${INSPECT}; Ctrl-C ends everything`);
  for (;;) {
    const files = await watcher.next();
    const effect = effectOf(files);
    if (effect === "replace") return REPLACE;
    const startedAt = performance.now();
    if (!(await buildOrExplain())) continue;
    if (effect === "restart") await host.restart();
    tellParent(host.url);
    const seconds = ((performance.now() - startedAt) / 1000).toFixed(1);
    console.log(`${files.join(", ")}: ${effect === "restart" ? "restarted" : "rebuilt"} in ${seconds} s`);
  }
}

/** Builds what has changed; an error is shown, and the next change tries again. */
async function buildOrExplain(): Promise<boolean> {
  const build = [join("scripts", "build.mjs"), "--development", "--if-changed"];
  try {
    await promisify(execFile)(process.execPath, build, { cwd: ROOT });
    return true;
  } catch (error) {
    const { stdout, stderr } = error as { stdout: string; stderr: string };
    console.error(`${stdout}${stderr}`.trim());
    return false;
  }
}

/** Node-RED, at the same address after each restart. */
class RestartableNodeRed {
  #running: DemoNodeRed | undefined;

  constructor(
    private options: StartOptions,
    private readonly env: Record<string, string>,
  ) {}

  get url(): string {
    return this.#running?.url ?? "";
  }

  async start(): Promise<void> {
    const script = join(this.options.dir, "reload-editor.js");
    await writeFile(script, reloadScript(process.env.DEV_RELOAD_URL ?? ""));
    const editorTheme = { tours: false, page: { title: "Vocu development", scripts: [script] } };
    const running = await launchNodeRed(this.options, this.env, { editorTheme });
    this.#running = running;
    this.options = { ...this.options, port: Number(new URL(running.url).port) };
    running.child.once("exit", () => {
      if (this.#running === running) console.error(`Node-RED ended:\n${running.lastWords()}`);
    });
  }

  async restart(): Promise<void> {
    await this.stop();
    await this.start().catch((error: unknown) => {
      console.error(error instanceof Error ? error.message : error);
    });
  }

  async stop(): Promise<void> {
    const running = this.#running;
    this.#running = undefined;
    await running?.close();
  }
}

function tellParent(url: string): void {
  process.send?.({ port: Number(new URL(url).port) } satisfies FromSession);
}

void run().then((code) => process.exit(code));
