/** The list of a combobox: opens below its field, groups and ranks what it offers, and follows the keyboard. */
import { element, markOf, pictureOf } from "./elements";
import { search, type Offer } from "./offers";
import { word } from "./words";

export interface ListboxActions {
  readonly pick: (offer: Offer) => void;
  readonly play?: (offer: Offer, row: HTMLElement) => void;
}

const MARGIN_PX = 6;
const HIGHEST_PX = 340;
const NARROWEST_PX = 260;

export class Listbox {
  private readonly element = document.createElement("div");
  private rows: { readonly offer: Offer; readonly row: HTMLElement }[] = [];
  private known = new WeakMap<Offer, HTMLElement>();
  private at = -1;
  private readonly leave = (event: Event): void => {
    if (!this.element.contains(event.target as Node)) this.close();
  };

  constructor(
    private readonly id: string,
    private readonly input: HTMLInputElement,
    private readonly actions: ListboxActions,
  ) {
    this.element.className = "vocu-list";
    this.element.id = id;
    this.element.setAttribute("role", "listbox");
    // The field keeps the focus, and with it the keyboard.
    this.element.addEventListener("mousedown", (event) => event.preventDefault());
    this.element.addEventListener("click", (event) => this.clicked(event.target as HTMLElement));
    input.setAttribute("aria-controls", id);
  }

  get isOpen(): boolean {
    return this.element.isConnected;
  }

  /** The offer that Enter picks. */
  get active(): Offer | undefined {
    return this.rows[this.at]?.offer;
  }

  /** Opens below `anchor`, or above where there is more room. */
  open(anchor: HTMLElement): void {
    if (this.isOpen) return;
    const label = this.input.getAttribute("aria-labelledby");
    if (label !== null) this.element.setAttribute("aria-labelledby", label);
    this.say(word("dialog.list.loading"));
    document.body.append(this.element);
    const { left, right, top, bottom } = anchor.getBoundingClientRect();
    const below = window.innerHeight - bottom - MARGIN_PX;
    const above = top - MARGIN_PX;
    const upwards = below < HIGHEST_PX && above > below;
    Object.assign(this.element.style, {
      left: `${left}px`,
      width: `${Math.max(right - left, NARROWEST_PX)}px`,
      maxHeight: `${Math.min(HIGHEST_PX, upwards ? above : below)}px`,
      top: upwards ? "auto" : `${bottom}px`,
      bottom: upwards ? `${window.innerHeight - top}px` : "auto",
    });
    this.input.setAttribute("aria-expanded", "true");
    document.addEventListener("scroll", this.leave, true);
    window.addEventListener("resize", this.leave);
  }

  close(): void {
    if (!this.isOpen) return;
    this.element.remove();
    this.input.setAttribute("aria-expanded", "false");
    this.input.removeAttribute("aria-activedescendant");
    document.removeEventListener("scroll", this.leave, true);
    window.removeEventListener("resize", this.leave);
  }

  /** Lists what matches; while the user types, Enter picks the best match. */
  fill(offers: readonly Offer[], typed: string, value: string): void {
    const groups = search(offers, typed, word("dialog.list.unusable"));
    this.rows = groups.flatMap((group) => group.offers.map((offer) => ({ offer, row: this.rowOf(offer) })));
    if (this.rows.length === 0) {
      this.say(word(offers.length === 0 ? "dialog.list.empty" : "dialog.list.noMatch"));
      return;
    }
    let index = 0;
    const parts = groups.map(({ heading, offers: members }, group) => {
      const rows = members.map((offer) => this.rows[index++]?.row ?? this.rowOf(offer));
      return heading === undefined ? rows : [groupOf(`${this.id}-group-${group}`, heading, rows)];
    });
    this.element.replaceChildren(...parts.flat());
    this.rows.forEach(({ offer, row }, position) => {
      row.id = `${this.id}-${position}`;
      row.setAttribute("aria-selected", String(offer.value === value));
    });
    const picked = this.rows.findIndex(({ offer }) => offer.value === value);
    this.activate(typed.trim() === "" ? picked : 0);
  }

  /** Moves to the next or the previous offer, around the ends. */
  move(step: 1 | -1): void {
    const { length } = this.rows;
    if (length === 0) return;
    const from = this.at === -1 && step === -1 ? 0 : this.at;
    this.activate((from + step + length) % length);
  }

  playActive(): void {
    const entry = this.rows[this.at];
    if (entry?.offer.hasSample === true) this.actions.play?.(entry.offer, entry.row);
  }

  private activate(position: number): void {
    this.rows[this.at]?.row.classList.remove("vocu-active");
    this.at = position;
    const row = this.rows[position]?.row;
    if (!row) {
      this.input.removeAttribute("aria-activedescendant");
      return;
    }
    row.classList.add("vocu-active");
    row.scrollIntoView({ block: "nearest" });
    this.input.setAttribute("aria-activedescendant", row.id);
  }

  private say(text: string): void {
    this.rows = [];
    this.at = -1;
    this.input.removeAttribute("aria-activedescendant");
    const line = optionElement("vocu-none");
    line.setAttribute("aria-disabled", "true");
    line.textContent = text;
    this.element.replaceChildren(line);
  }

  private clicked(target: HTMLElement): void {
    const entry = this.rows.find(({ row }) => row.contains(target));
    if (!entry) return;
    if (target.closest(".vocu-play")) this.actions.play?.(entry.offer, entry.row);
    else this.actions.pick(entry.offer);
  }

  /** Rows are made once for each offer: filtering 500 of them only moves elements. */
  private rowOf(offer: Offer): HTMLElement {
    const known = this.known.get(offer);
    if (known) {
      known.classList.remove("vocu-active");
      return known;
    }
    const row = optionElement("vocu-offer");
    if (offer.note !== undefined) row.classList.add("vocu-unusable");
    const text = element("span", "vocu-offer-text", element("span", "vocu-offer-name", offer.name));
    const more = offer.note ?? offer.description;
    if (more !== undefined) text.append(element("span", "vocu-offer-more", more));
    const parts = [text, element("span", "vocu-marks", ...(offer.marks ?? []).map(markOf))];
    if (offer.avatar !== undefined) parts.unshift(element("span", "vocu-avatar", pictureOf(offer.avatar)));
    row.append(...parts);
    if (offer.hasSample === true && this.actions.play) {
      const play = element("span", "vocu-play", element("i", "fa fa-play"));
      play.title = word("dialog.hear.sample");
      // A screen reader reaches the sample with Ctrl+Space and by the button beside the field.
      play.setAttribute("aria-hidden", "true");
      row.append(play);
    }
    this.known.set(offer, row);
    return row;
  }
}

function groupOf(id: string, heading: string, rows: readonly HTMLElement[]): HTMLElement {
  const title = element("div", "vocu-list-heading", heading);
  title.id = id;
  title.setAttribute("role", "presentation");
  const group = element("div", "", title, ...rows);
  group.setAttribute("role", "group");
  group.setAttribute("aria-labelledby", id);
  return group;
}

function optionElement(look: string): HTMLElement {
  const option = element("div", look);
  option.setAttribute("role", "option");
  return option;
}
