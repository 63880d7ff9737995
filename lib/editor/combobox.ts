/**
 * A field that shows a name and holds a value, with a list to search (the combobox pattern of the ARIA Authoring
 * Practices, list autocomplete). It stands in for the text field of a TypedInput while the literal source is chosen.
 */
import { markOf, pictureOf } from "./elements";
import { Listbox } from "./listbox";
import { exactly, type Offer } from "./offers";
import type { TypedInputType, TypedInputWidget } from "./red-types";

export interface ComboboxOptions {
  /** Prefix of the ids of its elements. */
  readonly id: string;
  /** What may be picked; an empty list where the account cannot say. */
  readonly offers: () => Promise<readonly Offer[]>;
  /** The last known name of a value that is not in the list. */
  readonly knownName: (value: string) => string;
  /** Called when a value was picked or typed; the offer where it is one. */
  readonly changed?: (value: string, offer: Offer | undefined) => void;
  /** Plays or stops the recording of an offer. */
  readonly play?: (offer: Offer, row: HTMLElement) => void;
  readonly placeholder: string;
}

export class Combobox {
  readonly input = document.createElement("input");
  private readonly box = document.createElement("div");
  private readonly marks = document.createElement("span");
  private readonly picture = document.createElement("span");
  private readonly list: Listbox;
  private widget: TypedInputWidget | undefined;
  private offers: readonly Offer[] = [];
  /** What was typed since the last value was settled. */
  private typed: string | undefined;

  constructor(private readonly options: ComboboxOptions) {
    const { input, box, picture, marks } = this;
    box.className = "vocu-combo";
    picture.className = "vocu-avatar";
    marks.className = "vocu-marks";
    box.append(picture, input, marks);
    this.list = new Listbox(`${options.id}-list`, input, {
      pick: (offer) => this.pick(offer),
      ...(options.play ? { play: options.play } : {}),
    });
    Object.assign(input, { type: "text", id: `${options.id}-combo`, autocomplete: "off" });
    input.placeholder = options.placeholder;
    const roles = { role: "combobox", "aria-autocomplete": "list", "aria-expanded": "false" };
    for (const [name, value] of Object.entries(roles)) input.setAttribute(name, value);
    input.addEventListener("input", () => this.typing());
    input.addEventListener("keydown", (event) => this.key(event));
    input.addEventListener("focus", () => {
      this.widget?.uiSelect.addClass("red-ui-typedInput-focus");
      input.select();
    });
    input.addEventListener("blur", () => {
      this.widget?.uiSelect.removeClass("red-ui-typedInput-focus");
      this.list.close();
      this.settle();
    });
    input.addEventListener("click", () => void this.open(""));
  }

  /** The members of a TypedInput type that put the combobox in the place of its field. */
  members(): Required<Pick<TypedInputType, "valueLabel" | "expand">> {
    const attach = (widget: TypedInputWidget, container: JQuery): void => {
      this.widget = widget;
      widget.elementDiv.hide();
      container.addClass("vocu-combo-holder").append(this.box);
      this.show();
    };
    const expand = (): void => {
      if (this.list.isOpen) {
        this.list.close();
        return;
      }
      this.input.focus();
      void this.open("");
    };
    return {
      valueLabel(container) {
        attach(this, container);
      },
      // Node-RED shows the icon that the function carries.
      expand: Object.assign(expand, { icon: "fa-caret-down" }),
    };
  }

  /** Shows the value's name, and what is known about it. */
  show(): void {
    if (this.typed !== undefined) return;
    const { value } = this;
    const offer = this.offers.find((each) => each.value === value);
    this.input.value = offer?.name ?? (this.options.knownName(value) || value);
    this.picture.replaceChildren(...(offer?.avatar === undefined ? [] : [pictureOf(offer.avatar)]));
    this.picture.hidden = offer?.avatar === undefined;
    this.marks.replaceChildren(...(offer?.marks ?? []).map(markOf));
    this.box.title = this.input.value === value ? "" : value;
  }

  /** Takes a new list. */
  renew(offers: readonly Offer[]): void {
    this.offers = offers;
    this.show();
  }

  private get value(): string {
    const value = this.widget?.input.val();
    return typeof value === "string" ? value.trim() : "";
  }

  private typing(): void {
    this.typed = this.input.value;
    this.marks.replaceChildren();
    this.picture.hidden = true;
    const offer = this.match(this.typed);
    const value = offer?.value ?? this.typed.trim();
    this.options.changed?.(value, offer);
    this.put(value, false);
    void this.open(this.typed);
  }

  private match(typed: string): Offer | undefined {
    return exactly(this.offers, typed);
  }

  /** What was typed becomes the value: that of the offer of this name, else the text itself. */
  private settle(): void {
    const { typed } = this;
    if (typed === undefined) return;
    this.typed = undefined;
    const offer = this.match(typed);
    this.take(offer?.value ?? typed.trim(), offer);
  }

  private pick(offer: Offer): void {
    this.typed = undefined;
    this.list.close();
    this.take(offer.value, offer);
    this.input.focus();
  }

  private take(value: string, offer: Offer | undefined): void {
    this.options.changed?.(value, offer);
    this.put(value, true);
    this.show();
  }

  /** Hands a value to the TypedInput. A dialog may be confirmed by keyboard while the text is still being typed. */
  private put(value: string, tell: boolean): void {
    const { widget } = this;
    if (!widget) return;
    widget.input.val(value);
    if (tell) widget.input.trigger("change");
    else widget.element.val(value);
  }

  private async open(search: string): Promise<void> {
    const anchor = this.widget?.uiSelect[0];
    if (!anchor) return;
    this.list.open(anchor);
    this.offers = await this.options.offers();
    if (!this.list.isOpen) return;
    this.list.fill(this.offers, this.typed ?? search, this.value);
  }

  private key(event: KeyboardEvent): void {
    const { list } = this;
    if (event.ctrlKey && event.key === " ") {
      list.playActive();
    } else if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      if (list.isOpen) list.move(event.key === "ArrowDown" ? 1 : -1);
      else void this.open(this.typed ?? "");
    } else if (event.key === "Enter" && list.isOpen && !event.ctrlKey && !event.metaKey) {
      const active = list.active;
      list.close();
      if (active) this.pick(active);
      else this.settle();
    } else if (event.key === "Escape" && list.isOpen) {
      list.close();
      this.typed = undefined;
      this.show();
    } else return;
    event.preventDefault();
    event.stopPropagation();
  }
}
