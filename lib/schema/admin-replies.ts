/** What the runtime answers to the edit dialogs (`lib/flow/admin`, `lib/flow/sound`): the types that both ends share. */

/** Why there is no answer. The dialog has the words: `errors.<code>`, else those of the status, filled with `params`. */
export interface Failure {
  readonly code: string;
  readonly statusCode?: number;
  readonly params: Readonly<Record<string, string | number>>;
}

/** An account in one line (API reference E.1). */
export interface AccountFacts {
  readonly name: string;
  /** True for a paid plan; undefined where the service does not say. */
  readonly paid?: boolean;
  /** Paid and granted balance together. */
  readonly credits?: number;
}

/** Credits spent through these nodes in the last hour and day; a limit of 0 is none. */
export interface UsageFacts {
  readonly hour: { readonly used: number; readonly limit: number };
  readonly day: { readonly used: number; readonly limit: number };
}

/** Answer to `POST vocu/account`. */
export interface AccountReply extends AccountFacts {
  /** Left out by a runtime that counts nothing. */
  readonly usage?: UsageFacts;
}

/** Why a voice cannot speak (API reference 7.1). */
export type Obstacle = "creating" | "training" | "awaiting" | "failed";

/** A voice to pick (API reference 7.7). */
export interface VoiceFacts {
  /** What a request sends as `voiceId`. */
  readonly id: string;
  readonly name: string;
  readonly version?: string;
  readonly description?: string;
  /** The language of its default style; left out where the service finds it out by itself. */
  readonly language?: string;
  /** Address of a picture. */
  readonly avatar?: string;
  /** Bought on the market, and not made by the account. */
  readonly market: boolean;
  /** Left out where it can speak. */
  readonly unusable?: Obstacle;
  /** Its styles, the default one first, deleted ones left out (API reference 7.2). */
  readonly styles: readonly StyleFacts[];
}

/** A style to pick. */
export interface StyleFacts {
  /** What a request sends as `promptId`. */
  readonly id: string;
  readonly name: string;
  readonly description?: string;
  /** A recording of it can be played (`POST vocu/sample`). */
  readonly hasSample: boolean;
}

/** A template, a splitter or a task to pick (API reference 7.8, 7.9, H). */
export interface EntryFacts {
  readonly id: string;
  /** Its name; the first words of a task. */
  readonly name: string;
  /** ISO 8601. */
  readonly date?: string;
  /** Of a task. */
  readonly status?: string;
}

/** The lists to pick from; `POST vocu/<name>` answers with an object that holds the list under its name. */
export interface Lists {
  readonly voices: VoiceFacts;
  readonly templates: EntryFacts;
  readonly splitters: EntryFacts;
  readonly tasks: EntryFacts;
}

/** Answer to `POST vocu/sample` and `POST vocu/preview`: audio as JSON carries it. */
export interface AudioReply {
  /** Media type. */
  readonly type: string;
  readonly base64: string;
}

/** Answer to `POST vocu/cache/clear`: how many speeches were removed. */
export interface ClearedReply {
  readonly cleared: number;
}

/** Answer to `POST vocu/players`: the players that are installed, and the sound devices of the one that is set. */
export interface PlayersReply {
  readonly players: readonly {
    readonly name: string;
    /** It can be told a device. */
    readonly device: boolean;
    /** It does not run as the user root, and Node-RED runs as root. */
    readonly notAsRoot?: true;
  }[];
  readonly devices: readonly { readonly name: string; readonly description: string }[];
}

/** Answer to `POST vocu/play-tone`. */
export interface ToneReply {
  readonly player: string;
  readonly playedMs: number;
}

/** Answer to `POST vocu/audio-url`. */
export interface AddressReply {
  /** The address that a node gives out. */
  readonly url: string;
  /** The addresses that this machine has in its networks. */
  readonly addresses: readonly { readonly address: string }[];
  /** Node-RED runs in a container, whose own address is of little use. */
  readonly container: boolean;
}
