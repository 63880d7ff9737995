/** What the pickers offer: the account's voices, the styles of a voice, its templates, splitters and tasks. */
import type { EntryFacts, StyleFacts, VoiceFacts } from "../schema/admin-replies";
import type { Input } from "../schema/description";
import { currentValue, isLiteral } from "./fields";
import { entriesOf } from "./lists";
import type { Offer } from "./offers";
import { listOf, type ListName } from "./picked";
import type { EditorNode } from "./red-types";
import { isBlank } from "./rules";
import { specOf } from "./spec";
import { knownWord, languageName, word } from "./words";

/** What a field can show: a list to pick from, or why there is none. */
export interface Choice {
  readonly offers: readonly Offer[];
  /** Said when nothing is picked. */
  readonly none: string;
  /** Said when something else was typed. */
  readonly unknown: string;
}

/** The chosen account's id, undefined where none is chosen. */
export function accountOf(node: EditorNode): string | undefined {
  const account = currentValue(node, "account");
  return typeof account === "string" && account !== "" && account !== "_ADD_" ? account : undefined;
}

/**
 * What an input offers. Undefined where nothing can be said, e.g. about the styles of a voice that a message names.
 * @throws Refusal with the reason why the account cannot say
 */
export async function choiceOf(
  node: EditorNode,
  name: string,
  input: Input,
  fresh = false,
): Promise<Choice | undefined> {
  const account = accountOf(node);
  const list = listOf(name, input);
  if (input.kind === "style") return account === undefined ? undefined : styles(node, input, account, fresh);
  if (account === undefined) return nothing(word("dialog.voices.noAccount"));
  if (list === undefined) return undefined;
  if (list !== "voices") return kept(list, await entriesOf(list, account, fresh));
  const voices = await entriesOf("voices", account, fresh);
  return {
    offers: offersOnce(voices, voiceOffers),
    none:
      voices.length === 0
        ? word("dialog.voices.none")
        : word("dialog.voices.count", { count: voices.length }),
    unknown: word("dialog.voices.unknown"),
  };
}

async function styles(
  node: EditorNode,
  input: Input,
  account: string,
  fresh: boolean,
): Promise<Choice | undefined> {
  const voice = voiceName(input);
  const voiceInput = specOf(node.type).inputs[voice];
  if (!voiceInput || !isLiteral(node, voice, voiceInput)) return undefined;
  const id = currentValue(node, voice);
  if (isBlank(id)) return nothing(word("dialog.voices.chooseVoice"));
  const found = (await entriesOf("voices", account, fresh)).find((each) => each.id === id);
  if (!found) return undefined;
  return {
    offers: offersOnce(found.styles, (list) => list.map(styleOffer)),
    none: word("dialog.voices.styles", { count: found.styles.length }),
    unknown: word("dialog.voices.unknownStyle"),
  };
}

/** The input that names the voice of a style. */
export const voiceName = (input: Input): string => input.of ?? "voiceId";

/** The voice that a node's dialog has chosen; undefined where it is not among the account's. */
export async function chosenVoice(node: EditorNode): Promise<VoiceFacts | undefined> {
  const account = accountOf(node);
  const input = specOf(node.type).inputs.voiceId;
  if (account === undefined || !input || !isLiteral(node, "voiceId", input)) return undefined;
  const id = currentValue(node, "voiceId");
  try {
    return (await entriesOf("voices", account)).find((voice) => voice.id === id);
  } catch {
    return undefined;
  }
}

/** Nothing to pick, whatever was typed. */
const nothing = (why: string): Choice => ({ offers: [], none: why, unknown: why });

function kept(list: Exclude<ListName, "voices">, entries: readonly EntryFacts[]): Choice {
  return {
    offers: offersOnce(entries, (all) => all.map(entryOffer)),
    none: word(`dialog.${list}.count`, { count: entries.length }),
    unknown: word(`dialog.${list}.unknown`),
  };
}

/** Own voices before those of the market, each by name. */
function voiceOffers(voices: readonly VoiceFacts[]): Offer[] {
  const byName = new Intl.Collator().compare;
  const sorted = [...voices].sort((a, b) => Number(a.market) - Number(b.market) || byName(a.name, b.name));
  const grouped = voices.some(({ market }) => market);
  return sorted.map((voice) => voiceOffer(voice, grouped));
}

function voiceOffer(
  { id, name, version, language, description, avatar, market, unusable, styles: own }: VoiceFacts,
  grouped: boolean,
): Offer {
  const spoken = language === undefined || language === "auto" ? undefined : languageName(language);
  return {
    value: id,
    name,
    marks: [spoken, version].filter((mark) => mark !== undefined),
    hasSample: own.some(({ hasSample }) => hasSample),
    ...(grouped ? { group: word(market ? "dialog.voices.market" : "dialog.voices.own") } : {}),
    ...(description === undefined ? {} : { description }),
    ...(avatar === undefined ? {} : { avatar }),
    ...(unusable === undefined ? {} : { note: word(`dialog.voices.unusable.${unusable}`) }),
  };
}

const styleOffer = ({ id, name, description, hasSample }: StyleFacts): Offer => ({
  value: id,
  name,
  hasSample,
  ...(description === undefined ? {} : { description }),
});

function entryOffer({ id, name, date, status }: EntryFacts): Offer {
  const when = date === undefined ? undefined : new Date(date);
  const marks = [
    status === undefined ? undefined : knownWord(`dialog.tasks.status.${status}`),
    when === undefined || Number.isNaN(when.getTime()) ? undefined : when.toLocaleDateString(),
  ];
  return { value: id, name, marks: marks.filter((mark) => mark !== undefined) };
}

const made = new WeakMap<readonly unknown[], readonly Offer[]>();

/** The offers of a remembered list are made once, and so are the rows that show them. */
function offersOnce<T>(list: readonly T[], make: (list: readonly T[]) => Offer[]): readonly Offer[] {
  const known = made.get(list);
  if (known) return known;
  const offers = make(list);
  made.set(list, offers);
  return offers;
}
