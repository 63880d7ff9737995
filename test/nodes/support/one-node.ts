/** One message through one node against the sandbox: the common shape of most tests of operations. */
import assert from "node:assert/strict";
import { request } from "undici";
import type { RecordedRequest, Sandbox } from "../../../sandbox";
import type { Flow, FlowHost, RuntimeSettings } from "./flows";
import type { Message } from "./message";
import { nodeFlow } from "./node-flow";
import { keyed } from "./speech-flow";

/** The error that a flow gets. */
export type CaughtFailure = Error & { code: string; cause: Record<string, unknown> };

/** What became of one message. */
export interface Run {
  readonly flow: Flow;
  /** Everything the node sent on its first output. */
  readonly sent: readonly Message[];
  readonly error: CaughtFailure | undefined;
  /** What reached the API for this message. */
  readonly requests: readonly RecordedRequest[];
}

/** Runs messages through a node of one type; within a test, one deployment after the other. */
export class Bench {
  private flow: Flow | undefined;

  constructor(
    private readonly sandbox: () => Sandbox,
    private readonly flows: FlowHost,
    private readonly type: `vocu-${string}`,
  ) {
    afterEach(() => {
      this.flow = undefined;
    });
  }

  /** Deploys the node so and hands it the message; waits until it has ended. */
  async run(
    node: Record<string, unknown>,
    message: Message = { payload: "" },
    settings: RuntimeSettings = {},
  ): Promise<Run> {
    const flow = await this.deploy(node, settings);
    const sentBefore = flow.at("out").entries.length;
    const askedBefore = this.sandbox().requests.length;
    const { error } = await flow.ended(flow.input(message, "node"));
    // Node-RED hands a message to the next node in a later tick than `done` reports it.
    await new Promise((resolve) => setImmediate(resolve));
    const requests = this.sandbox().requests.slice(askedBefore);
    return {
      flow,
      sent: flow.at("out").entries.slice(sentBefore),
      error: error as CaughtFailure | undefined,
      requests: requests.filter(({ host }) => host === "api"),
    };
  }

  /** Deploys the node so, without a message. */
  async deploy(node: Record<string, unknown>, settings: RuntimeSettings = {}): Promise<Flow> {
    // Where `name` is a parameter of the API, it has no blank one from the editor.
    const nodes = nodeFlow(this.sandbox().url, this.type, { node: { name: undefined, ...node } });
    if (this.flow) await this.flow.redeploy(nodes);
    else this.flow = await this.flows.load(nodes, keyed(), settings);
    return this.flow;
  }

  /** The one message that comes of it. */
  async result(node: Record<string, unknown>, message?: Message): Promise<Message> {
    const { sent, error } = await this.run(node, message);
    assert.equal(error, undefined);
    assert.equal(sent.length, 1);
    return sent[0] as Message;
  }

  /** The error of a message for which nothing may reach the API. */
  async refusal(node: Record<string, unknown>, message?: Message): Promise<CaughtFailure> {
    const { sent, error, requests } = await this.run(node, message);
    assert.ok(error, "it was accepted");
    assert.deepEqual(sent, []);
    assert.deepEqual(requests, []);
    return error;
  }
}

/** Calls the API as a test's preparation; `data` of the reply, or the whole body where it has none. */
export async function prepare(
  { url, apiKey }: Sandbox,
  method: "GET" | "POST" | "DELETE",
  path: string,
  json?: unknown,
): Promise<unknown> {
  const { statusCode, body } = await request(url + path, {
    method,
    headers: {
      authorization: `Bearer ${apiKey}`,
      ...(json === undefined ? {} : { "content-type": "application/json" }),
    },
    ...(json === undefined ? {} : { body: JSON.stringify(json) }),
  });
  const reply = (await body.json()) as Record<string, unknown>;
  assert.equal(statusCode, 200, JSON.stringify(reply));
  return reply.data ?? reply;
}
