/** The description of an audio sink, and its context. */
import type { Node, NodeAPI } from "node-red";
import type {
  AccountlessDescription,
  Inputs,
  InputValues,
  Setting,
  Settings,
  SettingValues,
} from "../../schema/description";
import type { Translate } from "../message/problem";
import type { Message } from "../message/sequence";
import type { StatusLine } from "../message/status";
import type { IncomingAudio } from "./incoming-audio";

/** The setting that every audio sink has: how many seconds the next chunk of a sequence may take. */
export const AUDIO_SINK_SETTINGS = {
  idleTimeout: { kind: "count", default: 60, min: 1, max: 3600, advanced: true },
} as const satisfies Settings;

/** The context of one speech. */
export interface AudioSinkContext<I, S> {
  readonly RED: NodeAPI;
  /** The values of the inputs for this speech, by its first message. */
  readonly inputs: I;
  readonly settings: S;
  readonly speech: IncomingAudio;
  /** Aborts when the speech is reset, replaced or broken, or when its node closes. */
  readonly signal: AbortSignal;
  readonly translate: Translate;
  readonly status: StatusLine;
  /** Sends one message per output, `null` for none; does nothing once the node is closed. */
  send(...outputs: (Message | null)[]): void;
  /** Sends a sequence's retraction, also while the node is being closed: later nodes may stay deployed. */
  retract(retraction: Message): void;
}

/** The audio handling of one placed node. */
export interface AudioSink<I, S> {
  /** Handles one speech to its end, and throws to report an error. */
  handle(context: AudioSinkContext<I, S>): Promise<void>;
  /** Called when a speech has ended without an error: handled, stopped, or dropped before it was handled. Must not fail. */
  ended?(speech: IncomingAudio): void;
  /** Called when `msg.reset` has stopped all speeches; discards remains of earlier ones. */
  reset?(): Promise<void>;
  /** Called when the node is closed and no speech is in processing. */
  close?(): Promise<void>;
}

/** A node that takes audio in. Interleaved sequences are kept apart; with a setting `busy` they take turns. */
export interface AudioSinkDescription<I extends Inputs, S extends Settings> extends AccountlessDescription {
  readonly inputs: I;
  readonly settings: S & { readonly idleTimeout: Setting };
  /** Makes the audio of a text in `msg.payload`, e.g. a path; without it text is refused. */
  readonly audioOfText?: (RED: NodeAPI, text: string) => AsyncGenerator<Buffer>;
  /** Called once for each runtime. */
  readonly setUp?: (RED: NodeAPI) => void;
  /** Called once for each placed node. */
  readonly sink: (
    RED: NodeAPI,
    node: Node,
    translate: Translate,
  ) => AudioSink<InputValues<I>, SettingValues<S>>;
}
