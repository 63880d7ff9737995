/** A real Node-RED in this process, with the package as it was built. */
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { NodeAPI, NodeDef, NodeMessageInFlow } from "node-red";
import RED from "node-red";
import { makeUserDir, type FlowNode } from "../../test/node-red/user-dir";

/** A message as a node receives it. */
export type Message = Record<string, unknown> & { payload: unknown };

/** A running Node-RED. */
export interface Host {
  /** Its address, without a slash at the end. */
  readonly url: string;
  /** Hands a message to a node, as a wire does. */
  give(id: string, message: object): void;
  /** From now on, calls `heard` for each message that arrives at a point (see {@link point}). */
  at(id: string, heard: (message: Message) => void): void;
  /** The next message at a point that `isWanted` holds for. */
  next(id: string, isWanted?: (message: Message) => boolean): Promise<Message>;
  /** Sends messages out of a point, without any other node's work. */
  send(id: string, message: object): void;
}

const KEY = "sk-bench-0000";
const onTab = { z: "tab", x: 100, y: 100 };

/** A node where messages end and are seen, or begin. */
export const point = (id: string, ...to: string[]): FlowNode => ({
  ...onTab,
  id,
  type: "bench-point",
  wires: [to],
});

/** A stream node with an account of its own, which has neither a cache nor a limit. */
export const speaker = (id: string, baseUrl: string, to: string, own: object = {}): FlowNode[] => [
  account(`${id}-account`, baseUrl),
  {
    ...onTab,
    id,
    type: "vocu-speech-stream",
    account: `${id}-account`,
    voiceId: "00000000-0000-0000-0000-000000000000",
    wires: [[to], []],
    ...own,
  },
];

/** An account node; `own` replaces what is set here. */
export const account = (id: string, baseUrl: string, own: object = {}): FlowNode => ({
  id,
  type: "vocu-account",
  site: "custom",
  baseUrl,
  retries: 0,
  cacheEnabled: false,
  maxConcurrent: 0,
  maxWaiting: 0,
  // A busy machine may take long to connect a thousand times; a message that fails would never be counted.
  connectTimeout: 600,
  stallTimeout: 600,
  ...own,
});

/** Any other node on the tab. */
export const placed = (id: string, type: string, own: object): FlowNode => ({ ...onTab, id, type, ...own });

/** Core's http request node, which gathers the answer as a Buffer. */
export const coreRequest = (id: string, url: string, to: string): FlowNode => ({
  ...onTab,
  id,
  type: "http request",
  method: "GET",
  ret: "bin",
  url,
  wires: [[to]],
});

/** Starts Node-RED with these nodes; it ends with this process. */
export async function startHost(flows: readonly FlowNode[]): Promise<Host> {
  const heard = new Map<string, (message: Message) => void>();
  const points = new Map<string, { send(message: object): void }>();
  (globalThis as unknown as { benchNodes: unknown }).benchNodes = pointType(heard, points);
  const userDir = await makeUserDir({
    install: "checkout",
    packages: { "bench-nodes": pointPackage() },
    flows: [{ id: "tab", type: "tab", label: "Bench" }, ...flows],
    credentials: Object.fromEntries(
      flows.filter(({ type }) => type === "vocu-account").map(({ id }) => [id, { apiKey: KEY }]),
    ),
    settings: {},
  });
  process.on("exit", () => rmSync(userDir, { recursive: true, force: true }));
  const runtime = RED as unknown as NodeAPI & {
    readonly runtime: { readonly events: NodeJS.EventEmitter };
    readonly httpNode: RequestListener;
    init(server: object, settings: object): void;
    start(): Promise<void>;
  };
  const server = createServer((request, response) => {
    runtime.httpNode(request, response);
  });
  await once(server.listen(0, "127.0.0.1"), "listening");
  runtime.init(server, {
    userDir,
    flowFile: "flows.json",
    credentialSecret: false,
    httpAdminRoot: false,
    httpNodeRoot: "/",
    logging: { console: { level: "off" } },
    telemetry: { enabled: false },
  });
  const started = once(runtime.runtime.events, "flows:started");
  await runtime.start();
  await started;
  const at: Host["at"] = (id, listener) => void heard.set(id, listener);
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    give: (id, message) => (runtime.nodes.getNode(id) as { receive(message: object): void }).receive(message),
    at,
    next: (id, isWanted = () => true) =>
      new Promise((resolve) =>
        at(id, (message) => {
          if (isWanted(message)) resolve(message);
        }),
      ),
    send: (id, message) => points.get(id)?.send(message),
  };
}

/** The type of the points, as the module in {@link pointPackage} registers it. */
const pointType =
  (
    heard: ReadonlyMap<string, (message: Message) => void>,
    points: Map<string, { send(message: object): void }>,
  ) =>
  (api: NodeAPI): void =>
    api.nodes.registerType("bench-point", function (this, config: NodeDef) {
      api.nodes.createNode(this, config);
      points.set(config.id, this as unknown as { send(message: object): void });
      this.on("input", (message: NodeMessageInFlow, _send, done: () => void) => {
        heard.get(config.id)?.(message as Message);
        done();
      });
    });

/** A folder with a package of nodes that leaves everything to `globalThis.benchNodes`. */
function pointPackage(): string {
  const folder = mkdtempSync(join(tmpdir(), "vocu-bench-nodes-"));
  process.on("exit", () => rmSync(folder, { recursive: true, force: true }));
  const nodes = { "bench-point": "point.js" };
  writeFileSync(
    join(folder, "package.json"),
    JSON.stringify({ name: "bench-nodes", version: "0.0.1", "node-red": { nodes } }),
  );
  writeFileSync(join(folder, "point.js"), "module.exports = (RED) => globalThis.benchNodes(RED);\n");
  writeFileSync(
    join(folder, "point.html"),
    '<script type="text/javascript">RED.nodes.registerType("bench-point", {});</script>\n',
  );
  return folder;
}

/** Whether a message is the last chunk of a speech. */
export const isLast = ({ parts }: Message): boolean =>
  (parts as { count?: number } | undefined)?.count !== undefined;
