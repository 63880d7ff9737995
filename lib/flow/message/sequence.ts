/** Node-RED's sequence contract for audio: chunks that Join, File and MQTT understand (docs/adr/0003). */
import type { NodeMessage, NodeMessageInFlow } from "node-red";
import { Extras } from "./extras";

/** Node-RED's `msg.parts`; nested sequences keep the outer one in `parts`. */
export interface Parts {
  readonly id?: string;
  readonly index?: number;
  readonly count?: number;
  readonly type?: string;
  readonly ch?: string;
  readonly len?: number;
  /** The message property that holds the member. */
  readonly property?: string;
  readonly parts?: Parts;
}

/** A Node-RED message with any properties. */
export type Message = NodeMessageInFlow & Record<string, unknown>;

/** Facts about an audio, for `msg.vocu`. */
export type Facts = Readonly<Record<string, unknown>>;

/** What the sequence needs from `RED.util`. */
export interface MessageTools {
  generateId(): string;
  cloneMessage<T extends NodeMessage>(message: T): T;
}

/**
 * The incoming `parts` for outgoing audio, which is in `msg.payload` wherever the text was. Text that was split arrives
 * here with `type: "string"`, or `"buffer"` where it was bytes; a later join would glue the audio together as text, or
 * put the separators of the text between, so the type is changed.
 */
export function carriedParts(incoming: unknown): Parts | undefined {
  if (typeof incoming !== "object" || incoming === null) return undefined;
  const { property, ...sequence } = incoming as Parts;
  const parts: Parts = property === undefined ? sequence : { ...sequence, property: "payload" };
  if (parts.type !== "string" && parts.type !== "buffer") return parts;
  // The separator and the length of the texts do not apply to the audio.
  return { ...without(parts, "len"), type: "buffer", ch: "" };
}

/**
 * The incoming `parts` for outgoing objects, neither text nor audio: a later join refuses to glue objects
 * together, so it makes a list of them.
 */
function listedParts(incoming: unknown): Parts | undefined {
  const parts = carriedParts(incoming);
  return parts?.type === "buffer" ? { ...without(parts, "len", "ch"), type: "array" } : parts;
}

/** A copy without some of its members. */
export function without<T extends object>(whole: T, ...names: readonly (keyof T)[]): T {
  const rest = { ...whole };
  for (const name of names) Reflect.deleteProperty(rest, name);
  return rest;
}

/** What the members of a sequence are: mp3 data that a join glues together, or things that it collects in an array. */
const AUDIO = { type: "buffer", ch: "" } as const;
const THINGS = { type: "array", len: 1 } as const;

/**
 * The messages that one input message turns into, in the form that Join and Batch understand. By default the payloads
 * are things of any kind that a join collects in an array.
 */
export class MessageSequence {
  protected readonly extras: Extras;
  private readonly id: string;
  private readonly incoming: Parts | undefined;
  private sent = 0;

  /** @param done properties of the message that have been handled and are not passed on */
  constructor(
    tools: MessageTools,
    message: Message,
    done: readonly string[] = [],
    private readonly members: Readonly<Parts> = THINGS,
  ) {
    this.id = tools.generateId();
    this.incoming = members === AUDIO ? carriedParts(message.parts) : message.parts;
    this.extras = new Extras(
      (own) => tools.cloneMessage(own),
      without(message, "payload", "parts", "vocu", ...done),
    );
  }

  /** Number of messages made so far. */
  get count(): number {
    return this.sent;
  }

  /**
   * The next payload as a new message; only the last one carries `parts.count`. An incoming `complete` is not passed
   * on: it would end a join at the first message of the sequence.
   */
  next(payload: unknown, vocu: object, last: boolean): Message {
    const index = this.sent;
    this.sent += 1;
    const parts: Parts = {
      id: this.id,
      ...this.members,
      index,
      ...(last ? { count: this.sent } : {}),
      ...(this.incoming ? { parts: this.extras.copy(this.incoming) } : {}),
    };
    const next = this.extras.addTo({ parts, vocu: this.extras.copy(vocu), payload }) as unknown as Message;
    delete next.complete;
    return next;
  }

  /**
   * Runs the work that sends the sequence. Where it fails after a message was sent, `context.retract` gets the message
   * that makes a half-filled join forget the sequence.
   * @throws what `work` throws
   */
  async retractOnError<T>(
    context: { retract(retraction: Message): void },
    work: () => Promise<T>,
  ): Promise<T> {
    try {
      return await work();
    } catch (error) {
      if (this.sent > 0) context.retract({ reset: true, parts: { id: this.id } } as unknown as Message);
      throw error;
    }
  }

  /** Calls `send` for messages of this sequence, see `Extras.whileSending`. */
  whileSending(send: () => void): void {
    this.extras.whileSending(send);
  }

  /** A message that shares no objects with the others, so that a change in one does not affect them. */
  protected message(payload: unknown, own: Record<string, unknown>): Message {
    return this.extras.addTo({ ...this.extras.copy(own), payload }) as Message;
  }
}

/** One audio sequence made from one input message: the payloads are mp3 data. */
export class AudioSequence extends MessageSequence {
  private readonly carried: Parts | undefined;
  private readonly listed: Parts | undefined;

  /** @param done properties of the message that have been handled and are not passed on */
  constructor(tools: MessageTools, message: Message, done: readonly string[] = []) {
    super(tools, message, done, AUDIO);
    this.carried = carriedParts(message.parts);
    this.listed = listedParts(message.parts);
  }

  /** The whole speech as one message: without a new sequence, the incoming one continues. */
  whole(data: Buffer, vocu: object): Message {
    return this.message(data, { vocu, ...(this.carried ? { parts: this.carried } : {}) });
  }

  /** The message of the summary output when the speech has ended. */
  summary(vocu: object): Message {
    const payload = structuredClone(vocu);
    return this.message(payload, { vocu, ...(this.listed ? { parts: this.listed } : {}) });
  }
}
