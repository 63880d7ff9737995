/** The programs that play audio on this machine, their abilities and their arguments. */
import { constants } from "node:fs";
import { access } from "node:fs/promises";
import { delimiter, isAbsolute, join } from "node:path";

/** Stands for the path of a temporary file in the arguments of players that cannot play what flows in. */
export const FILE = "{file}";

/** What is wanted of a player. */
export interface PlayerWish {
  /** Media type of the audio. */
  readonly type: string;
  /** Name of a sound device, in the player's own words; blank: the usual one. */
  readonly device: string;
  /** Percent. */
  readonly volume: number;
}

/** A program with its arguments. The audio goes to its standard input, or into the file that `FILE` stands for. */
export interface PlayerCommand {
  readonly name: string;
  readonly program: string;
  readonly args: readonly string[];
  /** More environment variables. */
  readonly env?: Readonly<Record<string, string>>;
  /** Output by which it is known to have failed although it says that it has not. */
  readonly failure?: RegExp;
}

/** A playback that cannot start, or that did not finish. */
export class PlayerError extends Error {
  override readonly name = "PlayerError";

  /**
   * `code`: `PLAYER_NOT_FOUND`, `PLAYER_CANNOT` (the player has no such option or does not know the audio),
   * `PLAYER_NOT_AS_ROOT`, `PLAYER_NO_DEVICE` (no sound device could be opened), `PLAYER_FAILED`, or `PLAYER_STUCK` (it did not end and was killed).
   * @param player which one
   * @param detail what it said itself, one line
   */
  constructor(
    readonly code:
      | "PLAYER_NOT_FOUND"
      | "PLAYER_CANNOT"
      | "PLAYER_NOT_AS_ROOT"
      | "PLAYER_NO_DEVICE"
      | "PLAYER_FAILED"
      | "PLAYER_STUCK",
    readonly player: string,
    readonly detail = "",
  ) {
    super(`${player}: ${detail}`);
  }
}

interface KnownPlayer {
  readonly program: string;
  /** Media types; left out where it plays whatever is played here. */
  readonly types?: readonly string[];
  /** The arguments that select a sound device; missing if the player cannot select one. */
  readonly device?: (name: string) => {
    readonly args?: readonly string[];
    readonly env?: PlayerCommand["env"];
  };
  /** It refuses to run as root. */
  readonly notAsRoot?: true;
  readonly failure?: RegExp;
  /** @param amplitude 0 to 1, which is the same loudness with every player */
  readonly args: (amplitude: number, device: readonly string[], type: string) => readonly string[];
}

const MP3 = "audio/mpeg";
const WAV = "audio/wav";

/**
 * The outputs of mpg123 that use a device by its name. By default, mpg123 falls back to one that does not and plays on
 * another device without an error.
 */
const MPG123_OUTPUTS = process.platform === "linux" ? ["-o", "pulse,alsa,oss"] : [];

/** In the order in which they are looked for: the ones that begin soonest and do most come first. */
const PLAYERS: Readonly<Record<string, KnownPlayer>> = {
  mpv: {
    program: "mpv",
    device: (name) => ({ args: [`--audio-device=${name}`] }),
    args: (amplitude, device) => [
      ...["--no-video", "--force-window=no", "--input-terminal=no", "--msg-level=all=error"],
      // Its scale is cubic.
      ...[`--volume=${rounded(100 * Math.cbrt(amplitude))}`, ...device, "-"],
    ],
  },
  ffplay: {
    program: "ffplay",
    failure: /audio open failed|Failed to open file/i,
    args: (amplitude) => [
      ...["-nodisp", "-autoexit", "-hide_banner", "-loglevel", "error"],
      ...["-volume", String(Math.round(100 * amplitude)), "-i", "pipe:0"],
    ],
  },
  mpg123: {
    program: "mpg123",
    types: [MP3],
    device: (name) => ({ args: [...MPG123_OUTPUTS, "-a", name] }),
    args: (amplitude, device) => ["-q", ...device, "-f", String(Math.round(amplitude * 32768)), "-"],
  },
  cvlc: {
    program: "cvlc",
    notAsRoot: true,
    args: (amplitude) => ["--quiet", "--no-video", "--play-and-exit", `--gain=${rounded(amplitude)}`, "-"],
  },
  sox: {
    program: "play",
    types: [MP3, WAV],
    device: (name) => ({ env: { AUDIODEV: name } }),
    args: (amplitude, _device, type) => [
      ...["-q", "-t", ...(type === WAV ? ["wav", "--ignore-length"] : ["mp3"])],
      ...["-", "vol", String(rounded(amplitude))],
    ],
  },
  afplay: {
    program: "afplay",
    types: [MP3, WAV, "audio/flac"],
    args: (amplitude) => ["-v", String(rounded(amplitude)), FILE],
  },
};

const rounded = (value: number): number => Math.round(value * 1000) / 1000;

/** The players that are known by name. */
export const PLAYER_NAMES = Object.keys(PLAYERS);

/** A player and what this machine has of it. */
export interface InstalledPlayer {
  readonly name: string;
  /** Whether it can select a sound device. */
  readonly device: boolean;
  /** It is installed, but refuses to run as this user. */
  readonly notAsRoot?: true;
}

/** The players that this machine has, in the order in which they are looked for. */
export async function installedPlayers(): Promise<InstalledPlayer[]> {
  const found: InstalledPlayer[] = [];
  for (const [name, { program, device, notAsRoot }] of Object.entries(PLAYERS)) {
    if ((await findProgram(program)) === undefined) continue;
    found.push({ name, device: device !== undefined, ...(notAsRoot && isRoot() ? { notAsRoot } : {}) });
  }
  return found;
}

/**
 * The command of a player that is installed and can do what is wanted: the one of this name, or with `auto` the first
 * one.
 * @throws PlayerError `PLAYER_NOT_FOUND`, `PLAYER_CANNOT`, `PLAYER_NOT_AS_ROOT`
 */
export async function findPlayer(name: string, wish: PlayerWish): Promise<PlayerCommand> {
  const names = name === "auto" ? PLAYER_NAMES : [name];
  let unable: PlayerError | undefined;
  for (const each of names) {
    const known = PLAYERS[each];
    const program = known && (await findProgram(known.program));
    if (!program) continue;
    // A player chosen by name may have been made to run as root.
    const refuses = name === "auto" && known.notAsRoot === true && isRoot();
    const problem = refuses ? new PlayerError("PLAYER_NOT_AS_ROOT", each) : problemWith(each, known, wish);
    if (!problem) return commandOf(each, known, program, wish);
    unable ??= problem;
  }
  throw unable ?? new PlayerError("PLAYER_NOT_FOUND", name === "auto" ? PLAYER_NAMES.join(", ") : name);
}

function problemWith(
  name: string,
  { types, device }: KnownPlayer,
  wish: PlayerWish,
): PlayerError | undefined {
  if (types && !types.includes(wish.type)) return new PlayerError("PLAYER_CANNOT", name, wish.type);
  if (wish.device !== "" && !device) return new PlayerError("PLAYER_CANNOT", name, wish.device);
  return undefined;
}

const isRoot = (): boolean => process.geteuid?.() === 0;

function commandOf(name: string, known: KnownPlayer, program: string, wish: PlayerWish): PlayerCommand {
  const { args = [], env } = wish.device === "" ? {} : (known.device?.(wish.device) ?? {});
  const all = known.args(wish.volume / 100, args, wish.type);
  const { failure } = known;
  return { name, program, args: all, ...(env ? { env } : {}), ...(failure ? { failure } : {}) };
}

/** Scripts need a shell on Windows, and nothing here is ever given to a shell. */
const ENDINGS = process.platform === "win32" ? [".exe", ".com"] : [""];

/** The path of a program in the folders of `PATH`. */
export async function findProgram(name: string): Promise<string | undefined> {
  const folders = (process.env.PATH ?? "").split(delimiter).filter((folder) => isAbsolute(folder));
  for (const folder of folders) {
    for (const ending of ENDINGS) {
      const program = join(folder, name + ending);
      if (await mayRun(program)) return program;
    }
  }
  return undefined;
}

const mayRun = (program: string): Promise<boolean> =>
  access(program, constants.X_OK).then(
    () => true,
    () => false,
  );
