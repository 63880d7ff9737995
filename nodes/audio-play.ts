import { BUSY, defineHearingNode, HEARING_SETTINGS, PLAYERS, playingListener } from "../lib/flow";

const KNOWN = { player: ["auto", ...PLAYERS] } as const;
const OWN = { player: "command" } as const;

export = defineHearingNode({
  type: "vocu-audio-play",
  family: "speech",
  account: false,
  inputs: {},
  settings: {
    player: { kind: "select", choices: [...KNOWN.player, OWN.player], default: "auto" },
    command: { kind: "line", default: "", required: true, when: OWN },
    arguments: { kind: "line", default: "", when: OWN },
    volume: { kind: "count", default: 100, min: 0, max: 100, when: KNOWN },
    device: { kind: "line", default: "", when: KNOWN },
    chime: { kind: "line", default: "" },
    busy: { kind: "select", choices: BUSY, default: "queue" },
    ...HEARING_SETTINGS,
  },
  outputs: 1,
  listener: playingListener,
});
