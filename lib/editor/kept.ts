/** The phrases that are kept forever, in the account's dialog: each can be played and deleted. */
import { ask, askForAudio } from "./admin-api";
import { button, element } from "./elements";
import { Hint } from "./hint";
import { playSound, stopSound, type SoundState } from "./sound";
import { word } from "./words";

/** As the runtime tells it. */
interface Phrase {
  readonly entry: string;
  readonly text: string;
  readonly bytes: number;
  readonly audioMs: number;
  readonly usedAt: string;
}

/** Adds the button that shows the list. */
export function addKeptPhrases(row: JQuery): void {
  new KeptPhrases(row);
}

class KeptPhrases {
  private readonly list = element("ul", "vocu-phrases");
  private readonly hint: Hint;

  constructor(row: JQuery) {
    row.append(
      $("<label>"),
      " ",
      button("list-ul", word("dialog.kept.button"), () => void this.show()),
    );
    this.hint = new Hint(row);
    row.append(this.list);
    this.hint.clear(this.hint.begin());
  }

  private async show(): Promise<void> {
    const turn = this.hint.begin();
    this.hint.busyAfter(turn, word("dialog.kept.loading"));
    try {
      const { phrases, count } = await ask<{ phrases: readonly Phrase[]; count: number }>("kept", {});
      if (!this.hint.isCurrent(turn)) return;
      this.list.replaceChildren(...phrases.map((phrase) => this.rowOf(phrase)));
      this.hint.say(turn, summaryOf(phrases.length, count));
    } catch (error) {
      this.hint.bad(turn, reasonOf(error));
    }
  }

  private rowOf(phrase: Phrase): HTMLElement {
    const { text, audioMs, bytes, usedAt } = phrase;
    const name = text === "" ? word("dialog.kept.noText") : text;
    const words = element("span", "vocu-offer-name", name);
    words.title = name;
    const facts = word("dialog.kept.facts", {
      seconds: (audioMs / 1000).toLocaleString(undefined, { maximumFractionDigits: 1 }),
      size: Math.ceil(bytes / 1024).toLocaleString(),
      date: new Date(usedAt).toLocaleDateString(),
    });
    return element(
      "li",
      "vocu-phrase",
      element("div", "vocu-offer-text", words, element("span", "vocu-offer-more", facts)),
      this.playButton(phrase, name),
      this.deleteButton(phrase, name),
    );
  }

  private playButton({ entry }: Phrase, name: string): HTMLElement {
    let state: SoundState = "stopped";
    const press = button("play", "", () => {
      if (state !== "stopped") {
        stopSound();
        return;
      }
      playSound((signal) => askForAudio("kept/play", { entry }, signal), show).catch((error: unknown) => {
        this.hint.bad(this.hint.begin(), reasonOf(error));
      });
    });
    const show = (now: SoundState): void => {
      state = now;
      const icons = { loading: "circle-o-notch fa-spin", playing: "stop", stopped: "play" };
      if (press.firstElementChild) press.firstElementChild.className = `fa fa-${icons[now]}`;
      label(press, now === "stopped" ? word("dialog.kept.play", { name }) : word("dialog.hear.stop"));
    };
    show("stopped");
    return press;
  }

  /** What is kept is kept for a reason: the second press deletes. */
  private deleteButton({ entry }: Phrase, name: string): HTMLElement {
    let sure = false;
    const press = button("trash-o", "", () => {
      if (sure) void this.delete(entry);
      else askFirst(true);
    });
    const askFirst = (asking: boolean): void => {
      sure = asking;
      const [, words] = press.children;
      if (words) words.textContent = asking ? word("dialog.kept.sure") : "";
      label(press, asking ? word("dialog.kept.sure") : word("dialog.kept.delete", { name }));
    };
    press.addEventListener("blur", () => askFirst(false));
    askFirst(false);
    return press;
  }

  private async delete(entry: string): Promise<void> {
    const turn = this.hint.begin();
    stopSound();
    try {
      await ask("kept/delete", { entry });
    } catch (error) {
      this.hint.bad(turn, reasonOf(error));
      return;
    }
    await this.show();
  }
}

function summaryOf(shown: number, count: number): string {
  if (count === 0) return word("dialog.kept.none");
  return shown < count
    ? word("dialog.kept.limited", { shown, total: count })
    : word("dialog.kept.count", { count });
}

const reasonOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

function label(press: HTMLElement, words: string): void {
  press.title = words;
  press.setAttribute("aria-label", words);
}
