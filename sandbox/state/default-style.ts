/** Makes another style the default one of a voice. */
import { randomUUID } from "node:crypto";
import type { OwnedVoice, Style } from "./voice";

/**
 * Makes a style the default one. The default style's id is always `default` (API reference
 * 7.2), so the two change ids: the old default gets a UUID. How the service does it is not documented.
 */
export function makeDefault(voice: OwnedVoice, style: Style): void {
  const former = voice.shown.metadata.prompts.find(({ id }) => id === "default");
  const chosen = voice.sounds.get(style.id);
  const replaced = voice.sounds.get("default");
  if (!former || !chosen || !replaced || former === style) return;
  voice.sounds.delete(style.id);
  former.id = randomUUID();
  style.id = "default";
  voice.sounds.set(former.id, replaced);
  voice.sounds.set("default", chosen);
}
