/** Admin routes of the play node's dialog: the list of players and devices, and the test tone. */
import { installedPlayers, play, PLAYER_NAMES, soundDevices, TEST_TONE } from "../../audio";
import type { PlayersReply, ToneReply } from "../../schema/admin-replies";
import { Problem } from "../message/problem";
import { explained, playerFor, type SoundWish } from "./player-choice";

const MP3 = "audio/mpeg";

/** The longest text that a dialog may post, in characters. */
const MAX_TEXT = 10_000;

type Posted = Readonly<Record<string, unknown>>;

/**
 * The players of this machine in the order in which they are tried, and the sound devices of the posted `player`;
 * with `auto` those of the first one that can select a device.
 */
export async function askPlayers({ player }: Posted, signal: AbortSignal): Promise<PlayersReply> {
  const players = await installedPlayers();
  const first = players.find(({ device, notAsRoot }) => device && !notAsRoot)?.name;
  const name = typeof player === "string" && player !== "auto" ? player : first;
  return { players, devices: name === undefined ? [] : await soundDevices(name, signal) };
}

/**
 * Plays a tone with the posted settings, and returns the player and how long it ran (`playedMs`). Only known players
 * are started: a user who may open a dialog need not be allowed to run any program.
 * @throws those of `playerFor`; Problem `INPUT_NOT_A_CHOICE`, `PLAYER_NO_DEVICE`, `PLAYER_FAILED`, `PLAYER_STUCK`; errors of
 * the system
 */
export async function askTone(posted: Posted, signal: AbortSignal): Promise<ToneReply> {
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
