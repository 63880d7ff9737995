/**
 * Runs flows in a real Node-RED runtime for the tests of one file, and checks the rules of the house after each test.
 */
import assert from "node:assert/strict";
import { inspect } from "node:util";
import helper from "node-red-node-test-helper";
import type { Journal } from "./journal";
import type { CaughtError, Message } from "./message";
import { isOurs, modulesOf } from "./modules";
import { Watch, type Input, type RunningNode } from "./watch";

/** A node as a flow file has it. */
export interface FlowNode extends Record<string, unknown> {
  id: string;
  type: string;
}

/** Credentials by node id, as the helper takes them. */
export type Credentials = Readonly<Record<string, Readonly<Record<string, string>>>>;

/** The settings file's part that tests change. */
export interface RuntimeSettings {
  httpRequestTimeout?: number;
  fileWorkingDirectory?: string;
  userDir?: string;
}

/** Loads flows for the tests of one file. */
export interface FlowHost {
  /** Starts these nodes; whatever ran before is ended and checked first, as it is after each test. */
  load(nodes: readonly FlowNode[], credentials?: Credentials, settings?: RuntimeSettings): Promise<Flow>;
}

/** Names and blanks among the credentials are shorter, and may well be found in a message. */
const SHORTEST_SECRET = 8;

/** Keys and passwords that were given to flows: nobody may ever see them again. */
const SECRETS = new Set<string>();

helper.init(require.resolve("node-red"));
// The helper would register such a module once for each of its nodes, and so refuse a flow with two catch nodes.
(helper as unknown as { _nodeModules: object })._nodeModules = {};

/** Longest time for one test: a slow machine is not a failure, and waits have limits of their own. */
const TEST_MS = 60_000;

/** Proxies of the machine would stand between the tests and their servers. */
const PROXY_VARIABLES = ["http_proxy", "https_proxy", "all_proxy", "no_proxy"].flatMap((name) => [
  name,
  name.toUpperCase(),
  `npm_config_${name}`,
]);

/**
 * Registers the hooks of a test file: Node-RED starts before its first test; after each test the flow is taken down,
 * and every input must have ended exactly once, nothing may have been sent after a node's close, and no key may be
 * found in anything that a person or a flow could see.
 */
export function useFlows(): FlowHost {
  const environment = new Map<string, string>();
  let running: Flow | undefined;
  before(async function () {
    this.timeout(TEST_MS);
    for (const name of PROXY_VARIABLES) {
      const value = process.env[name];
      if (value !== undefined) environment.set(name, value);
      Reflect.deleteProperty(process.env, name);
    }
    await new Promise<void>((resolve) => helper.startServer(resolve));
  });
  after(async () => {
    for (const [name, value] of environment) process.env[name] = value;
    await new Promise<void>((resolve) => helper.stopServer(resolve));
  });
  beforeEach(function () {
    this.currentTest?.timeout(TEST_MS);
  });
  afterEach(async function () {
    this.timeout(TEST_MS);
    const flow = running;
    running = undefined;
    await flow?.end();
  });
  return {
    async load(nodes, credentials = {}, settings = {}) {
      await running?.end();
      for (const secret of Object.values(credentials).flatMap((own) => Object.values(own))) {
        if (secret.trim().length >= SHORTEST_SECRET) SECRETS.add(secret.trim());
      }
      helper.settings(settings);
      running = new Flow();
      await running.start(nodes, credentials);
      return running;
    },
  };
}

/** A flow that runs. */
export class Flow {
  private readonly watch = new Watch();
  private credentials: Credentials = {};
  private ids: string[] = [];
  private stopped = false;

  /** Starts the nodes; used by the host. */
  async start(nodes: readonly FlowNode[], credentials: Credentials): Promise<void> {
    this.credentials = credentials;
    this.watch.open();
    await helper.load(
      modulesOf(nodes.map(({ type }) => type)),
      nodes as Parameters<typeof helper.load>[1],
      credentials,
    );
    this.follow(nodes);
  }

  /** Deploys another version of the flow, as the editor would. */
  async redeploy(nodes: readonly FlowNode[], type: "full" | "flows" | "nodes" = "full"): Promise<void> {
    const { _events: events, _redNodes: runtime } = helper as unknown as HelperInside;
    const started = new Promise<void>((resolve) => events.once("flows:started", () => resolve()));
    await runtime.setFlows(nodes, this.credentials, type);
    await started;
    this.follow(nodes);
  }

  /** Hands a message to a node, as a wire would; text becomes `msg.payload`. */
  input(content: string | Message, id = "speech"): Message {
    const message: Message = typeof content === "string" ? { payload: content } : content;
    const node = helper.getNode(id) as unknown as { receive(message: object): void } | null;
    assert.ok(node, `the flow has no running node "${id}"`);
    node.receive(message);
    return message;
  }

  /** What reached a node so far, and what will. */
  at(id: string): Journal<Message> {
    return this.watch.at(id);
  }

  /** Waits until an input of ours has ended, however it ended. */
  ended(message: Message): Promise<Input> {
    return this.watch.ends.find((input) => input.message === message);
  }

  /** Speaks a text and waits for what came of it: the chunks, and the summary that follows them. Throws its error. */
  async speak(content: string | Message, id = "speech"): Promise<{ chunks: Message[]; summary: Message }> {
    const chunksBefore = this.at("chunks").entries.length;
    const summariesBefore = this.at("summary").entries.length;
    const { error } = await this.ended(this.input(content, id));
    assert.equal(error, undefined, inspect(error));
    const summary = await this.at("summary").nth(summariesBefore);
    return { chunks: this.at("chunks").entries.slice(chunksBefore), summary };
  }

  /** All inputs that our nodes took so far. */
  get inputs(): readonly Input[] {
    return this.watch.taken;
  }

  /** The next error that reaches the Catch node "catch", counted from 0. */
  async caught(index = 0): Promise<CaughtError> {
    const { error } = await this.at("catch").nth(index);
    assert.ok(error);
    return error;
  }

  /** Stops everything, as Node-RED does when it is stopped or the tab is deleted. */
  async stop(): Promise<void> {
    if (this.stopped) return;
    this.stopped = true;
    this.logged = helper.log().args.map(([entry]) => entry as unknown);
    await helper.unload();
  }

  /** Stops everything and checks what must hold for every flow; used by the host. */
  async end(): Promise<void> {
    await this.stop();
    this.watch.close();
    this.assertEachInputEndedOnce();
    assert.deepEqual(this.watch.lateMessages, [], "nothing is sent after a node's close");
    this.assertNoSecret();
  }

  /** Every message that one of our nodes took has been ended, and none twice. */
  assertEachInputEndedOnce(): void {
    for (const { message, node, ended } of this.inputs) {
      assert.equal(ended, 1, `"${node}" ended ${inspect(message, { depth: 1 })} ${ended} times`);
    }
  }

  private logged: unknown[] = [];

  private assertNoSecret(): void {
    const errors = this.inputs.map(({ error }) => error);
    for (const seen of [...this.watch.everything(), ...this.logged, ...errors]) {
      const text = inspect(seen, { depth: 10, showHidden: true, maxStringLength: null });
      for (const secret of SECRETS) assert.ok(!text.includes(secret), `the key is in ${text.slice(0, 2000)}`);
    }
  }

  private follow(nodes: readonly FlowNode[]): void {
    this.ids = nodes.filter(({ type }) => isOurs(type)).map(({ id }) => id);
    for (const id of this.ids) {
      const node = helper.getNode(id) as unknown as RunningNode | null;
      if (node) this.watch.follow(node);
    }
  }
}

/** The helper's own way to deploy gives up after 300 ms. */
interface HelperInside {
  _events: { once(event: "flows:started", listener: () => void): void };
  _redNodes: {
    setFlows(nodes: readonly FlowNode[], credentials: Credentials, type: string): Promise<unknown>;
  };
}
