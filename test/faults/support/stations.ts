/** Where the cells of the matrix run: several servers side by side, each with a node of every kind. */
import { startSandbox, voiceIds, type Sandbox } from "../../../sandbox";
import type { Credentials, FlowNode } from "../../nodes/support/flows";
import { account, KEY, onTab, sink, tab } from "../../nodes/support/speech-flow";
import { startGate, type Gate } from "./gate";

/** What the nodes of a kind do when a message comes; `chunks`, `buffer` and `paced` are the stream node. */
const KINDS = {
  chunks: { type: "vocu-speech-stream", voiceId: voiceIds.english },
  buffer: { type: "vocu-speech-stream", voiceId: voiceIds.english, output: "buffer" },
  paced: { type: "vocu-speech-stream", voiceId: voiceIds.english, pace: "realtime", leadMs: 60_000 },
  read: { type: "vocu-voice-list" },
  generate: { type: "vocu-speech-generate", voiceId: voiceIds.english },
  download: { type: "vocu-speech-generate", voiceId: voiceIds.english, download: true },
} as const;

export type Kind = keyof typeof KINDS;

/** Accounts: one that waits long, one that bears no silence, and one that reaches the sandbox through the gate. */
const ACCOUNTS = {
  patient: {},
  impatient: { stallTimeout: 0.7 },
  gated: {},
} as const;

export type AccountKind = keyof typeof ACCOUNTS;

/** One set of servers, used by one cell at a time. */
export interface Station {
  readonly name: string;
  readonly sandbox: Sandbox;
  readonly gate: Gate;
}

/** Some stations, and who waits for one. */
export class Stations {
  private readonly waiting: ((station: Station) => void)[] = [];
  private readonly free: Station[];

  private constructor(readonly all: readonly Station[]) {
    this.free = [...all];
  }

  static async start(count: number): Promise<Stations> {
    const stations: Station[] = await Promise.all(
      Array.from({ length: count }, (_, index) => startStation(`s${index}`)),
    );
    return new Stations(stations);
  }

  /** Does something at the next free station. */
  async use<T>(work: (station: Station) => Promise<T>): Promise<T> {
    const station = this.free.pop() ?? (await new Promise<Station>((resolve) => this.waiting.push(resolve)));
    try {
      return await work(station);
    } finally {
      const next = this.waiting.shift();
      if (next) next(station);
      else this.free.push(station);
    }
  }

  async close(): Promise<void> {
    await Promise.all(this.all.flatMap(({ sandbox, gate }) => [sandbox.close(), gate.close()]));
  }

  /** The flow with all nodes of all stations. */
  get flow(): FlowNode[] {
    return [tab, ...this.all.flatMap(nodesOf)];
  }

  get credentials(): Credentials {
    const ids = this.all.flatMap(({ name }) => Object.keys(ACCOUNTS).map((kind) => `${name}-${kind}`));
    return Object.fromEntries(ids.map((id) => [id, { apiKey: KEY }]));
  }
}

/** The node of a station for a kind of work and an account. */
export const nodeAt = ({ name }: Station, accountKind: AccountKind, kind: Kind): string =>
  `${name}-${accountKind}-${kind}`;

/** The helper node at the first output of a node. */
export const outOf = (node: string): string => `${node}-out`;

async function startStation(name: string): Promise<Station> {
  const sandbox = await startSandbox();
  return { name, sandbox, gate: await startGate(sandbox.url) };
}

function nodesOf(station: Station): FlowNode[] {
  return (Object.keys(ACCOUNTS) as AccountKind[]).flatMap((accountKind) => {
    const accountId = `${station.name}-${accountKind}`;
    const { url } = accountKind === "gated" ? station.gate : station.sandbox;
    const own = { id: accountId, cacheEnabled: false, ...ACCOUNTS[accountKind] };
    const nodes = (Object.keys(KINDS) as Kind[]).flatMap((kind) => {
      const id = nodeAt(station, accountKind, kind);
      const node = { ...onTab, id, account: accountId, name: "", ...KINDS[kind], wires: [[outOf(id)], []] };
      return [kind === "read" ? { ...node, name: undefined } : node, sink(outOf(id))];
    });
    return [account(url, own), ...nodes];
  });
}
