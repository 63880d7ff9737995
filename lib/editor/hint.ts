/** A line below a field. Each telling has its turn: an answer that comes late does not overwrite a newer one. */
import { word } from "./words";

/** Answers that come sooner need no notice. */
const BUSY_AFTER_MS = 150;

export class Hint {
  private readonly line: JQuery;
  private turn = 0;

  constructor(row: JQuery) {
    this.line = $("<div>", { class: "vocu-hint" }).appendTo(row);
  }

  /** Starts a new telling; older ones fall silent. */
  begin(): number {
    this.turn += 1;
    return this.turn;
  }

  /** Whether nothing newer was begun. */
  isCurrent(turn: number): boolean {
    return turn === this.turn;
  }

  clear(turn: number): void {
    this.put(turn, "", undefined, "");
  }

  say(turn: number, text: string): void {
    this.put(turn, "", undefined, text);
  }

  good(turn: number, text: string): void {
    this.put(turn, "vocu-good", "check", text);
  }

  warn(turn: number, text: string): void {
    this.put(turn, "vocu-warning", "exclamation-triangle", text);
  }

  /** Tells that something is under way, unless it ends very soon. */
  busyAfter(turn: number, text: string): void {
    setTimeout(() => {
      if (this.turn === turn && this.line.attr("data-turn") !== String(turn)) {
        this.put(turn, "", "circle-o-notch fa-spin", text, false);
      }
    }, BUSY_AFTER_MS);
  }

  bad(turn: number, text: string): boolean {
    return this.put(turn, "vocu-bad", "exclamation-circle", text);
  }

  /** Tells why it failed, and offers to try again. */
  failed(turn: number, reason: string, again: () => void): void {
    if (!this.bad(turn, reason)) return;
    const retry = $("<a>", { href: "#" }).text(word("dialog.voices.again"));
    retry.on("click", (event) => {
      event.preventDefault();
      again();
    });
    this.line.append(" ", retry);
  }

  /** @param final whether the telling is over */
  private put(turn: number, look: string, icon: string | undefined, text: string, final = true): boolean {
    if (turn !== this.turn) return false;
    if (final) this.line.attr("data-turn", String(turn));
    this.line
      .attr("class", `vocu-hint ${look}`)
      .empty()
      .toggle(text !== "");
    if (icon !== undefined) $("<i>", { class: `fa fa-${icon}` }).appendTo(this.line);
    $("<span>").text(text).appendTo(this.line);
    return true;
  }
}
