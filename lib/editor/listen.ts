/** The button that speaks the text as the dialog stands, and says first for how many characters that will be charged. */
import { withoutMarks } from "../schema/spoken-text";
import { accountPosted, askForAudio } from "./admin-api";
import { accountOf } from "./choices";
import { currentValue, elementOf, isLiteral, prefixOf } from "./fields";
import { button, element } from "./elements";
import { Hint } from "./hint";
import type { EditorNode } from "./red-types";
import { isBlank } from "./rules";
import { playSound, stopSound, type SoundState } from "./sound";
import { specOf } from "./spec";
import { word } from "./words";

/** Where the browser keeps the last test text. */
const REMEMBERED = "vocu-test-text";

/** Adds the button to dialogs that speak one text with one voice. */
export function addListening(node: EditorNode, form: JQuery): void {
  const { inputs } = specOf(node.type);
  if (inputs.text?.kind !== "text" || inputs.voiceId?.kind !== "voice") return;
  new Listening(node, form);
}

/** The characters that the service charges for: control marks are not spoken (API reference 5). */
const chargedCharacters = (text: string): number => Array.from(text.replace(/\{\{.*?\}\}/gs, "")).length;

class Listening {
  private readonly row = element("div", "form-row vocu-try");
  private readonly test = document.createElement("textarea");
  private readonly cost = element("span", "vocu-cost");
  private readonly press: HTMLButtonElement;
  private readonly hint: Hint;
  private state: SoundState = "stopped";

  constructor(
    private readonly node: EditorNode,
    form: JQuery,
  ) {
    this.press = button("play", word("dialog.hear.listen"), () => this.pressed());
    this.press.classList.add("vocu-listen");
    this.cost.id = `${prefixOf(node)}listen-cost`;
    this.press.setAttribute("aria-describedby", this.cost.id);
    const label = document.createElement("label");
    this.test.id = `${prefixOf(node)}listen-text`;
    label.htmlFor = this.test.id;
    label.append(
      element("i", "fa fa-fw fa-volume-up"),
      " ",
      element("span", "", word("dialog.hear.testText")),
    );
    this.test.value = RED.settings.getLocal(REMEMBERED) ?? word("dialog.hear.sampleText");
    this.row.append(label, " ", this.test, element("div", "vocu-actions", this.press, this.cost));
    elementOf(node, "text").closest(".form-row").after(this.row);
    this.hint = new Hint($(this.row));
    this.test.addEventListener("input", () => this.update());
    form.on("change keyup", () => this.update());
    this.update();
  }

  /** The literal text of the node, else the one to try; marks of pauses are left out where they are not spoken. */
  private text(): string {
    const own = String((this.isOwn() ? currentValue(this.node, "text") : this.test.value) ?? "");
    const pauses = specOf(this.node.type).settings.pauses && currentValue(this.node, "pauses");
    return pauses === true ? withoutMarks(own) : own;
  }

  private isOwn(): boolean {
    const input = specOf(this.node.type).inputs.text;
    return (
      input !== undefined && isLiteral(this.node, "text", input) && !isBlank(currentValue(this.node, "text"))
    );
  }

  private update(): void {
    const own = this.isOwn();
    $(this.row).children("label, textarea").toggle(!own);
    const count = chargedCharacters(this.text());
    this.cost.textContent = word("dialog.hear.cost", { count });
    this.press.disabled = count === 0;
  }

  private pressed(): void {
    if (this.state !== "stopped") {
      stopSound();
      return;
    }
    const turn = this.hint.begin();
    this.hint.clear(turn);
    RED.settings.setLocal(REMEMBERED, this.test.value);
    const tell = (state: SoundState): void => this.show(state);
    playSound((signal) => this.load(signal), tell).catch((error: unknown) => {
      this.hint.bad(turn, error instanceof Error ? error.message : String(error));
    });
  }

  private load(signal: AbortSignal): Promise<Blob> {
    const { node } = this;
    const id = accountOf(node);
    const account = id === undefined ? null : RED.nodes.node(id);
    if (!account) return Promise.reject(new Error(word("dialog.voices.noAccount")));
    return askForAudio("preview", { account: accountPosted(account), inputs: this.inputs() }, signal);
  }

  /** The literal inputs as the dialog stands; what comes from elsewhere is left out. */
  private inputs(): Record<string, unknown> {
    const { inputs } = specOf(this.node.type);
    const literals = Object.entries(inputs)
      .filter(([name, input]) => isLiteral(this.node, name, input) && !isBlank(currentValue(this.node, name)))
      .map(([name]): [string, unknown] => [name, currentValue(this.node, name)]);
    return { ...Object.fromEntries(literals), text: this.text() };
  }

  private show(state: SoundState): void {
    this.state = state;
    const [icon, words] = this.press.children;
    const icons = { loading: "circle-o-notch fa-spin", playing: "stop", stopped: "play" };
    if (icon) icon.className = `fa fa-${icons[state]}`;
    if (words) words.textContent = word(state === "stopped" ? "dialog.hear.listen" : "dialog.hear.stop");
  }
}
