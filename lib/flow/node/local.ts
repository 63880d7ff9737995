/**
 * Turns a description into a node that calls no API and needs no account: each message is handled immediately, in
 * order.
 */
import type { Node, NodeAPI, NodeDef } from "node-red";
import type {
  AccountlessDescription,
  Inputs,
  InputValues,
  Settings,
  SettingValues,
} from "../../schema/description";
import type { Config } from "../input/evaluate";
import { forgetReset, isReset } from "../message/controls";
import type { Message } from "../message/sequence";
import type { Job } from "../queue/jobs";
import { NodeWork, type Done } from "./node-work";
import type { RunContext } from "./run-context";
import type { NodeModule } from "./runner";

/** The context of one message of such a node. */
export type LocalContext<I, S> = Pick<
  RunContext<I, S>,
  "RED" | "msg" | "inputs" | "settings" | "status" | "send"
>;

/** A node that only changes messages. */
export interface LocalDescription<I extends Inputs, S extends Settings> extends AccountlessDescription {
  readonly inputs: I;
  readonly settings: S;
  /** Handles one message; throws to report an error. */
  readonly run: (context: LocalContext<InputValues<I>, SettingValues<S>>) => void;
}

/** Makes the node module of such a description. */
export function defineLocalNode<I extends Inputs, S extends Settings>(
  description: LocalDescription<I, S>,
): NodeModule<LocalDescription<I, S>> {
  const load = (RED: NodeAPI): void => {
    function Constructor(this: Node, config: NodeDef): void {
      RED.nodes.createNode(this, config);
      listen(new NodeWork<I, S>(RED, this, config as unknown as Config, description), description);
    }
    RED.nodes.registerType(description.type, Constructor);
  };
  return Object.assign(load, { description });
}

type Send = (messages: (Message | null)[]) => void;

function listen<I extends Inputs, S extends Settings>(
  work: NodeWork<I, S>,
  description: LocalDescription<I, S>,
): void {
  const handle = async (job: Job, msg: Message, send: Send): Promise<void> => {
    const settings = work.settings();
    const inputs = await work.inputs(msg, settings);
    job.signal.throwIfAborted();
    const { RED, status } = work;
    description.run({ RED, msg, inputs, settings, status, send: (...outputs) => send(outputs) });
  };
  work.node.on("input", (msg: Message, send: unknown, done: Done) => {
    if (isReset(msg)) {
      work.reset(done, () => undefined);
      return;
    }
    forgetReset(msg);
    work.jobs.start((job) =>
      handle(job, msg, send as Send).then(
        () => done(),
        (thrown: unknown) => done(work.endOf(thrown, job.stopped)),
      ),
    );
  });
  work.node.on("close", (_removed: boolean, done: () => void) => work.close(done, () => undefined));
}
