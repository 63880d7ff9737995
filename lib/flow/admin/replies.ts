/** What the edit dialogs show of an account and its voices; values of an unexpected type are left out. */

import { accountIn, DEFAULT_STYLE, readAccount, readVoice, type Style, type Voice } from "../../api";
import type { AccountFacts, EntryFacts, Obstacle, StyleFacts, VoiceFacts } from "../../schema/admin-replies";

const OBSTACLES: Readonly<Record<string, Obstacle>> = {
  creating: "creating",
  "lora-pending": "training",
  "lora-awaiting": "awaiting",
  "lora-need-reupload": "awaiting",
};

/** The account in a reply of account info. */
export function accountFacts(body: Readonly<Record<string, unknown>>): AccountFacts {
  const { name = "", paid, credits } = readAccount(accountIn(body));
  return { name, ...present("paid", paid), ...present("credits", credits) };
}

/** The voices in the `data` of the voice list. */
export function voicesOf(data: unknown): VoiceFacts[] {
  return readVoices(data).flatMap((voice) => {
    const { voiceId: id, name, market, usable, status = "" } = voice;
    if (id === undefined) return [];
    const styles = pickable(voice.styles);
    return [
      {
        id,
        name: name ?? id,
        market,
        styles: styles.map(styleFacts),
        ...present("version", voice.version),
        ...present("description", voice.description),
        ...present("avatar", voice.avatar),
        ...present("language", styles[0]?.language),
        ...present("unusable", usable ? undefined : (OBSTACLES[status] ?? "failed")),
      },
    ];
  });
}

/**
 * The address of a recording of a voice in the `data` of the voice list: that of the style, else of the first style
 * with a recording.
 */
export function sampleOf(data: unknown, voiceId: string, styleId: string | undefined): string | undefined {
  const voice = readVoices(data).find((each) => each.voiceId === voiceId);
  const styles = pickable(voice?.styles ?? []);
  const asked = styleId === undefined ? styles : styles.filter(({ id }) => id === styleId);
  return asked.map(({ recording }) => recording).find((address) => address !== undefined);
}

const readVoices = (data: unknown): Voice[] =>
  Array.isArray(data) ? (data as unknown[]).map(readVoice) : [];

/** The default style first, deleted ones left out. */
function pickable(styles: readonly Style[]): readonly Style[] {
  const kept = styles.filter(({ deleted }) => !deleted);
  const isDefault = ({ id }: Style): boolean => id === DEFAULT_STYLE;
  return [...kept.filter(isDefault), ...kept.filter((style) => !isDefault(style))];
}

const styleFacts = ({ id, name, description, recording }: Style): StyleFacts => ({
  id,
  name: name ?? id,
  hasSample: recording !== undefined,
  ...present("description", description),
});

/** Reads the `data` of the template list or the splitter list. */
export function keptOf(data: unknown): EntryFacts[] {
  return recordsOf(data).flatMap((entry) => {
    const id = textOf(entry.id);
    if (id === undefined) return [];
    const date = textOf(entry.updatedAt) ?? textOf(entry.createdAt);
    return [{ id, name: textOf(entry.name) ?? id, ...present("date", date) }];
  });
}

/** The length of a task's text that is shown as its name, in characters. */
const TASK_NAME_LENGTH = 60;

/** Reads the `data` of the task list. */
export function tasksOf(data: unknown): EntryFacts[] {
  return recordsOf(data).flatMap((task) => {
    const id = textOf(task.id);
    if (id === undefined) return [];
    const metadata = recordOf(task.metadata);
    const texts = recordsOf(metadata.contents).map(({ text }) => textOf(text));
    const words = texts
      .find((text) => text !== undefined)
      ?.replace(/\s+/g, " ")
      .trim();
    const date = textOf(task.createdAt) ?? textOf(metadata.generatedAt);
    return [
      {
        id,
        name: words === undefined ? id : shortened(words),
        ...present("date", date),
        ...present("status", textOf(task.status)),
      },
    ];
  });
}

const shortened = (words: string): string => {
  const characters = Array.from(words);
  return characters.length <= TASK_NAME_LENGTH ? words : `${characters.slice(0, TASK_NAME_LENGTH).join("")}…`;
};

/** The member, if it is set. */
const present = <K extends string, T>(key: K, value: T | undefined): { [P in K]?: T } =>
  (value === undefined ? {} : { [key]: value }) as { [P in K]?: T };

const recordsOf = (value: unknown): Record<string, unknown>[] =>
  Array.isArray(value) ? (value as unknown[]).map(recordOf) : [];
const recordOf = (value: unknown): Record<string, unknown> =>
  typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
const textOf = (value: unknown): string | undefined =>
  typeof value === "string" && value !== "" ? value : undefined;
