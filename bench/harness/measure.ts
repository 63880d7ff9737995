/** Measuring on a machine that does other things too: rounds in turn, medians, ratios within a round. */
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

/** One way of doing the work; resolves with its figure, e.g. the milliseconds that it took. */
export type Way = () => Promise<number>;

/** The figures of some ways that were measured in turn. */
export interface Compared<K extends string> {
  readonly median: Readonly<Record<K, number>>;
  /** Median of the ratios within each round: what slows the machine for a while slows both. */
  readonly ratio: (of: K, to: K) => number;
}

/** Rounds that do not count: code is compiled and connections are made in them. */
const WARM_UP = 3;

/** Where a round takes seconds, one has to be enough. */
const FEW_ROUNDS = 10;

/** How many rounds a case has: a tenth of them in a quick run. */
export const roundsOf = (rounds: number, quick: boolean): number =>
  quick ? Math.max(2, Math.round(rounds / 10)) : rounds;

/** Lets the ways work in turn (A B C A B C ...). */
export async function compare<K extends string>(
  rounds: number,
  ways: Readonly<Record<K, Way>>,
): Promise<Compared<K>> {
  const names = Object.keys(ways) as K[];
  const figures = Object.fromEntries(names.map((name) => [name, [] as number[]])) as Record<K, number[]>;
  for (let round = rounds < FEW_ROUNDS ? -1 : -WARM_UP; round < rounds; round += 1) {
    for (const name of names) {
      const figure = await ways[name]();
      if (round >= 0) figures[name].push(figure);
    }
  }
  const medians = names.map((name) => [name, median(figures[name])]);
  return {
    median: Object.fromEntries(medians) as Record<K, number>,
    ratio: (of, to) => median(figures[of].map((figure, round) => figure / (figures[to][round] ?? NaN))),
  };
}

/** The middle of some numbers. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const upper = sorted[middle] ?? NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? NaN) + upper) / 2;
}

/** The wall time of some work, in ms. */
export async function wallMs(work: () => unknown): Promise<number> {
  const startedAt = performance.now();
  await work();
  return performance.now() - startedAt;
}

/** The processor time of this process during some work, in ms. */
export async function cpuMs(work: () => unknown): Promise<number> {
  const before = process.cpuUsage();
  await work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}

setFlagsFromString("--expose-gc");
const collect = runInNewContext("gc") as () => void;

/** Bytes that live objects and buffers hold, after garbage collection. */
export async function liveBytes(): Promise<number> {
  for (let times = 0; times < 3; times += 1) {
    collect();
    await new Promise((resolve) => setImmediate(resolve));
  }
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

/** The largest growth of the process's memory while the work runs, in bytes. */
export async function peakBytes(work: () => Promise<unknown>): Promise<number> {
  await liveBytes();
  const before = process.memoryUsage.rss();
  let most = before;
  const look = setInterval(() => (most = Math.max(most, process.memoryUsage.rss())), SAMPLE_MS);
  await work();
  clearInterval(look);
  return Math.max(most, process.memoryUsage.rss()) - before;
}

const SAMPLE_MS = 5;
