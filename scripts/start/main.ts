/**
 * `npm start`: Node-RED with this package and a flow that speaks, an MQTT broker, and the sandbox, or the
 * real service if `VOCU_API_KEY` is set. Everything is on loopback, unless `--lan` opens the page to
 * the network, and ends with Ctrl-C.
 */
import { once } from "node:events";
import { relative } from "node:path";
import { MqttReport, GREETING } from "./mqtt-report";
import { startBroker } from "./broker";
import { buildIfStale } from "./build";
import { DEMO_ENV, PAGE_PATH } from "./demo-flow";
import { openToNetwork } from "./lan";
import { launchNodeRed } from "./node-red";
import { readOptions, USAGE, type StartOptions } from "./options";
import { openService } from "./service";
import { prepareUserDir } from "./user-dir";

/** Everything that `start` opened, closed in reverse order. */
type Closer = () => Promise<void>;

/** Runs the demo until Ctrl-C, and sets the exit code: 0 after Ctrl-C, 1 when something failed. */
async function start(args: readonly string[]): Promise<void> {
  const closers: Closer[] = [];
  const interrupted = interruption();
  try {
    const options = readOptions(args);
    if (options.help) console.log(USAGE);
    else await Promise.race([run(options, closers), interrupted]);
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 1;
  } finally {
    for (const close of closers.reverse()) await close();
  }
  process.exit();
}

/**
 * npm forwards each Ctrl-C although the terminal has sent it already, so one press arrives twice within this time, in
 * ms.
 */
const ONE_PRESS_MS = 500;

/** Resolves at the first Ctrl-C; a second one while closing ends the process immediately. */
function interruption(): Promise<void> {
  return new Promise((resolve) => {
    let pressedAt: number | undefined;
    const press = (): void => {
      const now = performance.now();
      if (pressedAt !== undefined && now - pressedAt > ONE_PRESS_MS) process.exit(130);
      pressedAt ??= now;
      resolve();
    };
    for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, press);
  });
}

/** Returns only by throwing: the demo runs until it is interrupted or its Node-RED ends. */
async function run(options: StartOptions, closers: Closer[]): Promise<void> {
  await buildIfStale();
  const service = await openService(process.env);
  closers.push(service.close);
  const broker = await startBroker(options.mqttPort);
  closers.push(broker.close);
  const kept = await prepareUserDir(options.dir);
  const report = new MqttReport(broker.aedes, options.dir, console.log);
  const env = {
    [DEMO_ENV.apiKey]: service.apiKey,
    [DEMO_ENV.baseUrl]: service.baseUrl,
    [DEMO_ENV.voiceId]: service.voiceId,
    [DEMO_ENV.mqttPort]: String(broker.port),
    [DEMO_ENV.greeting]: GREETING,
  };
  const [nodeRed] = await Promise.all([launchNodeRed(options, env), service.rehearse(GREETING)]);
  closers.push(nodeRed.close);
  const ended = once(nodeRed.child, "exit").then(() => {
    throw new Error(
      `Node-RED ended. Its log is ${relative(process.cwd(), nodeRed.log)}:\n${nodeRed.lastWords()}`,
    );
  });
  console.log(`voice: ${service.name}`);
  await Promise.race([report.greet(GREETING), ended]);
  console.log(`page: ${nodeRed.url}${PAGE_PATH} (open it in a browser and it speaks to you)`);
  if (options.lan) await tellNetwork(options, nodeRed.url, closers);
  console.log(`MQTT: mqtt://127.0.0.1:${broker.port} (publish a text to home/say and it is spoken)`);
  console.log(`editor: ${nodeRed.url} (the buttons of the flow speak again; Ctrl-C ends everything)`);
  if (kept)
    console.log(
      `your changes to the flow are kept; remove ${relative(process.cwd(), options.dir)}/ to start afresh`,
    );
  await ended;
}

/** Opens the page to the network and prints its addresses. */
async function tellNetwork({ lanPort }: StartOptions, nodeRedUrl: string, closers: Closer[]): Promise<void> {
  const lan = await openToNetwork(nodeRedUrl, lanPort);
  closers.push(lan.close);
  if (lan.urls.length === 0) console.log("--lan: this machine has no address in a network");
  for (const url of lan.urls)
    console.log(`page for your phone: ${url}${PAGE_PATH} (everyone on this network can open it)`);
}

void start(process.argv.slice(2));
