/** One message through one node against the sandbox: the common shape of most tests of operations. */
import assert from "node:assert/strict";
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

/** Runs messages through nodes; each test may run several, one flow after the other. */
export class Bench {
  private flow: Flow | undefined;

  constructor(
    private readonly sandbox: () => Sandbox,
    private readonly flows: FlowHost,
    private readonly type: `vocu-${string}`,
    private readonly settings: RuntimeSettings = {},
  ) {}

  /** Deploys the node so and hands it the message; waits until it has ended. */
  async run(node: Record<string, unknown>, message: Message = { payload: "" }): Promise<Run> {
    const nodes = nodeFlow(this.sandbox().url, this.type, { node });
    const flow = await this.flows.load(nodes, keyed(), this.settings);
    const before = this.sandbox().requests.length;
    const { error } = await flow.ended(flow.input(message, "node"));
    // Node-RED hands a message to the next node in a later tick than `done` reports it.
    await new Promise((resolve) => setImmediate(resolve));
    return {
      flow,
      sent: [...flow.at("out").entries],
      error: error as CaughtFailure | undefined,
      requests: this.sandbox()
        .requests.slice(before)
        .filter(({ host }) => host === "api"),
    };
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
