/** The programs that play audio on this machine, what each of them can do and how it is told. */
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
}

/** A playing that cannot begin, or did not come to its end. */
export class PlayerError extends Error {
  override readonly name = "PlayerError";

  /**
   * `code`: `PLAYER_NOT_FOUND`, `PLAYER_CANNOT` (the player has no such option or does not know the audio) or `PLAYER_FAILED`.
   * @param player which one
   * @param detail what it said itself, one line
   */
  constructor(
    readonly code: "PLAYER_NOT_FOUND" | "PLAYER_CANNOT" | "PLAYER_FAILED",
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
  /** How it is told which sound device to use; left out where it cannot be told. */
  readonly device?: (name: string) => {
    readonly args?: readonly string[];
    readonly env?: PlayerCommand["env"];
  };
  readonly args: (volume: number, device: readonly string[], type: string) => readonly string[];
}

const MP3 = "audio/mpeg";
const WAV = "audio/wav";

/** In the order in which they are looked for: the ones that begin soonest and do most come first. */
const PLAYERS: Readonly<Record<string, KnownPlayer>> = {
  mpv: {
    program: "mpv",
    device: (name) => ({ args: [`--audio-device=${name}`] }),
    args: (volume, device) => [
      ...["--no-video", "--force-window=no", "--input-terminal=no", "--msg-level=all=error"],
      ...[`--volume=${volume}`, ...device, "-"],
    ],
  },
  ffplay: {
    program: "ffplay",
    args: (volume) => [
      ...["-nodisp", "-autoexit", "-hide_banner", "-loglevel", "error"],
      ...["-volume", String(volume), "-i", "pipe:0"],
    ],
  },
  mpg123: {
    program: "mpg123",
    types: [MP3],
    device: (name) => ({ args: ["-a", name] }),
    args: (volume, device) => ["-q", ...device, "-f", String(Math.round((volume / 100) * 32768)), "-"],
  },
  cvlc: {
    program: "cvlc",
    args: (volume) => ["--quiet", "--no-video", "--play-and-exit", `--gain=${volume / 100}`, "-"],
  },
  sox: {
    program: "play",
    types: [MP3, WAV],
    device: (name) => ({ env: { AUDIODEV: name } }),
    args: (volume, _device, type) => [
      ...["-q", "-t", ...(type === WAV ? ["wav", "--ignore-length"] : ["mp3"])],
      ...["-", "vol", String(volume / 100)],
    ],
  },
  afplay: {
    program: "afplay",
    types: [MP3, WAV, "audio/flac"],
    args: (volume) => ["-v", String(volume / 100), FILE],
  },
};

/** The players that are known by name. */
export const PLAYER_NAMES = Object.keys(PLAYERS);

/**
 * The command of a player that is installed and can do what is wanted: the one of this name, or with `auto` the first one.
 * @throws PlayerError `PLAYER_NOT_FOUND`, `PLAYER_CANNOT`
 */
export async function findPlayer(name: string, wish: PlayerWish): Promise<PlayerCommand> {
  const names = name === "auto" ? PLAYER_NAMES : [name];
  let unable: PlayerError | undefined;
  for (const each of names) {
    const known = PLAYERS[each];
    const program = known && (await findProgram(known.program));
    if (!program) continue;
    const lacks = lackOf(known, wish);
    if (lacks === undefined) return commandOf(each, known, program, wish);
    unable ??= new PlayerError("PLAYER_CANNOT", each, lacks);
  }
  throw unable ?? new PlayerError("PLAYER_NOT_FOUND", name === "auto" ? PLAYER_NAMES.join(", ") : name);
}

function lackOf({ types, device }: KnownPlayer, wish: PlayerWish): string | undefined {
  if (types && !types.includes(wish.type)) return wish.type;
  return wish.device !== "" && !device ? wish.device : undefined;
}

function commandOf(name: string, known: KnownPlayer, program: string, wish: PlayerWish): PlayerCommand {
  const { args = [], env } = wish.device === "" ? {} : (known.device?.(wish.device) ?? {});
  const all = known.args(wish.volume, args, wish.type);
  return { name, program, args: all, ...(env ? { env } : {}) };
}

/** Scripts need a shell on Windows, and nothing here is ever given to a shell. */
const ENDINGS = process.platform === "win32" ? [".exe", ".com"] : [""];

async function findProgram(name: string): Promise<string | undefined> {
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
