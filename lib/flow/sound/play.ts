/** Speech on this machine's speaker. */
import { LengthMeter, play, PLAYER_NAMES, type PlayerCommand, type PlayOptions } from "../../audio";
import { sleep } from "../../timers";
import { answerTo, type AudioSink, type AudioSinkContext } from "./audio-node";
import { loadChime, withChime, type Chime, type WithChime } from "./chime";
import { explained, playerFor, type PlayerSettings } from "./player-choice";

/** What one speech may say for itself. */
export interface PlayInputs {
  /** Percent. */
  readonly volume: number | undefined;
  /** Path of an audio file that is played first. */
  readonly chime: string | undefined;
  /** Name of a sound device, in the player's own translate. */
  readonly device: string | undefined;
}

/** How the node plays. */
export interface PlaySettings extends PlayerSettings {
  /** How often each speech is played. */
  readonly repeat: number;
  /** Seconds between two times. */
  readonly repeatPause: number;
}

/** The names of the players that the setting `player` knows. */
export const PLAYERS: readonly string[] = PLAYER_NAMES;

type Context = AudioSinkContext<PlayInputs, PlaySettings>;

/** A program of the user's own may pass the audio on and wait for something else, so it has more time. */
const OWN_COMMAND_MARGIN_MS = 60_000;

/** What one placed node does with speech. */
export const playingSink = (): AudioSink<PlayInputs, PlaySettings> => ({ handle: playSpeech });

async function playSpeech(context: Context): Promise<void> {
  const { RED, speech, signal, status, translate, inputs, settings } = context;
  const chime = await loadChime(RED, inputs.chime);
  const opened = await speech.open(signal);
  const player = await playerFor(settings, inputs, opened.type);
  const begin = { player: player.name };
  const { audio, lead } = await withChime(chime, opened);
  const speaker = new Speaker(player, opened.type, signal);
  status.working("playing");
  context.send(null, answerTo(RED, speech.firstMessage, begin, begin));
  if (chime && !lead) await playChime(context, chime);
  const playedMs = await speaker.play({ audio, lead }, settings).catch(explained);
  const facts = { player: player.name, playedMs, ...speaker.facts };
  context.send(answerTo(RED, speech.lastMessage, facts, facts), null);
  status.done(translate("shared:status.played", { seconds: (playedMs / 1000).toFixed(1) }));
}

async function playChime({ inputs, settings, signal }: Context, { type, data }: Chime): Promise<void> {
  const player = await playerFor(settings, inputs, type);
  await play(player, inOrder([data]), optionsFor(player, type, signal)).catch(explained);
}

/** Plays one speech once or several times, and counts what it was. */
class Speaker {
  private readonly length: LengthMeter;
  private readonly kept: Buffer[] = [];

  constructor(
    private readonly player: PlayerCommand,
    private readonly type: string,
    private readonly signal: AbortSignal,
  ) {
    this.length = new LengthMeter(type);
  }

  /**
   * Answers with how long it played, in ms, without the pauses.
   * @throws those of `play`
   */
  async play({ audio, lead = [] }: WithChime, { repeat, repeatPause }: PlaySettings): Promise<number> {
    let playedMs = await this.playOnce(inOrder(lead, this.measured(audio, repeat > 1)));
    for (let time = 1; time < repeat; time += 1) {
      await sleep(repeatPause * 1000, this.signal);
      playedMs += await this.playOnce(inOrder(this.kept));
    }
    return playedMs;
  }

  /** `bytes`, and where its kind tells it `audioMs`: how long the speech is. */
  get facts(): { bytes: number; audioMs?: number } {
    const { size: bytes, audioMs } = this.length;
    return audioMs === undefined ? { bytes } : { bytes, audioMs: Math.round(audioMs) };
  }

  private playOnce(audio: AsyncIterable<Buffer>): Promise<number> {
    return play(this.player, audio, optionsFor(this.player, this.type, this.signal));
  }

  private async *measured(audio: AsyncIterable<Buffer>, keep: boolean): AsyncGenerator<Buffer> {
    for await (const piece of audio) {
      this.length.push(piece);
      if (keep) this.kept.push(piece);
      yield piece;
    }
  }
}

async function* inOrder(...sources: (Iterable<Buffer> | AsyncIterable<Buffer>)[]): AsyncGenerator<Buffer> {
  for (const source of sources) yield* source;
}

const optionsFor = (player: PlayerCommand, type: string, signal: AbortSignal): PlayOptions => ({
  signal,
  type,
  ...(PLAYERS.includes(player.name) ? {} : { marginMs: OWN_COMMAND_MARGIN_MS }),
});
