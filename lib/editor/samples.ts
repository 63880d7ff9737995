/** The recordings of voices and styles: a button beside the field, and one in each row of its list. */
import type { Input } from "../schema/description";
import { accountPosted, askForAudio } from "./admin-api";
import { accountOf, voiceName } from "./choices";
import { currentValue } from "./fields";
import { element } from "./elements";
import type { Offer } from "./offers";
import type { EditorNode } from "./red-types";
import { playSound, stopSound, type SoundState } from "./sound";
import { word } from "./words";

const ICONS: Readonly<Record<SoundState, string>> = {
  loading: "fa fa-circle-o-notch fa-spin",
  playing: "fa fa-stop",
  stopped: "fa fa-play",
};

export class SampleButton {
  private readonly button = document.createElement("button");
  private readonly icon = element("i", ICONS.stopped);
  private offer: Offer | undefined;
  /** The icon of what plays. */
  private playing: Element | undefined;

  constructor(
    private readonly node: EditorNode,
    row: JQuery,
    private readonly input: Input,
    private readonly failed: (reason: string) => void,
  ) {
    this.button.type = "button";
    this.button.className = "red-ui-button vocu-side-button";
    this.button.append(this.icon);
    this.label("stopped");
    this.button.addEventListener("click", (event) => {
      event.preventDefault();
      if (this.offer) this.start(this.offer, this.icon);
    });
    row.addClass("vocu-has-side").append(this.button);
    this.show(undefined);
  }

  /** Stands beside the field while what is picked has a recording. */
  show(picked: Offer | undefined): void {
    this.offer = picked?.hasSample === true ? picked : undefined;
    this.button.disabled = this.offer === undefined;
  }

  /** Plays the recording of a row of the list, or stops it. */
  play(offer: Offer, row: HTMLElement): void {
    const icon = row.querySelector(".vocu-play i");
    if (icon) this.start(offer, icon);
  }

  private start(offer: Offer, icon: Element): void {
    if (this.playing === icon) {
      stopSound();
      return;
    }
    const tell = (state: SoundState): void => {
      icon.className = ICONS[state];
      this.playing = state === "stopped" ? undefined : icon;
      if (icon === this.icon) this.label(state);
    };
    playSound((signal) => this.load(offer, signal), tell).catch((error: unknown) => {
      this.failed(error instanceof Error ? error.message : String(error));
    });
  }

  private load(offer: Offer, signal: AbortSignal): Promise<Blob> {
    const account = accountOf(this.node);
    const posted = account === undefined ? null : RED.nodes.node(account);
    if (!posted) return Promise.reject(new Error(word("dialog.voices.noAccount")));
    const ids =
      this.input.kind === "voice"
        ? { voiceId: offer.value }
        : { voiceId: currentValue(this.node, voiceName(this.input)), promptId: offer.value };
    return askForAudio("sample", { account: accountPosted(posted), ...ids }, signal);
  }

  private label(state: SoundState): void {
    const words = word(state === "stopped" ? "dialog.hear.sample" : "dialog.hear.stop");
    this.button.title = words;
    this.button.setAttribute("aria-label", words);
  }
}
