/** The results of a soak. */
import type { Measured } from "./node-red-host";

export interface SoakResult {
  readonly seed: number;
  readonly seconds: number;
  /** Messages, and how they ended. */
  readonly said: number;
  readonly whole: number;
  readonly cached: number;
  readonly failed: number;
  readonly stopped: number;
  readonly resets: number;
  readonly deploys: number;
  readonly faults: number;
  /** Measured occasionally, when no message was in processing. */
  readonly measured: readonly Measured[];
  /** Every violation; empty after a good run. */
  readonly problems: readonly string[];
}

/** The first measurements are those of a process that is still warming up. */
const WARM_UP = 0.25;

/**
 * The growth that is allowed from the first to the second half, in bytes and in handles: connections are kept for a
 * while.
 */
const MORE_BYTES = 6 * 1024 * 1024;
const MORE_HANDLES = 8;

/** What has grown from the first half of the measurements to the second; empty if both are alike. */
export function growthIn(measured: readonly Measured[]): string[] {
  const warm = measured.slice(Math.ceil(measured.length * WARM_UP));
  const half = Math.floor(warm.length / 2);
  if (half < 2) return [];
  const [first, second] = [warm.slice(0, half), warm.slice(-half)];
  const grown = (of: (each: Measured) => number): number => median(second.map(of)) - median(first.map(of));
  const bytes = grown((each) => each.bytes);
  const handles = grown((each) => each.handles);
  return [
    ...(bytes > MORE_BYTES ? [`memory grew by ${megabytes(bytes)} MB`] : []),
    ...(handles > MORE_HANDLES ? [`handles grew by ${handles}`] : []),
  ];
}

/** The summary in one line. */
export function summaryOf(result: SoakResult): string {
  const { said, whole, cached, failed, stopped, resets, deploys, faults, measured, problems } = result;
  const [first, last] = [measured[0], measured.at(-1)];
  const memory =
    first && last
      ? `, memory ${megabytes(first.bytes)} to ${megabytes(last.bytes)} MB, handles ${first.handles} to ${last.handles}`
      : "";
  const counts = `${whole} whole (${cached} cached), ${failed} failed, ${stopped} stopped`;
  const chances = `${faults} faults, ${resets} resets, ${deploys} deploys`;
  const verdict = problems.length === 0 ? "no problems" : `${problems.length} PROBLEMS`;
  return `soak: ${said} messages in ${Math.round(result.seconds)} s: ${counts}; ${chances}${memory}; seed ${result.seed}; ${verdict}`;
}

const megabytes = (bytes: number): string => (bytes / 1024 / 1024).toFixed(1);

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? 0;
}
