/**
 * What a node is, said once. The runtime (`lib/flow/node/runner.ts`), the edit dialog and the help panel (generated at
 * build time by `scripts/`), the dialog's validation (`lib/editor`) and the contract test all read this description.
 */

/** The palette categories, one colour each. */
export type Family = "speech" | "voices" | "library";

/** Where an operation's input travels (API reference, sections C to H). */
export type Place = "path" | "query" | "body" | "form";

/** How a value is entered, converted and checked. `voice` and `style` are text with a picker. */
export type InputKind =
  "text" | "number" | "integer" | "toggle" | "choice" | "object" | "list" | "voice" | "style" | "file";

/** The source a fresh node reads an input from, as a TypedInput stores it, e.g. `msg` and `payload`. */
export interface Source {
  readonly type: string;
  readonly value: string;
}

/** Everything that may be said about an input besides its kind. */
export interface InputOptions {
  /** Blank or missing is an error. */
  readonly required?: boolean;
  /** Required only while this other input, or each of these, is blank. */
  readonly requiredUnless?: string | readonly string[];
  /** A property of the message that has the input's name takes precedence over what the dialog says. */
  readonly messageWins?: boolean;
  /** What a fresh node starts with: `"msg.payload"` reads from the message, anything else is a literal. */
  readonly from?: string;
  /** The value the service takes when nothing is sent (shown in the help and as placeholder). */
  readonly default?: string | number | boolean;
  /** Inclusive bounds of a number, or of each number of a list. */
  readonly min?: number;
  readonly max?: number;
  /** How many characters a text may have. */
  readonly maxLength?: number;
  /** The exact length of a list. */
  readonly length?: number;
  /** A list's members are whole numbers. */
  readonly integers?: boolean;
  /** The documented values of a choice. */
  readonly choices?: readonly string[];
  /** Undocumented values are accepted (the service may support more). */
  readonly open?: boolean;
  /** Folded away in the dialog. */
  readonly advanced?: boolean;
  /** It is for the node itself and is not sent to the service. */
  readonly local?: boolean;
  /** Where it travels; by default the place the operation's method suggests. */
  readonly in?: Place;
  /** The name on the wire when Node-RED reserves it (`id`), e.g. `voiceId` travels as path parameter `id`. */
  readonly as?: string;
  /** Text may span lines in the dialog. */
  readonly multiline?: boolean;
  /** Text of nothing but white space counts as given. */
  readonly spaces?: boolean;
  /** The input whose value picks the voice that a `style` belongs to. */
  readonly of?: string;
  /** What a file may be and how large, see `files.ts`. */
  readonly file?: FileRules;
  /** Shown and read only while a setting has this value, or one of these. */
  readonly when?: When;
}

/**
 * Values that settings must have, e.g. `{ pace: "realtime" }` or `{ shape: ["text", "splitter"] }`; a check is "true".
 */
export type When = Readonly<Record<string, string | readonly string[]>>;

/** Limits of a file input (API reference 0.4, fact 10; H). */
export type FileRules = {
  /** Media type family that a data URL must begin with, e.g. `audio`. */
  readonly media: "audio" | "image" | "any";
  /** Left out where no limit is known. */
  readonly maxBytes?: number;
} & (
  | {
      /** The request wants data URL text. */
      readonly wire: "dataUrl";
      /** How long a recording must and may play, if its format tells it. */
      readonly minSeconds?: number;
      readonly maxSeconds?: number;
    }
  | {
      /** The request wants a form part. */
      readonly wire: "part";
    }
);

/** A file as part of a multipart form. A path is read only while it is sent, piece by piece. */
export interface FilePart {
  readonly filename: string;
  /** Media type, e.g. `application/zip`. */
  readonly type: string;
  readonly bytes: number;
  readonly blob: Blob;
}

/** One input of a node. The type parameters are what `run` receives. */
export interface Input<T = unknown, R extends boolean = boolean> extends InputOptions {
  readonly kind: InputKind;
  /** Carries the types only. */
  readonly __value?: T;
  readonly __required?: R;
}

/** One fixed setting of a node: chosen in the dialog, never taken from a message. */
export type Setting = (
  | {
      readonly kind: "select";
      readonly choices: readonly string[];
      readonly default: string;
      /** Says how the messages of one node treat each other: its values are those of `BUSY`. */
      readonly ordersMessages?: boolean;
    }
  | { readonly kind: "count"; readonly default: number; readonly min: number; readonly max: number }
  | { readonly kind: "check"; readonly default: boolean }
  | {
      readonly kind: "line";
      readonly default: string;
      /** Blank is an error. */
      readonly required?: boolean;
      /** `url`: an address that begins with http:// or https://. */
      readonly format?: "url";
      /** The error's code for a refused value, if it has a code of its own. */
      readonly fault?: string;
      /** `path`: replaces the path of the operation's request; `field`: the name of an input in the request's form. */
      readonly replaces?: "path" | { readonly field: string };
    }
) & {
  /** Folded away in the dialog. */
  readonly advanced?: boolean;
  /** Shown only while another setting has this value, or one of these. */
  readonly when?: When;
  /** Font Awesome 4 name of the icon in the dialog, without `fa-`; `cog` by default. */
  readonly icon?: string;
};

export type Inputs = Readonly<Record<string, Input>>;
export type Settings = Readonly<Record<string, Setting>>;

/** The values `run` receives: required inputs are always there. */
export type InputValues<I extends Inputs> = {
  readonly [K in keyof I]: I[K] extends Input<infer T, infer R>
    ? R extends true
      ? T
      : T | undefined
    : never;
};

export type SettingValues<S extends Settings> = {
  readonly [K in keyof S]: S[K] extends { kind: "count" }
    ? number
    : S[K] extends { kind: "check" }
      ? boolean
      : string;
};

/** What holds for every node, whatever it does. */
export interface Description<I extends Inputs = Inputs, S extends Settings = Settings> {
  /** Node type, `vocu-` and the file's name. */
  readonly type: `vocu-${string}`;
  readonly family: Family;
  readonly inputs: I;
  readonly settings?: S;
  /** Number of outputs; their names are the words `outputs.1`, `outputs.2`. */
  readonly outputs: 1 | 2;
  /** The input that may be blank in a member of a sequence (`msg.parts`); `run` then passes on an empty member. */
  readonly silentInput?: string;
  /** Section of the API reference; a node that calls no API has none. */
  readonly reference?: string;
  /** The operation of the OpenAPI document that it is, for the contract test. */
  readonly operationId?: string;
  /** Only older editions of the API document it (API reference 0.2). */
  readonly legacy?: boolean;
}

/** A node that calls no API and so asks for no account. */
export interface AccountlessDescription extends Description {
  readonly account: false;
}

/** Any node of the palette. */
export type PaletteDescription = Description & Partial<Pick<AccountlessDescription, "account">>;

type Req<O extends InputOptions> = O extends { when: When }
  ? false
  : O extends { required: true }
    ? true
    : false;

const input =
  <T>(kind: InputKind) =>
  <const O extends InputOptions>(options?: O): Input<T, Req<O>> => ({ ...options, kind });

/** Text; numbers and booleans are written out, a Buffer is read as UTF-8. */
export const text = input<string>("text");
/** A number, also given as text. */
export const number = input<number>("number");
/** A whole number, also given as text. */
export const integer = input<number>("integer");
/** True or false, also as text or 1 and 0; left alone it is not sent. */
export const toggle = input<boolean>("toggle");
/** A JSON object, also as text. */
export const object = input<Record<string, unknown>>("object");
/** A list, also as JSON text; a single object or value counts as a list of one. */
export const list = <const O extends InputOptions>(
  options?: O,
): Input<O extends { integers: true } ? number[] : unknown[], Req<O>> => ({ ...options, kind: "list" });
/** A voice id (`voiceId`), with the account's voices to pick from. */
export const voice = input<string>("voice");
/** A style id (`promptId`), with the styles of the voice to pick from. */
export const style = input<string>("style");

/**
 * A file: a Buffer, a path on this machine or a data URL; `run` receives data URL text or a form part (`file.wire`).
 */
export const file = <const O extends InputOptions & { file: FileRules }>(
  options: O,
): Input<O["file"]["wire"] extends "part" ? FilePart : string, Req<O>> => ({ ...options, kind: "file" });

/** One of several words; with `open` any other word too. */
export const choice = <const O extends InputOptions>(
  choices: readonly string[],
  options?: O,
): Input<string, Req<O>> => ({ ...options, choices, kind: "choice" });

/** The same inputs, asked for only while settings have these values; to `run` none of them is certain to be there. */
export const inputsWhen = <I extends Inputs>(
  when: When,
  inputs: I,
): { readonly [K in keyof I]: I[K] extends Input<infer T> ? Input<T, false> : never } =>
  Object.fromEntries(Object.entries(inputs).map(([name, spec]) => [name, { ...spec, when }])) as never;

/** The same settings, shown only while others have these values. */
export const settingsWhen = <S extends Settings>(when: When, settings: S): S =>
  Object.fromEntries(
    Object.entries(settings).map(([name, spec]) => [name, { ...spec, when: { ...spec.when, ...when } }]),
  ) as S;

/** Whether what is shown `when` applies to these settings. */
export const applies = (when: When | undefined, settings: Readonly<Record<string, unknown>>): boolean =>
  Object.entries(when ?? {}).every(([name, wanted]) => [wanted].flat().includes(String(settings[name])));

/** The source a fresh node has for this input. */
export function sourceOf(spec: Input): Source {
  const from = spec.from ?? "";
  if (from.startsWith("msg.")) return { type: "msg", value: from.slice(4) };
  return { type: literalTypeOf(spec.kind), value: from };
}

/** The TypedInput type that holds a literal of this kind. */
export function literalTypeOf(kind: InputKind): string {
  switch (kind) {
    case "number":
    case "integer":
      return "num";
    case "toggle":
      return "bool";
    case "object":
    case "list":
      return "json";
    default:
      return "str";
  }
}

/** The file's name and the palette name: the type without its prefix. */
export const nameOf = (description: Pick<Description, "type">): string =>
  description.type.slice("vocu-".length);
