/** The node that prepares text: one text in, the text or a sequence of its pieces out. */
import {
  choice,
  list,
  text,
  type Inputs,
  type InputValues,
  type Settings,
  type SettingValues,
} from "../../schema/description";
import { Extras } from "../message/extras";
import { Problem } from "../message/problem";
import { without, type Message, type Parts } from "../message/sequence";
import type { LocalContext } from "../node/local";
import { prepareText } from "./prepare";
import { readReplacements } from "./replacements";
import type { Pieces } from "./split";

/** The inputs of the node. */
export const PREPARE_INPUTS = {
  text: text({ required: true, from: "msg.payload", multiline: true }),
  replacements: list(),
  language: choice(["auto", "en", "de", "zh"], { open: true, default: "auto", messageWins: true }),
} as const satisfies Inputs;

/** The settings of the node. */
export const PREPARE_SETTINGS = {
  split: { kind: "select", choices: ["none", "sentences", "paragraphs"], default: "none" },
  maxLength: { kind: "count", default: 0, min: 0, max: 1_000_000 },
  units: { kind: "check", default: false },
  markdown: { kind: "check", default: true, advanced: true },
  emoji: { kind: "check", default: true, advanced: true },
} as const satisfies Settings;

type Context = LocalContext<InputValues<typeof PREPARE_INPUTS>, SettingValues<typeof PREPARE_SETTINGS>>;

/**
 * Sends the prepared text: as one message, or in pieces as a sequence that core's join restores.
 * @throws Problem `TEXT_REPLACEMENT`, `TEXT_NOTHING_LEFT`
 */
export function prepareMessage(context: Context): void {
  const { inputs, settings, status } = context;
  // A member of a sequence may be blank (`silentInput`).
  const { text: given = "", language = "auto", replacements = [] } = inputs as Partial<typeof inputs>;
  const prepared = prepareText(given, {
    ...settings,
    language,
    replacements: readReplacements(replacements),
  });
  const vocu = { operation: "text-prepare", text: given };
  if (settings.split === "none" && settings.maxLength === 0) sendWhole(context, prepared, vocu);
  else sendPieces(context, prepared, vocu);
  status.idle("done");
}

function sendWhole({ msg, send }: Context, { pieces: [payload] }: Pieces, vocu: object): void {
  if (payload === undefined && !isMember(msg)) throw new Problem("TEXT_NOTHING_LEFT");
  // A later join waits for every member, also for one that contained only an emoji.
  send({ ...msg, payload: payload ?? "", vocu });
}

function sendPieces({ RED, msg, send }: Context, { pieces, joiner }: Pieces, vocu: object): void {
  if (pieces.length === 0 && !isMember(msg)) throw new Problem("TEXT_NOTHING_LEFT");
  const extras = new Extras((own) => RED.util.cloneMessage(own), without(msg, "payload", "parts", "vocu"));
  const around = msg.parts === undefined ? {} : { parts: msg.parts as Parts };
  const sequence = { id: RED.util.generateId(), type: "string", ch: joiner };
  const members = pieces.length === 0 ? [""] : pieces;
  for (const [index, payload] of members.entries()) {
    const parts: Parts = extras.copy({ ...sequence, index, count: members.length, ...around });
    const member = extras.addTo({ payload, parts, vocu: { ...vocu } });
    if (index + 1 < members.length) Reflect.deleteProperty(member, "complete");
    extras.whileSending(() => send(member as unknown as Message));
  }
}

const isMember = ({ parts }: Message): boolean => (parts as Parts | undefined)?.id !== undefined;
