/** What the dialog of the play node asks the runtime: which players and devices there are, and whether one is heard. */
import {
  installedPlayers,
  play,
  PLAYER_NAMES,
  soundDevices,
  TEST_TONE,
  type InstalledPlayer,
} from "../../audio";
import { Problem } from "../message/problem";
import { explained, playerFor, type SoundWish } from "./player-choice";

const MP3 = "audio/mpeg";

/** The most a dialog may post as a text, in characters. */
const MAX_TEXT = 10_000;

type Posted = Readonly<Record<string, unknown>>;

/** The answer to `POST vocu/players`: the players that are installed, and the devices of the one that is set. */
export interface PlayersAnswer {
  readonly players: readonly InstalledPlayer[];
  readonly devices: readonly { readonly name: string; readonly description: string }[];
}

/**
 * The players of this machine in the order in which they are looked for, and the sound devices of the posted `player`;
 * with `auto` those of the first one that can be told a device.
 */
export async function askPlayers({ player }: Posted, signal: AbortSignal): Promise<PlayersAnswer> {
  const players = await installedPlayers();
  const first = players.find(({ device, notAsRoot }) => device && !notAsRoot)?.name;
  const name = typeof player === "string" && player !== "auto" ? player : first;
  return { players, devices: name === undefined ? [] : await soundDevices(name, signal) };
}

/**
 * Plays a tone as the posted settings say, and answers with the player and how long it ran (`playedMs`). Only players that
 * are known by name are started: who may open a dialog need not be one who may run any program.
 * @throws those of `playerFor`; Problem `INPUT_NOT_A_CHOICE`, `PLAYER_FAILED`, `PLAYER_STUCK`; errors of the system
 */
export async function askTone(
  posted: Posted,
  signal: AbortSignal,
): Promise<{ player: string; playedMs: number }> {
  const name = textOf(posted.player) || "auto";
  const known = ["auto", ...PLAYER_NAMES];
  if (!known.includes(name))
    throw new Problem("INPUT_NOT_A_CHOICE", { field: "player", choices: known.join(", ") });
  const volume = Number(posted.volume ?? 100);
  const wish: SoundWish = {
    device: textOf(posted.device),
    ...(volume >= 0 && volume <= 100 ? { volume } : {}),
  };
  const player = await playerFor({ player: name, command: "", arguments: "" }, wish, MP3);
  const playedMs = await play(player, tone(), { signal, type: MP3 }).catch(explained);
  return { player: player.name, playedMs };
}

const textOf = (value: unknown): string => (typeof value === "string" ? value.slice(0, MAX_TEXT) : "");

// eslint-disable-next-line @typescript-eslint/require-await -- an audio is asynchronous
async function* tone(): AsyncGenerator<Buffer> {
  yield TEST_TONE;
}
