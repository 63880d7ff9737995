/**
 * A real Node-RED in a process of its own, for tests: started in a temporary user directory with the package
 * installed, observed through its own hooks, driven through its admin API, and gone without a trace afterwards.
 */
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { request } from "undici";
import { Journal } from "./node-red/journal";
import { makeUserDir, placed, type Credentials, type FlowNode } from "./node-red/user-dir";
import { nodeRed4 } from "./peers";

export { CHECKOUT, PACKAGE, type Credentials, type FlowNode } from "./node-red/user-dir";

/** A message as a node received it. */
export type Message = Record<string, unknown>;

/** A node's status line. */
export interface Status {
  readonly fill?: string;
  readonly shape?: string;
  readonly text?: string;
}

/** One set of nodes as the admin API lists it. */
export interface NodeSet {
  readonly id: string;
  readonly name: string;
  readonly module: string;
  readonly types: readonly string[];
  readonly enabled: boolean;
  readonly version: string;
  /** Why it could not be loaded. */
  readonly err?: string;
}

/** How to start it; every member has a default. */
export interface NodeRedOptions {
  /** Path of a `node-red` package; default 4.1 from the development dependencies. */
  readonly nodeRed?: string;
  /** The Node that runs it; default the current one. */
  readonly nodeBinary?: string;
  /** `checkout` (default): the built package linked; otherwise the path of a packed tarball. */
  readonly install?: string;
  /** An existing user directory, used as it is and kept when Node-RED stops; only `nodeRed` and the like count beside it. */
  readonly userDir?: string;
  /** Folders of other packages with nodes, by name, which are linked beside the checkout. */
  readonly packages?: Readonly<Record<string, string>>;
  /** Nodes need no place on the canvas here. */
  readonly flows?: readonly FlowNode[];
  readonly credentials?: Credentials;
  /** Anything of Node-RED's settings file that JSON can say. Relative file names in flows count from the user directory. */
  readonly settings?: Readonly<Record<string, unknown>>;
  readonly env?: Readonly<Record<string, string>>;
  /** Language of the runtime, default en-US. */
  readonly language?: string;
}

type Report =
  | { kind: "received"; node: string; value: Message }
  | { kind: "status"; node: string; value: Status }
  | { kind: "started" }
  | { kind: "speaks"; language: string }
  | { kind: "halted"; reason: { error: string } & Record<string, unknown> };

type Of<K extends Report["kind"]> = Extract<Report, { kind: K }>;

/** How long Node-RED may take to start, in ms: it takes 2 s on an idle machine. */
const START_MS = 60_000;

/** How long it may take to end before it is killed, in ms. Node-RED itself gives closing nodes 15 s. */
const STOP_MS = 20_000;

/**
 * Starts Node-RED and waits until it serves its admin API and its flows run.
 * @throws Error with the whole log when it does not come up, e.g. when a node type of the flows is missing.
 */
export async function startNodeRed(options: NodeRedOptions = {}): Promise<NodeRed> {
  const userDir =
    options.userDir ??
    (await makeUserDir({
      install: options.install ?? "checkout",
      packages: options.packages,
      flows: options.flows ?? [],
      credentials: options.credentials ?? {},
      settings: { lang: options.language ?? "en-US", ...options.settings },
    }));
  const nodeRed = new NodeRed(userDir, launch(userDir, options), options.userDir !== undefined);
  try {
    await nodeRed.ready();
    return nodeRed;
  } catch (error) {
    await nodeRed.stop();
    throw error;
  }
}

function launch(userDir: string, options: NodeRedOptions): ChildProcess {
  const recorder = pathToFileURL(join(__dirname, "node-red", "recorder.mjs")).href;
  const red = join(options.nodeRed ?? nodeRed4().nodeRed, "red.js");
  return spawn(
    options.nodeBinary ?? process.execPath,
    ["--import", recorder, red, "--userDir", userDir, "--settings", join(userDir, "settings.js")],
    {
      cwd: userDir,
      env: { ...process.env, ...options.env },
      stdio: ["ignore", "pipe", "pipe", "ipc"],
      serialization: "advanced",
      // A process group of its own, so that whatever it starts can be ended with it.
      detached: process.platform !== "win32",
    },
  );
}

/** A running Node-RED. */
export class NodeRed {
  /** Address of the editor and the admin API, without a slash at the end. */
  url = "";
  private output = "";
  private exited = false;
  private readonly reports: Journal<Report>;
  private readonly printed: Journal<string>;

  constructor(
    /** Its user directory; removed by `stop` unless it was there before. */
    readonly userDir: string,
    private readonly child: ChildProcess,
    private readonly keepsUserDir = false,
  ) {
    const context = (): string => `--- log of Node-RED ---\n${this.output}`;
    this.reports = new Journal(context);
    this.printed = new Journal(context);
    const collect = (chunk: Buffer): void => {
      this.output += chunk.toString();
      this.printed.add(chunk.toString());
    };
    child.stdout?.on("data", collect);
    child.stderr?.on("data", collect);
    child.on("message", (report) => {
      this.reports.add(report as Report);
    });
    child.on("exit", (code, signal) => {
      this.exited = true;
      this.reports.add({ kind: "halted", reason: { error: `it ended with ${signal ?? code ?? "nothing"}` } });
    });
  }

  /** Resolves when it serves and its flows run; `startNodeRed` has done that. */
  async ready(): Promise<void> {
    const started = this.flowsStarted(() => true, START_MS);
    const listening = this.waitForLog(/(http:\/\/127\.0\.0\.1:\d+)\//, START_MS);
    const [match] = await Promise.all([listening, started]);
    this.url = match[1] ?? "";
  }

  /** Everything it has printed. */
  log(): string {
    return this.output;
  }

  /** Resolves with the first match in what it prints or has printed. */
  async waitForLog(pattern: RegExp, timeoutMs?: number): Promise<RegExpMatchArray> {
    await this.printed.wait(String(pattern), () => pattern.test(this.output), timeoutMs);
    const match = pattern.exec(this.output);
    if (!match) throw new Error(`use ${String(pattern)} without the g and y flags`);
    return match;
  }

  /** The messages that the node with this id has received, in order. */
  received(node: string): Message[] {
    return this.of("received", node).map((report) => report.value);
  }

  /** The first message received by the node, already or from now on, that matches. */
  async waitFor(
    node: string,
    matches: (msg: Message) => boolean = () => true,
    timeoutMs?: number,
  ): Promise<Message> {
    const matching = (report: Report): boolean =>
      report.kind === "received" && report.node === node && matches(report.value);
    const report = await this.reports.wait(`a message for node ${node}`, matching, timeoutMs);
    return (report as Of<"received">).value;
  }

  /** The statuses that the node has shown, in order. */
  statuses(node: string): Status[] {
    return this.of("status", node).map((report) => report.value);
  }

  /** The first status of the node, already or from now on, that matches. */
  async waitForStatus(
    node: string,
    matches: (status: Status) => boolean,
    timeoutMs?: number,
  ): Promise<Status> {
    const matching = (report: Report): boolean =>
      report.kind === "status" && report.node === node && matches(report.value);
    const report = await this.reports.wait(`a status of node ${node}`, matching, timeoutMs);
    return (report as Of<"status">).value;
  }

  /** Changes the language of the runtime, as if it had been started with it. */
  async speak(language: string): Promise<void> {
    const changed = this.reports.wait(
      `the change to ${language}`,
      (report) => report.kind === "speaks" && report.language === language,
    );
    this.child.send({ language });
    await changed;
  }

  /** Forgets the messages and statuses so far. */
  forget(): void {
    this.reports.clear();
  }

  /**
   * Replaces all flows, as the editor's Deploy does, and waits until the new ones run.
   * @throws Error when Node-RED refuses them or does not know one of their node types.
   */
  async deploy(flows: readonly FlowNode[], credentials: Credentials = {}): Promise<void> {
    const before = new Set(this.reports.all());
    const body = placed(flows).map((node) =>
      node.id in credentials ? { ...node, credentials: credentials[node.id] } : node,
    );
    const started = this.flowsStarted((report) => !before.has(report));
    const [reply] = await Promise.all([
      this.call("POST", "/flows", {
        headers: { "content-type": "application/json" },
        body: JSON.stringify(body),
      }),
      started,
    ]);
    if (reply.status !== 204) throw new Error(`Deploy was answered with ${reply.status}: ${reply.text}`);
  }

  /** The sets of nodes that Node-RED has loaded or tried to. */
  async getNodes(): Promise<NodeSet[]> {
    return JSON.parse((await this.get("/nodes", { accept: "application/json" })).text) as NodeSet[];
  }

  /** Presses the button of an inject node. */
  async inject(node: string): Promise<void> {
    const reply = await this.call("POST", `/inject/${node}`);
    if (reply.status !== 200) throw new Error(`Inject was answered with ${reply.status}: ${reply.text}`);
  }

  /** Reads from the admin API or an `http in` node; `path` begins with a slash. */
  get(path: string, headers: Record<string, string> = {}): Promise<{ status: number; text: string }> {
    return this.call("GET", path, { headers });
  }

  /** Ends the process in the middle of whatever it does, as a power failure would, and removes the user directory. */
  async crash(): Promise<void> {
    if (!this.exited) {
      const exit = once(this.child, "exit");
      this.kill("SIGKILL");
      await exit;
    }
    await this.stop();
  }

  /** Ends the process and whatever it started, and removes the user directory that was made for it. */
  async stop(): Promise<void> {
    if (!this.exited) {
      const exit = once(this.child, "exit");
      this.kill("SIGTERM");
      const timer = setTimeout(() => {
        this.kill("SIGKILL");
      }, STOP_MS);
      await exit;
      clearTimeout(timer);
    }
    if (!this.keepsUserDir) await rm(this.userDir, { recursive: true, force: true, maxRetries: 3 });
  }

  private kill(signal: "SIGTERM" | "SIGKILL"): void {
    const { pid } = this.child;
    if (pid === undefined || process.platform === "win32") this.child.kill(signal);
    else process.kill(-pid, signal);
  }

  private of<K extends "received" | "status">(kind: K, node: string): Of<K>[] {
    const isOf = (report: Report): report is Of<K> =>
      report.kind === kind && "node" in report && report.node === node;
    return this.reports.all().filter(isOf);
  }

  private async flowsStarted(counts: (report: Report) => boolean, timeoutMs?: number): Promise<void> {
    const report = await this.reports.wait(
      "the start of the flows",
      (each) => counts(each) && (each.kind === "started" || each.kind === "halted"),
      timeoutMs,
    );
    if (report.kind !== "halted") return;
    throw new Error(`Node-RED halted: ${JSON.stringify(report.reason)}\n${this.output}`);
  }

  private async call(
    method: "GET" | "POST",
    path: string,
    options: { headers?: Record<string, string>; body?: string } = {},
  ): Promise<{ status: number; text: string }> {
    const reply = await request(this.url + path, { method, ...options });
    return { status: reply.statusCode, text: await reply.body.text() };
  }
}
