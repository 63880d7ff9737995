/** Sees every message of a running Node-RED through its hooks, whatever nodes it passes. */
import { hooks } from "@node-red/util";
import { Journal } from "./journal";
import { isOurs } from "./modules";
import type { Message } from "./message";

const LABEL = "vocuTests";

export interface RunningNode {
  id: string;
  type: string;
  on(event: "close", listener: () => void): void;
}

interface At {
  id: string;
  node: RunningNode;
}

/** An input that one of our nodes took, and how often it has been ended. */
export interface Input {
  readonly message: Message;
  readonly node: string;
  ended: number;
  error?: Error;
}

/** What happened in the flows of one test. */
export class Watch {
  /** Inputs of our nodes, added when they end. */
  readonly ends = new Journal<Input>("an input that ends");
  /** Messages that one of our nodes sent after it had been closed, retractions left out. */
  readonly lateMessages: Message[] = [];
  private readonly inputs = new Map<object, Input>();
  private readonly arrivals = new Map<string, Journal<Message>>();
  private readonly closed = new WeakSet();

  /** Begins to look; only one watch can look at a time. */
  open(): void {
    hooks.remove(`*.${LABEL}`);
    hooks.add(`onReceive.${LABEL}`, (event: { msg: Message; destination: At }) => {
      this.received(event.msg, event.destination.node);
    });
    hooks.add(`onComplete.${LABEL}`, (event: { msg: Message; error?: Error; node: At }) => {
      this.ended(event.msg, event.error);
    });
    hooks.add(`onSend.${LABEL}`, (events: { msg: Message; source: At }[]) => {
      for (const { msg, source } of events) {
        // What was begun is retracted while the node closes: nodes behind it may stay deployed.
        if (this.closed.has(source.node) && !msg.reset) this.lateMessages.push(msg);
      }
    });
  }

  /** Looks no more. */
  close(): void {
    hooks.remove(`*.${LABEL}`);
  }

  /** From now on notices what a node sends after its close. */
  follow(node: RunningNode): void {
    // Registered after the node's own listener, so that it is closed by then.
    node.on("close", () => this.closed.add(node));
  }

  /** The messages that reach a node. Catch, Complete and Status nodes are reached by what they report. */
  at(id: string): Journal<Message> {
    let journal = this.arrivals.get(id);
    if (!journal) this.arrivals.set(id, (journal = new Journal(`a message at "${id}"`)));
    return journal;
  }

  /** All inputs that our nodes took. */
  get taken(): readonly Input[] {
    return [...this.inputs.values()];
  }

  /** All messages that were seen anywhere. */
  *everything(): Generator<Message> {
    for (const { entries } of this.arrivals.values()) yield* entries;
  }

  private received(message: Message, node: RunningNode): void {
    if (isOurs(node.type)) this.inputs.set(message, { message, node: node.id, ended: 0 });
    // Core nodes change what they are given; a helper node hands out the very object that was sent.
    this.at(node.id).add(node.type === "helper" ? message : { ...message });
  }

  private ended(message: Message, error: Error | undefined): void {
    const input = this.inputs.get(message);
    if (!input) return;
    input.ended += 1;
    if (error) input.error = error;
    this.ends.add(input);
  }
}
