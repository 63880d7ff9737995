/** What a case finds out. */

/** The goal: at most a multiple of a comparison's figure, or an absolute limit. */
export type Goal = { readonly times: number; readonly of: Peer } | { readonly most: number };

/** What ours is compared with, in the same process: bare undici, core's http request node, or a bare loop. */
export type Peer = "raw" | "core";

/** One measured figure. */
export interface Figure {
  /** Its name in the JSON and in the tables. */
  readonly id: string;
  readonly unit: "ms" | "us" | "%" | "kB" | "MB";
  readonly raw?: number;
  readonly core?: number;
  readonly ours: number;
  /** Ours in relation to each comparison: the median of the ratios of single rounds. */
  readonly ratio: { readonly raw?: number; readonly core?: number };
  readonly goal?: Goal;
}

/** How a case is run. */
export interface CaseOptions {
  /** Fewer rounds, to try the case itself. */
  readonly quick: boolean;
}

/** What every module in `bench/cases` exports as `run`. */
export type Case = (options: CaseOptions) => Promise<readonly Figure[]>;

/** A whole run. */
export interface Results {
  readonly date: string;
  readonly node: string;
  readonly nodeRed: string;
  readonly processors: number;
  /** Whether it was a quick run, with a tenth of the rounds. */
  readonly quick: boolean;
  readonly figures: readonly Figure[];
}

/** Whether a figure reaches its goal; undefined if none exists. */
export function isMet({ ours, ratio, goal }: Figure): boolean | undefined {
  if (goal === undefined) return undefined;
  if ("most" in goal) return ours <= goal.most;
  const measured = ratio[goal.of];
  return measured !== undefined && measured <= goal.times;
}
