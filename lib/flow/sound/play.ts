/** Speech on this machine's speaker. */
import {
  findPlayer,
  FrameMeter,
  FrameSplitter,
  play,
  PLAYER_NAMES,
  PlayerError,
  type PlayerCommand,
} from "../../audio";
import { answerTo, type HearingContext, type Listener } from "./audio-node";
import type { FilePart } from "../../schema/description";
import { loadFile, MB } from "../input/file";
import { Problem } from "../message/problem";

/** How the node plays. */
export interface PlaySettings {
  /** The name of a player, `auto`, or `command`. */
  readonly player: string;
  /** A program of the user's own. */
  readonly command: string;
  /** Its arguments: a JSON list, or words with quotes around those that have blanks. */
  readonly arguments: string;
  readonly device: string;
  /** Percent. */
  readonly volume: number;
  /** Path of an audio file that is played first. */
  readonly chime: string;
}

/** The names of the players that the setting `player` knows. */
export const PLAYERS: readonly string[] = PLAYER_NAMES;

type Context = HearingContext<PlaySettings>;

/** A chime is short; a whole record is a mistake. */
const MAX_CHIME_BYTES = 20 * MB;

/** What one placed node does with speech. */
export const playingListener = (): Listener<PlaySettings> => ({ hear: playSpeech });

async function playSpeech(context: Context): Promise<void> {
  const { RED, speech, settings, signal, status, translate } = context;
  const { type } = speech;
  const chime = settings.chime.trim() === "" ? undefined : await loadChime(context);
  const player = await playerFor(settings, type);
  const meter = new Meter(context);
  status.working("playing");
  const joined = chime?.type === MP3 && type === MP3;
  if (chime && !joined) await playChime(context, chime);
  const audio = joined ? framesOf(chime.data) : [];
  const playedMs = await play(player, oneAfterOther(audio, meter.measured()), signal).catch(explained);
  const facts = { player: player.name, playedMs, ...meter.facts };
  context.send(answerTo(RED, speech.lastMessage, facts, facts));
  status.done(translate("shared:status.played", { seconds: (playedMs / 1000).toFixed(1) }));
}

const MP3 = "audio/mpeg";

/** Counts what passes. */
class Meter {
  private readonly mp3 = new FrameMeter();
  private bytes = 0;

  constructor(private readonly context: Context) {}

  async *measured(): AsyncGenerator<Buffer> {
    const { speech, signal } = this.context;
    for await (const chunk of speech.audio(signal)) {
      this.bytes += chunk.length;
      if (speech.type === MP3) this.mp3.push(chunk);
      yield chunk;
    }
  }

  /** `bytes`, and for mp3 `audioMs`: how long the audio is. */
  get facts(): { bytes: number; audioMs?: number } {
    const { bytes } = this;
    return this.context.speech.type === MP3 ? { bytes, audioMs: Math.round(this.mp3.audioMs) } : { bytes };
  }
}

interface Chime {
  readonly type: string;
  readonly data: Buffer;
}

async function loadChime({ RED, settings }: Context): Promise<Chime> {
  const rules = { media: "audio", wire: "part", maxBytes: MAX_CHIME_BYTES } as const;
  const { fileWorkingDirectory } = RED.settings as { fileWorkingDirectory?: string };
  const part = await loadFile(rules, "chime", settings.chime, fileWorkingDirectory);
  const { type, blob } = part as FilePart;
  return { type, data: Buffer.from(await blob.arrayBuffer()) };
}

async function playChime({ settings, signal }: Context, { type, data }: Chime): Promise<void> {
  await play(await playerFor(settings, type), oneAfterOther([data]), signal).catch(explained);
}

/** Tags and tables of contents in front of a speech would tell the player a wrong length. */
const framesOf = (mp3: Buffer): Buffer[] => {
  const splitter = new FrameSplitter();
  const units = [...splitter.push(mp3), ...splitter.end()];
  return units.filter(({ kind }) => kind === "frame").map(({ data }) => data);
};

async function* oneAfterOther(
  ...sources: (Iterable<Buffer> | AsyncIterable<Buffer>)[]
): AsyncGenerator<Buffer> {
  for (const source of sources) yield* source;
}

async function playerFor(settings: PlaySettings, type: string): Promise<PlayerCommand> {
  const { player, device, volume } = settings;
  if (player !== "command")
    return findPlayer(player, { type, device: device.trim(), volume }).catch(explained);
  const program = settings.command.trim();
  if (program === "") throw new Problem("PLAYER_NO_COMMAND");
  return { name: program, program, args: argumentsOf(settings.arguments) };
}

/**
 * The arguments that a line names.
 * @throws Problem `PLAYER_ARGUMENTS`
 */
export function argumentsOf(line: string): string[] {
  const text = line.trim();
  if (text.startsWith("[")) return listOf(text);
  return [...text.matchAll(/"([^"]*)"|'([^']*)'|(\S+)/g)].map(
    ([, double, single, plain]) => double ?? single ?? plain ?? "",
  );
}

function listOf(json: string): string[] {
  let list: unknown;
  try {
    list = JSON.parse(json);
  } catch {
    throw new Problem("PLAYER_ARGUMENTS");
  }
  if (Array.isArray(list) && list.every((item) => typeof item === "string")) return list;
  throw new Problem("PLAYER_ARGUMENTS");
}

/** The player's failure in our words. */
function explained(error: unknown): never {
  if (!(error instanceof PlayerError)) throw error;
  const { code, player, detail } = error;
  throw new Problem(code, { player, detail }, { detail });
}
