/** What the package adds to the start of Node-RED: installed only, and with one speech node placed. */
import { fork } from "node:child_process";
import { once } from "node:events";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { median, roundsOf } from "../harness/measure";
import { account, placed } from "../harness/node-red";
import type { Case, Figure } from "../harness/result";
import { makeUserDir, type FlowNode } from "../../test/node-red/user-dir";

interface Start {
  readonly cpuMs: number;
  readonly rss: number;
}

const KEY = { account: { apiKey: "sk-bench-0000" } };
const MB = 1e6;

const placedNodes: FlowNode[] = [
  { id: "tab", type: "tab" },
  account("account", "http://127.0.0.1:9"),
  placed("speech", "vocu-speech-stream", { account: "account", voiceId: "voice", wires: [[], []] }),
];

export const run: Case = async ({ quick }) => {
  const content = { install: "checkout", flows: [{ id: "tab", type: "tab" }], credentials: {}, settings: {} };
  const bare = await makeUserDir(content);
  // The same nodes of Node-RED itself, without the package.
  await rm(join(bare, "node_modules"), { recursive: true });
  const folders = {
    bare,
    installed: await makeUserDir(content),
    used: await makeUserDir({ ...content, flows: placedNodes, credentials: KEY }),
  };
  const starts: Record<keyof typeof folders, Start[]> = { bare: [], installed: [], used: [] };
  const rounds = roundsOf(9, quick);
  for (let round = -1; round < rounds; round += 1) {
    for (const [name, folder] of Object.entries(folders) as [keyof typeof folders, string][]) {
      const start = await startOnce(folder);
      if (round >= 0) starts[name].push(start);
    }
  }
  await Promise.all(Object.values(folders).map((folder) => rm(folder, { recursive: true })));
  const bareMs = median(starts.bare.map(({ cpuMs }) => cpuMs));
  /** The median of the differences within a round. */
  const more = (name: "installed" | "used", of: (start: Start) => number): number =>
    median(starts[name].map((start, round) => of(start) - of(starts.bare[round] ?? start)));
  const figures = (["installed", "used"] as const).flatMap((name): Figure[] => [
    {
      id: `start-${name}`,
      unit: "ms",
      raw: bareMs,
      ours: more(name, ({ cpuMs }) => cpuMs),
      ratio: {},
      ...(name === "installed" ? { goal: { most: 40 } } : {}),
    },
    {
      id: `start-${name}-memory`,
      unit: "MB",
      raw: median(starts.bare.map(({ rss }) => rss)) / MB,
      ours: more(name, ({ rss }) => rss) / MB,
      ratio: {},
      ...(name === "installed" ? { goal: { most: 6 } } : {}),
    },
  ]);
  return figures;
};

async function startOnce(userDir: string): Promise<Start> {
  const child = fork(join(__dirname, "..", "harness", "start.mjs"), [userDir]);
  const [start] = (await once(child, "message")) as [Start];
  await once(child, "exit");
  return start;
}
