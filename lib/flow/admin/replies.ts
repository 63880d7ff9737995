/** What the edit dialogs show of an account and its voices; whatever has another form is left out. */

import { accountIn, DEFAULT_STYLE, readAccount, readVoice, type Style } from "../../api";

/** An account in one line (API reference E.1). */
export interface AccountFacts {
  readonly name: string;
  /** True for a paid plan; undefined where the service does not say. */
  readonly paid?: boolean;
  /** Paid and granted balance together. */
  readonly credits?: number;
}

/** A voice to pick (API reference 7.7). */
export interface VoiceFacts {
  /** What a request sends as `voiceId`. */
  readonly id: string;
  readonly name: string;
  readonly version?: string;
  /** False while it is being created or trained, and when that failed (API reference 7.1). */
  readonly usable: boolean;
  /** Its styles, the default one first, deleted ones left out (API reference 7.2). */
  readonly styles: readonly StyleFacts[];
}

/** A style to pick. */
export interface StyleFacts {
  /** What a request sends as `promptId`. */
  readonly id: string;
  readonly name: string;
}

/** The account in a reply of account info. */
export function accountFacts(body: Readonly<Record<string, unknown>>): AccountFacts {
  const { name = "", paid, credits } = readAccount(accountIn(body));
  return { name, ...(paid === undefined ? {} : { paid }), ...(credits === undefined ? {} : { credits }) };
}

/** The voices in the `data` of the voice list. */
export function voicesOf(data: unknown): VoiceFacts[] {
  const voices = Array.isArray(data) ? (data as unknown[]).map(readVoice) : [];
  return voices.flatMap(({ voiceId: id, name, version, usable, styles }) =>
    id === undefined
      ? []
      : [
          {
            id,
            name: name ?? id,
            ...(version === undefined ? {} : { version }),
            usable,
            styles: pickable(styles),
          },
        ],
  );
}

function pickable(styles: readonly Style[]): StyleFacts[] {
  const kept = styles.filter(({ deleted }) => !deleted).map(({ id, name }) => ({ id, name: name ?? id }));
  const isDefault = ({ id }: StyleFacts): boolean => id === DEFAULT_STYLE;
  return [...kept.filter(isDefault), ...kept.filter((style) => !isDefault(style))];
}
