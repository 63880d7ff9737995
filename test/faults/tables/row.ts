/** A row of the matrix: one fault, and what it means to each group of nodes. */
import type { Cell, Expected } from "../support/cells";
import type { AccountKind, Kind } from "../support/stations";

/**
 * Nodes to which a fault means the same; `stream` is the stream node in all its ways of handing audio on. A download's
 * faults are those of the storage host.
 */
type Group = "stream" | Kind;

export interface Row extends Pick<Cell, "what" | "trouble" | "requestTimeout"> {
  readonly on: Partial<Record<Group, Expected>>;
  /** `impatient` for audio that stalls. */
  readonly account?: AccountKind;
}

const STREAMING: readonly Kind[] = ["chunks", "buffer", "paced"];

/** The cells of a row. */
export function cellsOf({ on, ...row }: Row): Cell[] {
  const byDefault = typeof row.trouble === "function" ? "gated" : "patient";
  return (Object.entries(on) as [Group, Expected][]).flatMap(([group, expected]) =>
    (group === "stream" ? STREAMING : [group]).map((kind) => ({
      account: byDefault,
      ...row,
      kind,
      expected,
    })),
  );
}

/** The same for all groups. */
export const everywhere = (expected: Expected): Row["on"] => ({
  stream: expected,
  read: expected,
  generate: expected,
  download: expected,
});
