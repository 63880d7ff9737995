/** One fault meets one kind of node: what is done to it, what comes of it, and what always has to hold. */
import assert from "node:assert/strict";
import { voiceIds, type Fault } from "../../../sandbox";
import type { CaughtFailure } from "../../nodes/support/one-node";
import type { Flow } from "../../nodes/support/flows";
import { bytesOf, type Message } from "../../nodes/support/message";
import { SPARE, type Break } from "./gate";
import { nodeAt, outOf, type AccountKind, type Kind, type Station } from "./stations";

/** What every node is asked to say. */
const TEXT = "The washing machine is done, and the laundry wants to be hung up.";

/** What it costs: one credit a character. */
export const COST = TEXT.length;

/** An error that has to come, with these facts on its `cause`; `charged`: the service had taken the credits. */
export interface Failure {
  readonly code: string;
  readonly cause?: Readonly<Record<string, unknown>>;
  readonly charged?: boolean;
}

/** `whole`: the node delivers what it would without the fault. */
export type Expected = "whole" | Failure;

/** Faults of the sandbox, or one way to break a reply's bytes. */
type Trouble = readonly Fault[] | Break;

export interface Cell {
  readonly what: string;
  readonly kind: Kind;
  readonly account: AccountKind;
  readonly trouble: Trouble;
  readonly expected: Expected;
  /** How long the message lets its node wait for the first byte, in ms; the next one has all the time it needs. */
  readonly requestTimeout?: number;
}

/** What became of one message. */
interface Turn {
  readonly error: CaughtFailure | undefined;
  readonly out: readonly Message[];
  readonly charged: number;
}

/** What became of a cell: the message that met the fault, and the next one, which meets none. */
export interface Outcome {
  readonly first: Turn;
  readonly next: Turn;
  /** The speech, byte for byte. */
  readonly speech: Buffer;
}

const TARGETS: Readonly<Record<Kind, { on?: Fault["on"]; path: RegExp }>> = {
  chunks: { path: /simple-generate/ },
  buffer: { path: /simple-generate/ },
  paced: { path: /simple-generate/ },
  generate: { path: /simple-generate/ },
  read: { on: { path: "/api/voice" }, path: /^\/api\/voice/ },
  download: { on: { host: "storage" }, path: new RegExp(SPARE) },
};

/** What every node has to deliver; spoken once, and known to every sandbox from then on. */
export const speechOf = ({ sandbox }: Station): Promise<Buffer> =>
  sandbox.speech({ text: TEXT, voiceId: voiceIds.english });

/** Runs a cell. */
export async function runCell(cell: Cell, flow: Flow, station: Station): Promise<Outcome> {
  const { sandbox, gate } = station;
  const speech = await speechOf(station);
  const node = nodeAt(station, cell.account, cell.kind);
  arm(cell, station, speech);
  const { requestTimeout } = cell;
  const first = await say(flow, node, station, requestTimeout === undefined ? {} : { requestTimeout });
  // Nothing of it may still be under way, as the server sees it.
  await Promise.all(sandbox.requests.map(({ ended }) => ended));
  sandbox.clearFaults();
  gate.disarm();
  sandbox.requests.length = 0;
  const next = await say(flow, node, station);
  sandbox.requests.length = 0;
  return { first, next, speech };
}

function arm({ trouble, kind }: Cell, { sandbox, gate }: Station, speech: Buffer): void {
  const { on, path } = TARGETS[kind];
  if (typeof trouble !== "function") {
    for (const fault of trouble) sandbox.fail({ ...(on ? { on } : {}), ...fault });
    return;
  }
  gate.breakNext(path, trouble);
  if (kind !== "download") return;
  gate.serve(speech);
  sandbox.fail({ urlsLie: { audio: gate.url + SPARE } });
}

async function say(flow: Flow, node: string, { sandbox }: Station, own: Message = {}): Promise<Turn> {
  const spentBefore = sandbox.account.spent;
  const arrivals = flow.at(outOf(node)).entries;
  const before = arrivals.length;
  const { error } = await flow.ended(flow.input({ payload: TEXT, ...own }, node));
  // Node-RED hands a message to the next node in a later tick than `done` reports it.
  await new Promise((resolve) => setImmediate(resolve));
  return {
    error: error as CaughtFailure | undefined,
    out: arrivals.slice(before),
    charged: sandbox.account.spent - spentBefore,
  };
}

const COSTLY = (kind: Kind): number => (kind === "read" ? 0 : COST);

/** Checks what came of a cell. */
export function assertOutcome({ kind, expected }: Cell, { first, next, speech }: Outcome): void {
  assertWhole(kind, next, speech, "the next message");
  if (expected === "whole") {
    assertWhole(kind, first, speech, "the message");
    return;
  }
  const { error, out, charged } = first;
  assert.ok(error, `it ended without an error: ${JSON.stringify(out).slice(0, 300)}`);
  assert.equal(error.code, expected.code, JSON.stringify(error.cause));
  assert.ok(error.message.length > 0);
  assert.equal(typeof error.cause.retryable, "boolean");
  for (const [fact, value] of Object.entries(expected.cause ?? {})) {
    assert.deepEqual(error.cause[fact], value, `cause.${fact} of ${JSON.stringify(error.cause)}`);
  }
  assert.equal(charged, expected.charged === true ? COSTLY(kind) : 0, "credits");
  assertTakenBack(out, speech);
}

/** All of it was delivered and paid once. */
function assertWhole(kind: Kind, { error, out, charged }: Turn, speech: Buffer, who: string): void {
  assert.equal(error, undefined, `${who}: ${String(error?.code)} ${JSON.stringify(error?.cause)}`);
  assert.equal(charged, COSTLY(kind), `credits for ${who}`);
  const [{ payload } = {}] = out;
  if (kind === "read") assert.ok(Array.isArray(payload) && payload.length > 0);
  else if (kind === "generate") assert.equal(typeof (payload as { id?: unknown }).id, "string");
  else assert.ok(bytesOf(out).equals(speech), `${who}: ${bytesOf(out).length} of ${speech.length} bytes`);
  if (kind === "chunks" || kind === "paced") assert.equal(out.at(-1)?.parts?.count, out.length);
  else assert.equal(out.length, 1);
}

/** Chunks that left before the error are the beginning of the speech, and were taken back. */
function assertTakenBack(out: readonly Message[], speech: Buffer): void {
  if (out.length === 0) return;
  const [first] = out;
  const last = out.at(-1);
  assert.equal(last?.reset, true);
  assert.equal(last.parts?.id, first?.parts?.id);
  const heard = bytesOf(out.slice(0, -1));
  assert.ok(heard.equals(speech.subarray(0, heard.length)));
}
