/** The voice and style fields: what the account offers, and a line below the field that says how it stands. */
import type { Input } from "../schema/description";
import type { Offer } from "./completions";
import { currentValue, elementOf, isLiteral } from "./fields";
import { Hint } from "./hint";
import type { EditorNode } from "./red";
import { isBlank } from "./rules";
import { specOf } from "./spec";
import { voicesOf, type Voice } from "./voices";
import { word } from "./words";

/** What a field can show: a list to pick from, or why there is none. */
interface Choice {
  readonly offers: readonly Offer[];
  /** Said when nothing is picked. */
  readonly none: string;
  /** Said when something else was typed. */
  readonly unknown: string;
}

/** A field whose values come from the account. */
export class Picker {
  private hint: Hint | undefined;

  constructor(
    private readonly node: EditorNode,
    private readonly name: string,
    private readonly input: Input,
  ) {}

  /** What the field's list offers; empty where the account cannot say. */
  readonly offers = async (): Promise<readonly Offer[]> => {
    try {
      return (await this.choice())?.offers ?? [];
    } catch {
      return [];
    }
  };

  /** Shows how it stands, now and whenever the account, the voice or the field changes. */
  watch(): void {
    const element = elementOf(this.node, this.name);
    this.hint = new Hint(element.closest(".form-row"));
    const voice = this.input.kind === "style" ? [elementOf(this.node, this.voiceName())] : [];
    for (const watched of [element, elementOf(this.node, "account"), ...voice]) {
      watched.on("change", () => void this.show());
    }
    void this.show();
  }

  private async show(fresh = false): Promise<void> {
    const { hint } = this;
    if (!hint) return;
    const turn = hint.begin();
    if (!isLiteral(this.node, this.name, this.input)) {
      hint.clear(turn);
      return;
    }
    try {
      if (this.input.kind === "voice") hint.busyAfter(turn, word("dialog.voices.loading"));
      const choice = await this.choice(fresh);
      if (choice) this.tell(hint, turn, choice);
      else hint.clear(turn);
    } catch (error) {
      if (this.input.kind === "style") hint.clear(turn);
      else
        hint.failed(turn, error instanceof Error ? error.message : String(error), () => void this.show(true));
    }
  }

  private tell(hint: Hint, turn: number, { offers, none, unknown }: Choice): void {
    const value = String(currentValue(this.node, this.name) ?? "").trim();
    const picked = offers.find((offer) => offer.value === value);
    if (value === "") hint.say(turn, none);
    else if (!picked) hint.say(turn, unknown);
    else if (picked.note !== undefined) hint.warn(turn, `${picked.name} · ${picked.note}`);
    else hint.good(turn, picked.name);
  }

  /** Undefined where nothing can be said, e.g. about the styles of a voice that a message names. */
  private async choice(fresh = false): Promise<Choice | undefined> {
    const account = currentValue(this.node, "account");
    const chosen = typeof account === "string" && account !== "" && account !== "_ADD_" ? account : undefined;
    if (this.input.kind === "style") return chosen === undefined ? undefined : this.styles(chosen, fresh);
    if (chosen === undefined) return nothing(word("dialog.voices.noAccount"));
    const voices = await voicesOf(chosen, fresh);
    const none =
      voices.length === 0
        ? word("dialog.voices.none")
        : word("dialog.voices.count", { count: voices.length });
    return { offers: voices.map(voiceOffer), none, unknown: word("dialog.voices.unknown") };
  }

  private async styles(account: string, fresh: boolean): Promise<Choice | undefined> {
    const name = this.voiceName();
    const input = specOf(this.node.type).inputs[name];
    if (!input || !isLiteral(this.node, name, input)) return undefined;
    const id = currentValue(this.node, name);
    if (isBlank(id)) return nothing(word("dialog.voices.chooseVoice"));
    const voice = (await voicesOf(account, fresh)).find((each) => each.id === id);
    if (!voice) return undefined;
    return {
      offers: voice.styles.map((style) => ({ value: style.id, name: style.name })),
      none: word("dialog.voices.styles", { count: voice.styles.length }),
      unknown: word("dialog.voices.unknownStyle"),
    };
  }

  private voiceName(): string {
    return this.input.of ?? "voiceId";
  }
}

/** Nothing to pick, whatever was typed. */
const nothing = (why: string): Choice => ({ offers: [], none: why, unknown: why });

function voiceOffer({ id, name, version, usable }: Voice): Offer {
  const full = version === undefined ? name : `${name} (${version})`;
  return { value: id, name: full, ...(usable ? {} : { note: word("dialog.voices.unusable") }) };
}
