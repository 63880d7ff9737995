/** The soak itself: random messages, faults, resets and deploys, and the checks that must always hold. */
import { startSandbox, voiceIds, type Sandbox } from "../../sandbox";
import { paidTwice, type Billed } from "./double-billing";
import { SeededRandom } from "../seeded-random";
import { someFaults } from "./faults";
import { NodeRedHost, type Ended, type Measured } from "./node-red-host";
import { flowOf, isCached, mayPass, NODE_IDS, TEXTS, type NodeId } from "./plan";
import { growthIn, type SoakResult } from "./summary";

/** How a soak runs. */
export interface SoakOptions {
  readonly seed: number;
  /** Called before each message. */
  readonly goesOn: (said: number) => boolean;
  /** Receives the progress occasionally. */
  readonly report?: (line: string) => void;
}

/** The largest number of messages in processing. */
const AT_ONCE = 12;
/** After this many messages the soak pauses, and memory and handles are measured. */
const REST_EVERY = 100;
/** Number of consecutive messages of cached nodes with the same speech. */
const ALIKE = 4;

/** Runs until `goesOn` returns false. Problems are in the result; failures to start are thrown. */
export async function soak(options: SoakOptions): Promise<SoakResult> {
  const sandbox = await startSandbox({ credits: 1e9, concurrency: 100 });
  const problems: string[] = [];
  const host = await NodeRedHost.open(flowOf(sandbox.url, 0), sandbox.apiKey, (what) => problems.push(what));
  try {
    host.expect(await speechesOf(sandbox));
    const run = new Run(options, sandbox, host, problems);
    await run.all();
    await host.close();
    return run.result();
  } finally {
    await host.clear();
    await sandbox.close();
  }
}

async function speechesOf(sandbox: Sandbox): Promise<Record<string, Buffer>> {
  const entries = TEXTS.map(async (text) => {
    return [text, await sandbox.speech({ text, voiceId: voiceIds.english })] as const;
  });
  return Object.fromEntries(await Promise.all(entries));
}

class Run {
  private readonly random: SeededRandom;
  private readonly started = performance.now();
  private readonly underWay = new Set<Promise<void>>();
  private readonly billed: Billed[] = [];
  private readonly measured: Measured[] = [];
  /** How often each node has been stopped. */
  private readonly stops = new Map<NodeId, number>();
  private readonly counts = {
    said: 0,
    whole: 0,
    cached: 0,
    failed: 0,
    stopped: 0,
    resets: 0,
    deploys: 0,
    faults: 0,
  };
  private ids = 0;

  constructor(
    private readonly options: SoakOptions,
    private readonly sandbox: Sandbox,
    private readonly host: NodeRedHost,
    private readonly problems: string[],
  ) {
    this.random = new SeededRandom(options.seed);
  }

  async all(): Promise<void> {
    while (this.options.goesOn(this.counts.said)) {
      if (this.random.oneIn(25)) this.reset();
      if (this.random.oneIn(60)) await this.deploy();
      if (this.random.oneIn(2)) this.breakSomething();
      this.say();
      if (this.underWay.size >= AT_ONCE) await Promise.race(this.underWay);
      if (this.counts.said % REST_EVERY === 0) await this.rest();
    }
    await this.rest();
  }

  result(): SoakResult {
    const { seed } = this.options;
    const problems = [
      ...this.problems,
      ...this.sandbox.violations.map((violation) => `the API was broken: ${violation}`),
      ...paidTwice(this.sandbox.requests, this.billed),
      ...growthIn(this.measured),
    ];
    const seconds = (performance.now() - this.started) / 1000;
    return { seed, seconds, ...this.counts, measured: this.measured, problems };
  }

  private say(): void {
    const node = this.random.pick(NODE_IDS);
    const id = this.nextId();
    const tale = Math.floor(id / ALIKE / NODE_IDS.length);
    const tag = isCached(node) ? `tale ${tale}` : `message ${id}`;
    const text = TEXTS[isCached(node) ? tale % TEXTS.length : this.random.below(TEXTS.length)] ?? TEXTS[0];
    const stops = this.stops.get(node);
    this.counts.said += 1;
    const ending = this.host
      .say(node, id, text, tag)
      .then((ended) => this.judge(node, tag, ended, this.stops.get(node) !== stops))
      .finally(() => this.underWay.delete(ending));
    this.underWay.add(ending);
  }

  private judge(node: NodeId, tag: string, ended: Ended, wasStopped: boolean): void {
    const { id, code, whole, cached, bytes, takenBack } = ended;
    this.billed.push({ tag, cached });
    if (code !== undefined) this.counts.failed += 1;
    else if (whole) this.counts.whole += 1;
    else this.counts.stopped += 1;
    if (whole && cached) this.counts.cached += 1;
    const who = `message ${id} to ${node}`;
    if (code === "INTERNAL") this.problems.push(`${who}: an unexpected error`);
    if (code === undefined && !whole && !wasStopped && !mayPass(node)) {
      this.problems.push(`${who} ended without an error after ${bytes} bytes`);
    }
    // A removed node can no longer retract anything.
    if (!whole && bytes > 0 && !takenBack && !wasStopped)
      this.problems.push(`${who}: chunks were not taken back`);
  }

  private reset(): void {
    const node = this.random.pick(NODE_IDS);
    this.counts.resets += 1;
    this.stopped(node);
    this.host.reset(node, this.nextId());
  }

  private async deploy(): Promise<void> {
    this.counts.deploys += 1;
    for (const node of NODE_IDS) this.stopped(node);
    const type = this.random.pick(["full", "flows", "nodes"] as const);
    await this.host.deploy(flowOf(this.sandbox.url, this.counts.deploys), type);
  }

  private stopped(node: NodeId): void {
    this.stops.set(node, (this.stops.get(node) ?? 0) + 1);
  }

  private breakSomething(): void {
    const faults = someFaults(this.random);
    this.counts.faults += faults.length;
    for (const fault of faults) this.sandbox.fail(fault);
  }

  /** Waits until no message is in processing, and measures. */
  private async rest(): Promise<void> {
    await Promise.all(this.underWay);
    this.sandbox.clearFaults();
    this.measured.push(await this.host.measure());
    const seconds = Math.round((performance.now() - this.started) / 1000);
    this.options.report?.(`${seconds} s: ${this.counts.said} messages, ${this.problems.length} problems`);
  }

  private nextId(): number {
    return this.ids++;
  }
}
