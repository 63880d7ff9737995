/** The parent's side of the Node-RED of a soak. */
import { fork, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { makeUserDir, type FlowNode } from "../../test/node-red/user-dir";
import type { NodeId } from "./plan";

/** How a message ended. */
export interface Ended {
  readonly id: number;
  /** The error's code, if it failed. */
  readonly code?: string;
  /** Bytes of audio sent by then, and whether that was all of it. */
  readonly bytes: number;
  readonly whole: boolean;
  /** Whether chunks were retracted. */
  readonly takenBack: boolean;
  readonly cached: boolean;
}

/** Memory after garbage collection, and what keeps the process alive. */
export interface Measured {
  readonly bytes: number;
  readonly handles: number;
}

type Report =
  | ({ kind: "ended" } & Ended)
  | ({ kind: "measured" } & Measured)
  | { kind: "problem"; what: string }
  | { kind: "started" | "deployed" }
  | { kind: "stopped"; open: number };

type ReportOf<K extends Report["kind"]> = Extract<Report, { kind: K }>;

/** Longest wait for anything that has to happen, in ms. */
const PATIENCE_MS = 60_000;

/** The commands to the Node-RED process, which node-red-host.mjs handles. */
export class NodeRedHost {
  private output = "";
  private readonly waiting: { matches: (report: Report) => boolean; resolve: (report: Report) => void }[] =
    [];

  private constructor(
    private readonly child: ChildProcess,
    private readonly userDir: string,
    private readonly complain: (problem: string) => void,
  ) {
    child.on("message", (report) => this.hear(report as Report));
    for (const pipe of [child.stdout, child.stderr]) {
      pipe?.on("data", (data: Buffer) => (this.output = (this.output + data.toString()).slice(-4000)));
    }
  }

  /** Starts Node-RED with the built package. */
  static async open(
    flows: readonly FlowNode[],
    apiKey: string,
    complain: (problem: string) => void,
  ): Promise<NodeRedHost> {
    const userDir = await makeUserDir({
      install: "checkout",
      flows,
      credentials: { account: { apiKey } },
      settings: { httpAdminRoot: false, httpNodeRoot: false, logging: { console: { level: "off" } } },
    });
    const child = fork(join(__dirname, "node-red-host.mjs"), [userDir], {
      execArgv: ["--expose-gc"],
      stdio: ["ignore", "pipe", "pipe", "ipc"],
    });
    const host = new NodeRedHost(child, userDir, complain);
    await host.next("started");
    return host;
  }

  /** The expected audio of each text. */
  expect(speeches: Readonly<Record<string, Buffer>>): void {
    const encoded = Object.entries(speeches).map(([text, audio]) => [text, audio.toString("base64")]);
    this.order("speeches", Object.fromEntries(encoded));
  }

  /** Sends a message to a node; resolves when it has ended. */
  say(node: NodeId, id: number, text: string, tag: string): Promise<Ended> {
    const ended = this.next("ended", (report) => report.id === id);
    this.order("say", { node, msg: { payload: text, tag, soak: { id, text } } });
    return ended;
  }

  reset(node: NodeId, id: number): void {
    this.order("reset", { node, id });
  }

  async deploy(flows: readonly FlowNode[], type: "full" | "flows" | "nodes"): Promise<void> {
    const deployed = this.next("deployed");
    this.order("deploy", { flows, type });
    await deployed;
  }

  measure(): Promise<Measured> {
    const measured = this.next("measured");
    this.order("measure");
    return measured;
  }

  /** Stops the runtime, after which the process has to end by itself. */
  async close(): Promise<void> {
    const exit = once(this.child, "exit").then(([code, signal]: unknown[]) => String(signal ?? code));
    const stopped = this.next("stopped");
    this.order("stop");
    const { open } = await stopped;
    if (open > 0) this.complain(`${open} messages had not ended when the runtime stopped`);
    const how = await exit;
    if (how !== "0") this.complain(`the process did not end by itself but with ${how}: ${this.output}`);
  }

  /** Ends the process, if it has not ended, and removes its files. */
  async clear(): Promise<void> {
    this.child.kill("SIGKILL");
    await rm(this.userDir, { recursive: true, force: true, maxRetries: 3 });
  }

  private order(order: string, given?: unknown): void {
    this.child.send({ order, given });
  }

  private hear(report: Report): void {
    if (report.kind === "problem") this.complain(report.what);
    const at = this.waiting.findIndex(({ matches }) => matches(report));
    if (at >= 0) this.waiting.splice(at, 1)[0]?.resolve(report);
  }

  private next<K extends Report["kind"]>(
    kind: K,
    matches: (report: ReportOf<K>) => boolean = () => true,
  ): Promise<ReportOf<K>> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(
        () => reject(new Error(`Nothing was "${kind}" within ${PATIENCE_MS} ms\n${this.output}`)),
        PATIENCE_MS,
      );
      this.waiting.push({
        matches: (report) => report.kind === kind && matches(report as ReportOf<K>),
        resolve: (report) => {
          clearTimeout(timer);
          resolve(report as ReportOf<K>);
        },
      });
    });
  }
}
