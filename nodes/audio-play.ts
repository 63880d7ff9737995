import {
  askPlayers,
  askTone,
  AUDIO_SINK_SETTINGS,
  audioFile,
  BUSY,
  defineAudioSink,
  number,
  PLAYERS,
  playingSink,
  registerQuestions,
  SHAPE_INPUTS,
  SHAPE_SETTINGS,
  text,
} from "../lib/flow";

const KNOWN = { player: ["auto", ...PLAYERS] } as const;
const OWN = { player: "command" } as const;

export = defineAudioSink({
  type: "vocu-audio-play",
  family: "speech",
  account: false,
  inputs: {
    volume: number({
      icon: "volume-up",
      min: 0,
      max: 100,
      from: "100",
      default: 100,
      messageWins: true,
      when: KNOWN,
    }),
    chime: text({ messageWins: true }),
    device: text({ messageWins: true, when: KNOWN }),
    ...SHAPE_INPUTS,
  },
  settings: {
    player: {
      icon: "play-circle-o",
      kind: "select",
      choices: [...KNOWN.player, OWN.player],
      default: "auto",
    },
    command: {
      icon: "terminal",
      kind: "line",
      default: "",
      required: true,
      fault: "PLAYER_NO_COMMAND",
      when: OWN,
    },
    arguments: { kind: "line", default: "", when: OWN },
    repeat: { icon: "repeat", kind: "count", default: 1, min: 1, max: 100, advanced: true },
    repeatPause: { icon: "pause", kind: "count", default: 1, min: 0, max: 3600, advanced: true },
    busy: BUSY,
    ...SHAPE_SETTINGS,
    ...AUDIO_SINK_SETTINGS,
  },
  outputs: 2,
  audioOfText: audioFile,
  setUp: (RED) => registerQuestions(RED, { "/vocu/players": askPlayers, "/vocu/play-tone": askTone }),
  sink: playingSink,
});
