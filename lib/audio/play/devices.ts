/** The sound devices that a player can use. */
import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { promisify } from "node:util";
import { findProgram } from "./players";

/** How long a program may take to list its devices, in ms. */
const LIST_MS = 5000;

/** Where Linux lists what its sound cards can play. */
const ALSA_LIST = "/proc/asound/pcm";

/** A sound device. */
export interface SoundDevice {
  /** The value for the player. */
  readonly name: string;
  /** Name shown to the user. */
  readonly description: string;
}

/**
 * The devices that the player of this name knows; empty if it cannot list them or there are none. Never rejects.
 * @param signal ends the listing
 */
export async function soundDevices(player: string, signal: AbortSignal): Promise<SoundDevice[]> {
  try {
    if (player === "mpv")
      return mpvDevices(await outputOf("mpv", ["--no-config", "--audio-device=help"], signal));
    const usesAlsa = ["mpg123", "sox"].includes(player) && process.platform === "linux";
    return usesAlsa ? alsaDevices(await readFile(ALSA_LIST, "utf8")) : [];
  } catch {
    return [];
  }
}

async function outputOf(name: string, args: string[], signal: AbortSignal): Promise<string> {
  const program = await findProgram(name);
  if (program === undefined) return "";
  return (await promisify(execFile)(program, args, { timeout: LIST_MS, signal })).stdout;
}

/** Lines such as `  'alsa/hdmi' (HDMI Audio Output)`. */
export const mpvDevices = (output: string): SoundDevice[] =>
  [...output.matchAll(/^\s*'([^']+)' \((.*)\)\s*$/gm)].map(([, name = "", description = ""]) => ({
    name,
    description,
  }));

/** Lines such as `01-00: USB Audio : USB Audio : playback 1 : capture 1`. */
export const alsaDevices = (list: string): SoundDevice[] =>
  [...list.matchAll(/^(\d+)-(\d+): ([^:]*):.*\bplayback\b/gm)].map(([, card, device, description = ""]) => ({
    name: `plughw:${Number(card)},${Number(device)}`,
    description: description.trim(),
  }));
