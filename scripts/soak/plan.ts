/** The flow of a soak: one account, and nodes with every kind of settings. */
import { voiceIds } from "../../sandbox";
import type { FlowNode } from "../../test/node-red/user-dir";

const speak = { type: "vocu-speech-stream", post_processing: "tag", post_processingType: "msg" };
const plain = { ...speak, cache: false };

/** Nodes by id. */
const NODES = {
  queue: { ...plain },
  parallel: { ...plain, busy: "parallel", chunkBytes: 2000 },
  buffer: { ...plain, busy: "parallel", output: "buffer" },
  replace: { ...plain, busy: "replace" },
  drop: { ...plain, busy: "drop" },
  cached: { ...speak, busy: "parallel" },
  paced: { ...speak, busy: "parallel", pace: "realtime", leadMs: 60_000 },
  download: {
    type: "vocu-speech-generate",
    download: true,
    post_processing: "tag",
    post_processingType: "msg",
  },
  list: { type: "vocu-voice-list", name: undefined },
} as const;

export type NodeId = keyof typeof NODES;
export const NODE_IDS = Object.keys(NODES) as [NodeId, ...NodeId[]];

/** Whether nodes of this kind share their speeches. */
export const isCached = (node: NodeId): boolean => node === "cached" || node === "paced";

/** Whether a message may end without speech although the node was not stopped. */
export const mayPass = (node: NodeId): boolean => node === "replace" || node === "drop";

/** The spoken texts. */
export const TEXTS = [
  "The washing machine is done.",
  "Somebody is at the door, and the lights in the garden are still on.",
  "Good morning. It is seven o'clock, and the sun shines. The bin has to go out today.",
  "The window in the bathroom is open, and it is going to rain.",
] as const;

/** The flow; `version` changes so that every deploy has something to do. */
export const flowOf = (baseUrl: string, version: number): FlowNode[] => [
  { id: "tab", type: "tab", label: `Soak ${version}` },
  {
    id: "account",
    type: "vocu-account",
    name: `Account ${version}`,
    site: "custom",
    baseUrl,
    maxConcurrent: 4,
    firstByteTimeout: 1,
    stallTimeout: 0.4,
    retries: 2,
    cacheMaxMb: 2,
  },
  ...NODE_IDS.flatMap((id): FlowNode[] => [
    {
      z: "tab",
      x: 0,
      y: 0,
      id,
      voiceId: voiceIds.english,
      name: `${version}`,
      account: "account",
      ...NODES[id],
      wires: [[`${id}-out`], []],
    },
    { z: "tab", x: 0, y: 0, id: `${id}-out`, type: "debug", active: false, wires: [] },
  ]),
];
