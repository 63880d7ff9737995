/** A field whose values come from the account: its list, its stored name, and a line below that says how it stands. */
import type { Input } from "../schema/description";
import { accountOf, choiceOf, voiceName, type Choice } from "./choices";
import { Combobox } from "./combobox";
import { currentValue, elementOf, isLiteral, prefixOf } from "./fields";
import { Hint } from "./hint";
import type { Offer } from "./offers";
import { nameProperty } from "./picked";
import type { EditorNode } from "./red-types";
import { isBlank } from "./rules";
import { SampleButton } from "./samples";
import { word } from "./words";

export class Picker {
  readonly combobox: Combobox;
  private hint: Hint | undefined;
  private sample: SampleButton | undefined;
  private known: readonly Offer[] = [];

  constructor(
    private readonly node: EditorNode,
    private readonly name: string,
    private readonly input: Input,
    placeholder: string,
    /** Called when the user picked or typed another value. */
    chosen: () => void,
  ) {
    this.combobox = new Combobox({
      id: `${prefixOf(node)}${name}`,
      placeholder,
      offers: () => this.offers(),
      knownName: (value) => this.knownName(value),
      changed: (value, offer) => {
        if (value !== this.value) chosen();
        this.remember(value, offer?.name);
      },
      ...(input.kind === "voice" || input.kind === "style"
        ? { play: (offer: Offer, row: HTMLElement) => this.sample?.play(offer, row) }
        : {}),
    });
  }

  /** Shows how it stands, now and whenever the account, the voice or the field changes. */
  watch(): void {
    const { node, name, input } = this;
    const element = elementOf(node, name);
    const row = element.closest(".form-row");
    if (input.kind === "voice" || input.kind === "style") {
      this.sample = new SampleButton(node, row, input, (reason) => hint.bad(hint.begin(), reason));
    }
    const hint = new Hint(row);
    this.hint = hint;
    const voice = input.kind === "style" ? [elementOf(node, voiceName(input))] : [];
    for (const watched of [element, elementOf(node, "account"), ...voice]) {
      watched.on("change", () => void this.show());
    }
    void this.show();
  }

  /** Empty where the account cannot say. */
  private async offers(): Promise<readonly Offer[]> {
    try {
      return (await choiceOf(this.node, this.name, this.input))?.offers ?? [];
    } catch {
      return [];
    }
  }

  private async show(fresh = false): Promise<void> {
    const { hint, node, name, input } = this;
    if (!hint) return;
    const turn = hint.begin();
    if (!isLiteral(node, name, input)) {
      this.remember("", undefined);
      this.sample?.show(undefined);
      hint.clear(turn);
      return;
    }
    try {
      if (input.kind !== "style" && accountOf(node) !== undefined) {
        hint.busyAfter(turn, word("dialog.list.loading"));
      }
      const choice = await choiceOf(node, name, input, fresh);
      if (!hint.isCurrent(turn)) return;
      this.renew(choice?.offers ?? []);
      if (choice) this.tell(hint, turn, choice);
      else hint.clear(turn);
    } catch (error) {
      if (!hint.isCurrent(turn)) return;
      this.renew([]);
      if (input.kind === "style") hint.clear(turn);
      else
        hint.failed(turn, error instanceof Error ? error.message : String(error), () => void this.show(true));
    }
  }

  private renew(offers: readonly Offer[]): void {
    this.known = offers;
    const picked = this.picked();
    if (picked) this.remember(picked.value, picked.name);
    this.combobox.renew(offers);
    this.sample?.show(picked);
  }

  private tell(hint: Hint, turn: number, { offers, none, unknown }: Choice): void {
    const picked = this.picked();
    if (isBlank(this.value)) hint.say(turn, none);
    else if (picked) {
      if (picked.note === undefined) hint.good(turn, picked.description ?? none);
      else hint.warn(turn, picked.note);
    } else if (offers.length === 0) hint.say(turn, none);
    else {
      const name = this.knownName(this.value);
      hint.warn(turn, name === "" ? unknown : word("dialog.list.gone", { name }));
    }
  }

  private get value(): string {
    return String(currentValue(this.node, this.name) ?? "").trim();
  }

  private picked(): Offer | undefined {
    return this.known.find((offer) => offer.value === this.value);
  }

  /** The name that was stored beside a value. */
  private knownName(value: string): string {
    const { node, name } = this;
    const kept = elementOf(node, nameProperty(name)).val();
    return typeof kept === "string" && value !== "" && value === this.value ? kept : "";
  }

  private remember(value: string, name: string | undefined): void {
    elementOf(this.node, nameProperty(this.name)).val(name === value ? "" : (name ?? ""));
  }
}
