/** Node-REDs that speak jobs from a broker, with the flows of an example. */
import { statSync } from "node:fs";
import { join } from "node:path";
import { voiceIds, type Sandbox } from "../../sandbox";
import { ACCOUNT, exampleNodes } from "../examples/example";
import { startNodeRed, type Credentials, type FlowNode, type Message, type NodeRed } from "../node-red";

/** What all Node-REDs of a test have in common. */
export interface Common {
  readonly sandbox: Sandbox;
  /** The nodes of other packages, by name. */
  readonly packages?: Readonly<Record<string, string>>;
  /** Folder that all of them share. */
  readonly shared: string;
  /** What a user enters in the nodes of a type. */
  readonly fields: Readonly<Record<string, object>>;
  readonly credentials?: Credentials;
}

/** A Node-RED with the flows of an example. */
export interface Host {
  readonly nodeRed: NodeRed;
  /** The id of the node with this name. */
  readonly id: (name: string) => string;
}

/** Starts a Node-RED with (a part of) an example, filled in as a user would. */
export async function startHost(
  { sandbox, packages, shared, fields, credentials = {} }: Common,
  example: string,
  env: Readonly<Record<string, string>> = {},
  isWanted: (node: FlowNode) => boolean = () => true,
): Promise<Host> {
  const filled: Readonly<Record<string, object>> = {
    "vocu-speech-stream": { account: ACCOUNT, voiceId: voiceIds.english },
    // Nobody has to hear it.
    "vocu-audio-play": { type: "debug", complete: "payload", wires: [] },
    ...fields,
  };
  const nodes = exampleNodes(example)
    .filter(isWanted)
    .map((node): FlowNode => ({ ...node, ...filled[node.type] }));
  const byType = Object.fromEntries(
    nodes.flatMap(({ id, type }) => (type in credentials ? [[id, credentials[type]]] : [])),
  ) as Credentials;
  const account = {
    id: ACCOUNT,
    type: "vocu-account",
    site: "custom",
    baseUrl: sandbox.url,
    maxConcurrent: 2,
    cacheEnabled: true,
  };
  const nodeRed = await startNodeRed({
    ...(packages ? { packages } : {}),
    flows: [...nodes, account],
    credentials: { [ACCOUNT]: { apiKey: sandbox.apiKey }, ...byType },
    env: { VOCU_JOBS_FOLDER: join(shared, "jobs"), VOCU_CACHE_FOLDER: join(shared, "cache"), ...env },
  });
  const id = (name: string): string => {
    const found = nodes.find((node) => node.type !== "tab" && node.name === name);
    if (!found) throw new Error(`the example has no node "${name}"`);
    return found.id;
  };
  // What is published before a queue is there is lost.
  const consumers = nodes.filter(({ type }) => type.startsWith("amqp-") && type !== "amqp-broker");
  await Promise.all(
    consumers.map((node) => nodeRed.waitForStatus(node.id, ({ fill }) => fill === "green", 60_000)),
  );
  return { nodeRed, id };
}

/** When a worker first wrote down where the speech of a job is (epoch milliseconds); `Infinity` where none has. */
export const rememberedAt = (shared: string, jobId: string): number =>
  statSync(join(shared, "jobs", `${jobId}.json`), { throwIfNoEntry: false })?.birthtimeMs ?? Infinity;

/** A chunk as rooms get it. */
export interface RoomChunk {
  readonly jobId: string;
  /** Where in the speech it begins. */
  readonly start: number;
  readonly last: boolean;
  readonly data: Buffer;
}

/** The speech that chunks make together; undefined while a part of it is missing. */
export function wholeOf(chunks: readonly RoomChunk[]): Buffer | undefined {
  let whole = Buffer.alloc(0);
  for (const { start, data } of [...chunks].sort((a, b) => a.start - b.start)) {
    if (start > whole.length) return undefined;
    whole = Buffer.concat([whole, data.subarray(whole.length - start)]);
  }
  const ends = chunks.filter(({ last }) => last).map(({ start, data }) => start + data.length);
  return ends.includes(whole.length) ? whole : undefined;
}

/** The jobs of which a worker has sent chunks, but not the last one. */
export function unfinished({ nodeRed, id }: Host, node: string, read: (msg: Message) => RoomChunk): string[] {
  const chunks = nodeRed.received(id(node)).map(read);
  const ended = new Set(chunks.filter(({ last }) => last).map(({ jobId }) => jobId));
  return [...new Set(chunks.map(({ jobId }) => jobId))].filter((jobId) => !ended.has(jobId));
}
