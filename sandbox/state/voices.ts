/** The account's voices: listing, finding and the checks before they are used. */
import { ApiError, badRequest, notFound } from "../errors";
import type { Clock } from "./clock";
import {
  ownedVoices,
  type OwnedVoice,
  type Style,
  type StyleSound,
  type Voice,
  type VoiceStatus,
} from "./voice";

const USABLE: VoiceStatus[] = ["pending", "lora-success"];
const HIDDEN: VoiceStatus[] = ["lora-pending", "lora-awaiting"];

/** The account's voices, API reference C. */
export class Voices {
  #known: OwnedVoice[] | undefined;

  /** `storageUrl` is called at the first use: the storage host has its port only once it listens. */
  constructor(
    private readonly userId: string,
    private readonly clock: Clock,
    private readonly storageUrl: () => string,
  ) {}

  get #voices(): OwnedVoice[] {
    return (this.#known ??= ownedVoices(this.userId, this.storageUrl()));
  }

  /** Bought voices first, then the newest; those in training only on request. API reference C.5. */
  list(options: { showMarket: boolean; full: boolean }): OwnedVoice[] {
    const bought = (voice: OwnedVoice) => voice.shown.from === "market";
    const visible = this.#voices
      .map((voice) => this.#aged(voice))
      .filter((voice) => options.showMarket || !bought(voice))
      .filter((voice) => options.full || !HIDDEN.includes(voice.shown.status));
    return [...visible.filter(bought), ...visible.filter((voice) => !bought(voice))];
  }

  add(voice: OwnedVoice): void {
    this.#voices.push(voice);
  }

  remove(voice: OwnedVoice): void {
    this.#voices.splice(this.#voices.indexOf(voice), 1);
  }

  /** The voice, in any status; bought ones also by their bare UUID. 404 otherwise. API reference C.6. */
  find(id: string): OwnedVoice {
    const voice = this.#voices.find(({ shown }) => shown.id === id || shown.id === `market:${id}`);
    if (!voice) throw notFound("VOICE_NOT_FOUND", "Voice not found");
    return this.#aged(voice);
  }

  /** A voice that is the account's own; for a bought one 404. API reference C.8. */
  own(id: string): OwnedVoice {
    const voice = this.find(id);
    if (voice.shown.from === "market") throw notFound("VOICE_NOT_FOUND", "Voice not found");
    return voice;
  }

  /** The voice, if it can speak now. API reference 7.1 and D.1. */
  usable(id: string, instructMode: boolean): OwnedVoice {
    const voice = this.find(id);
    refuseUnfinished(voice);
    if (!USABLE.includes(voice.shown.status)) {
      throw badRequest("VOICE_NOT_TTS_READY", "The voice is not set up for speech");
    }
    if (voice.shown.version === "v4.0" && !instructMode) {
      throw badRequest("VOICE_INSTRUCT_PATH_ONLY", "The voice speaks only with instruct_mode");
    }
    return voice;
  }

  /** The voice, if its styles may be changed: self-created and finished. API reference C.2 and C.9. */
  editable(id: string): OwnedVoice {
    const voice = this.find(id);
    if (voice.shown.from !== "upload") throw new ApiError(403, "AUTH_FORBIDDEN", "Not a voice of your own");
    refuseUnfinished(voice);
    return voice;
  }

  #aged(voice: OwnedVoice): OwnedVoice {
    while (voice.ahead[0] && this.clock.now() >= voice.ahead[0].from) {
      voice.shown.status = voice.ahead[0].status;
      voice.ahead.shift();
    }
    return voice;
  }
}

function refuseUnfinished({ shown }: OwnedVoice): void {
  if (shown.status === "creating")
    throw new ApiError(409, "VOICE_CREATING", "The voice is still being created");
  if (shown.status === "failed") throw badRequest("VOICE_CREATE_FAILED", "The voice could not be created");
}

/**
 * A style of a voice that is not deleted, by its id, or by the beginning of it where that is allowed. API reference
 * 7.2.
 */
export function findStyle(
  voice: OwnedVoice,
  id: string,
  options: { prefix?: boolean } = {},
): { style: Style; sound: StyleSound } | undefined {
  const alive = voice.shown.metadata.prompts.filter(({ deleted }) => !deleted);
  const style =
    alive.find((each) => each.id === id) ??
    (options.prefix && id !== "" ? alive.find((each) => each.id.startsWith(id)) : undefined);
  const sound = style && voice.sounds.get(style.id);
  return style && sound && { style, sound };
}

/** Updates the time of the voice's last change; returns the voice as the API shows it. */
export function touch(voice: OwnedVoice): Voice {
  voice.shown.updatedAt = new Date().toISOString();
  return voice.shown;
}
