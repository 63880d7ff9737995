/** Plays speech on this machine's speaker. */
import {
  LengthMeter,
  play,
  PLAYER_NAMES,
  shapeAudio,
  type PlayerCommand,
  type PlayOptions,
  type Shape,
  type Shaped,
} from "../../audio";
import type { ShapeSettings, ShapeValues } from "../../schema/shape-inputs";
import { sleep } from "../../timers";
import type { Facts } from "../message/sequence";
import { loudness, SpeakerMemory } from "../node/shaping";
import { answerTo } from "./answer";
import type { AudioSink, AudioSinkContext } from "./audio-sink";
import { loadChime, MP3, withChime, type Chime, type WithChime } from "./chime";
import { explained, playerFor, type PlayerSettings } from "./player-choice";

/** The inputs of one speech. */
export interface PlayInputs extends ShapeValues {
  /** Percent. */
  readonly volume: number | undefined;
  /** Path of an audio file that is played first. */
  readonly chime: string | undefined;
  /** Name of a sound device, in the player's own notation. */
  readonly device: string | undefined;
}

/** How the node plays. */
export interface PlaySettings extends PlayerSettings, ShapeSettings {
  /** Number of times that each speech is played. */
  readonly repeat: number;
  /** Seconds between two repetitions. */
  readonly repeatPause: number;
}

/** The names of the players that the setting `player` knows. */
export const PLAYERS: readonly string[] = PLAYER_NAMES;

type Context = AudioSinkContext<PlayInputs, PlaySettings>;

/** A user's own program may pass the audio on and wait, so it has more time. */
const OWN_COMMAND_MARGIN_MS = 60_000;

/** The playback of one placed node. */
export const playingSink = (): AudioSink<PlayInputs, PlaySettings> => {
  const memory = new SpeakerMemory();
  return { handle: (context) => playSpeech(context, memory) };
};

async function playSpeech(context: Context, memory: SpeakerMemory): Promise<void> {
  const { RED, speech, signal, status, translate, inputs, settings } = context;
  const chime = await loadChime(RED, inputs.chime);
  const opened = await speech.open(signal);
  const player = await playerFor(settings, inputs, opened.type);
  const begin = { player: player.name };
  const { audio, lead } = await withChime(chime, opened);
  const shapeNow = (): Shape => memory.shapeFor(inputs, settings);
  const before = chime && shapedChime(chime, lead, shapeNow());
  const speaker = new Speaker(player, opened.type, context, shapeNow);
  status.working("playing");
  context.send(null, answerTo(RED, speech.firstMessage, begin, begin));
  if (chime && before && !lead) await playChime(context, chime.type, before.audio);
  const playedMs = await speaker.play(audio, lead && before?.audio, chime?.type === MP3).catch(explained);
  memory.heard({});
  const facts = { player: player.name, playedMs, ...speaker.facts(before) };
  context.send(answerTo(RED, speech.lastMessage, facts, facts), null);
  status.done(translate("shared:status.played", { seconds: (playedMs / 1000).toFixed(1) }));
}

/** The chime at the loudness of the speech, after the silence that wakes the speaker up. */
const shapedChime = (chime: Chime, lead: WithChime["lead"], shape: Shape): Shaped =>
  shapeAudio(inOrder(lead ?? [chime.data]), { ...shape, silenceAfterMs: 0 });

async function playChime(
  { inputs, settings, signal }: Context,
  type: string,
  audio: AsyncIterable<Buffer>,
): Promise<void> {
  const player = await playerFor(settings, inputs, type);
  await play(player, audio, optionsFor(player, type, signal)).catch(explained);
}

/** Plays one speech once or several times, and counts it. */
class Speaker {
  private readonly length: LengthMeter;
  private readonly kept: Buffer[] = [];
  private shaped: Shaped | undefined;

  /** @param shapeNow the shape of the audio that is played now */
  constructor(
    private readonly player: PlayerCommand,
    private readonly type: string,
    private readonly context: Context,
    private readonly shapeNow: () => Shape,
  ) {
    this.length = new LengthMeter(type);
  }

  /**
   * Returns how long it played, in ms, without the pauses. `lead` is played first, in one stream with it; `awake`: the
   * silence has been played already.
   * @throws those of `play`
   */
  async play(
    audio: AsyncIterable<Buffer>,
    lead: AsyncIterable<Buffer> | undefined,
    awake: boolean,
  ): Promise<number> {
    const { repeat, repeatPause } = this.context.settings;
    const source = repeat > 1 ? this.keeping(audio) : audio;
    this.shaped = shapeAudio(source, { ...this.shapeNow(), ...(awake ? { silenceMs: 0 } : {}) });
    let playedMs = await this.playOnce(inOrder(lead ?? [], this.measured(this.shaped.audio)));
    for (let time = 1; time < repeat; time += 1) {
      await sleep(repeatPause * 1000, this.context.signal);
      playedMs += await this.playOnce(shapeAudio(inOrder(this.kept), this.shapeNow()).audio);
    }
    return playedMs;
  }

  /** `bytes`; `audioMs`, the length of the speech, if its format tells it; and the applied shape. */
  facts(before: Shaped | undefined): Facts {
    const { size: bytes, audioMs } = this.length;
    const silenceMs = Math.round((before?.facts.silenceMs ?? 0) + (this.shaped?.facts.silenceMs ?? 0));
    return {
      bytes,
      ...(audioMs === undefined ? {} : { audioMs: Math.round(audioMs) }),
      ...(silenceMs === 0 ? {} : { silenceMs }),
      ...(this.shaped && this.type === MP3 ? loudness(this.context.inputs, this.shaped.facts) : {}),
    };
  }

  private playOnce(audio: AsyncIterable<Buffer>): Promise<number> {
    return play(this.player, audio, optionsFor(this.player, this.type, this.context.signal));
  }

  private async *measured(audio: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
    for await (const piece of audio) {
      this.length.push(piece);
      yield piece;
    }
  }

  private async *keeping(audio: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
    for await (const piece of audio) {
      this.kept.push(piece);
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
