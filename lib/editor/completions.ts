/** Completion lists: what may be picked while anything may be typed. */
import type { Completion, TypedInputType, TypedInputWidget } from "./red";

/** Something to pick. */
export interface Offer {
  readonly value: string;
  readonly name: string;
  /** Told beside the name, e.g. why it cannot be used. */
  readonly note?: string;
}

/**
 * The offers that match what was typed, an exact one first.
 * @param all whether the ones that do not match are listed too
 */
export function matching(offers: readonly Offer[], typed: string, all: boolean): Offer[] {
  const wanted = typed.trim().toLowerCase();
  const isExact = ({ value }: Offer): boolean => value.toLowerCase() === wanted;
  const fits = ({ value, name }: Offer): boolean => `${name} ${value}`.toLowerCase().includes(wanted);
  const found = all ? offers : offers.filter(fits);
  return [...found.filter(isExact), ...found.filter((offer) => !isExact(offer))];
}

/** The members of a TypedInput type that offer a list: while typing, and whole by a button beside the field. */
export function completing(
  offers: () => Promise<readonly Offer[]>,
): Required<Pick<TypedInputType, "autoComplete" | "expand">> {
  let wholeList = false;
  const autoComplete: TypedInputType["autoComplete"] = (typed, done) => {
    const all = wholeList;
    wholeList = false;
    void offers().then((list) => done(matching(list, typed, all).map(completion)));
  };
  function expand(this: TypedInputWidget): void {
    wholeList = true;
    openList(this.input);
  }
  // Node-RED shows the icon that the function carries.
  return { autoComplete, expand: Object.assign(expand, { icon: "fa-caret-down" }) };
}

/** As if the person had pressed the arrow that opens the list. */
function openList(input: JQuery): void {
  input.trigger("focus").trigger($.Event("keyup", { keyCode: 40 }));
}

function completion({ value, name, note }: Offer): Completion {
  const label = $("<div>", { class: "vocu-offer" }).toggleClass("vocu-offer-unusable", note !== undefined);
  $("<span>").text(name).appendTo(label);
  $("<span>", { class: "vocu-offer-value" })
    .text(note ?? (value === name ? "" : value))
    .appendTo(label);
  return { value, label };
}
