/** What the edit dialogs show of an account and its voices; whatever has another form is left out. */

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

const USABLE = ["pending", "lora-success", "lora-awaiting-auto-reupload"];

/** Reads the `user` object of account info. */
export function accountFacts(user: unknown): AccountFacts {
  const facts = recordOf(user);
  const { credit, bonusCredit, credits, isPaid } = facts;
  const granted = numberOf(bonusCredit) ?? numberOf(credits);
  const balance = numberOf(credit) ?? granted;
  const sum = numberOf(credit) !== undefined && granted !== undefined ? Number(credit) + granted : balance;
  return {
    name: textOf(facts.name) ?? textOf(facts.email) ?? "",
    ...(typeof isPaid === "boolean" ? { paid: isPaid } : {}),
    ...(sum === undefined ? {} : { credits: sum }),
  };
}

/** Reads the `data` of the voice list. */
export function voicesOf(data: unknown): VoiceFacts[] {
  const voices = Array.isArray(data) ? (data as unknown[]) : [];
  return voices.flatMap((entry) => {
    const voice = recordOf(entry);
    const id = textOf(voice.idForGenerate) ?? textOf(voice.id);
    if (id === undefined) return [];
    const version = textOf(voice.version);
    return [
      {
        id,
        name: textOf(voice.name) ?? id,
        ...(version === undefined ? {} : { version }),
        usable: USABLE.includes(textOf(voice.status) ?? "pending"),
        styles: stylesOf(recordOf(voice.metadata).prompts),
      },
    ];
  });
}

function stylesOf(prompts: unknown): StyleFacts[] {
  const entries = Array.isArray(prompts) ? (prompts as unknown[]).map(recordOf) : [];
  const styles = entries.flatMap((prompt) => {
    const id = textOf(prompt.id);
    return id === undefined || prompt.deleted === true ? [] : [{ id, name: textOf(prompt.name) ?? id }];
  });
  const isDefault = ({ id }: StyleFacts): boolean => id === "default";
  return [...styles.filter(isDefault), ...styles.filter((style) => !isDefault(style))];
}

const recordOf = (value: unknown): Record<string, unknown> =>
  typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
const textOf = (value: unknown): string | undefined =>
  typeof value === "string" && value !== "" ? value : undefined;
const numberOf = (value: unknown): number | undefined => (typeof value === "number" ? value : undefined);
