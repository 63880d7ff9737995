/** Chooses the player program, and translates its failures. */
import { findPlayer, PlayerError, type PlayerCommand } from "../../audio";
import { Problem } from "../message/problem";
import { argumentsOf, assertNoNul } from "./command-line";
import { withHome } from "./path";

/** Percent; the default volume. */
const FULL_VOLUME = 100;

/** The setting `player` of a node that runs a program of the user's own. */
const OWN_COMMAND = "command";

/** The player settings of a node. */
export interface PlayerSettings {
  /** The name of a player, `auto`, or `command`. */
  readonly player: string;
  /** The user's own program. */
  readonly command: string;
  /** Its arguments: a JSON list, or words with quotes as in a shell. */
  readonly arguments: string;
}

/** The volume and device of one speech. */
export interface SoundWish {
  /** Percent. */
  readonly volume?: number | undefined;
  /** Name of a sound device, in the player's own notation. */
  readonly device?: string | undefined;
}

/**
 * The player for audio of this media type.
 * @throws Problem `PLAYER_NOT_FOUND`, `PLAYER_CANNOT`, `PLAYER_NOT_AS_ROOT`, `PLAYER_NO_COMMAND`, `PLAYER_ARGUMENTS`,
 * `PLAYER_QUOTE`, `INPUT_HAS_NUL`
 */
export async function playerFor(
  settings: PlayerSettings,
  { volume = FULL_VOLUME, device = "" }: SoundWish,
  type: string,
): Promise<PlayerCommand> {
  const { player } = settings;
  if (player === OWN_COMMAND) return ownCommand(settings);
  assertNoNul("device", device);
  return findPlayer(player, { type, device: device.trim(), volume }).catch(explained);
}

function ownCommand(settings: PlayerSettings): PlayerCommand {
  const program = withHome(settings.command.trim());
  if (program === "") throw new Problem("PLAYER_NO_COMMAND");
  assertNoNul("command", program);
  return { name: program, program, args: argumentsOf(settings.arguments) };
}

/** Throws a player's failure as a translated problem, and anything else unchanged. */
export function explained(error: unknown): never {
  if (!(error instanceof PlayerError)) throw error;
  const { code, player, detail } = error;
  throw new Problem(code, { player, detail }, { detail });
}
