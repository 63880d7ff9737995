/** The status line under a node, in the runtime's language. */
import type { Node, NodeStatusFill, NodeStatusShape } from "node-red";
import type { Translate } from "./problem";

/** Sets `node.status`; does nothing once the node is closed. */
export class StatusLine {
  private silent = false;
  private waitingShown?: number;
  private shown?: string;
  /** Thousands of messages may begin and end in the same words at once, and a look-up takes long. */
  private readonly words = new Map<string, string>();

  constructor(
    private readonly node: Pick<Node, "status">,
    private readonly translate: Translate,
  ) {}

  /** Blue: working; `key` is a word of the shared catalog's `status`. */
  working(key: string, params?: Readonly<Record<string, string | number>>): void {
    this.show("blue", "dot", params ? this.translate(`shared:status.${key}`, params) : this.word(key));
  }

  /** Yellow: waiting. Every waiting message reports it; it is shown once. */
  waiting(count: number): void {
    if (count === this.waitingShown) return;
    this.show("yellow", "ring", this.translate("shared:status.waiting", { count }));
    this.waitingShown = count;
  }

  /** Green: done, with a result. */
  done(text: string): void {
    this.show("green", "dot", text);
  }

  /** Grey: nothing to report. */
  idle(key: string): void {
    this.show("grey", "ring", this.word(key));
  }

  /** Red: failed. */
  failed(text: string): void {
    this.show("red", "ring", text.length > MAX_LENGTH ? `${text.slice(0, MAX_LENGTH - 1)}…` : text);
  }

  /** Clears the line permanently. */
  close(): void {
    this.node.status({});
    this.silent = true;
  }

  private word(key: string): string {
    let word = this.words.get(key);
    if (word === undefined) this.words.set(key, (word = this.translate(`shared:status.${key}`)));
    return word;
  }

  private show(fill: NodeStatusFill, shape: NodeStatusShape, text: string): void {
    this.waitingShown = undefined;
    // Every status travels to each open editor, and thousands of messages may end in the same way at the same time.
    const line = `${fill} ${shape} ${text}`;
    if (this.silent || line === this.shown) return;
    this.shown = line;
    this.node.status({ fill, shape, text });
  }
}

/** Longer lines overlap neighbouring nodes; the error has the whole sentence. */
const MAX_LENGTH = 40;
