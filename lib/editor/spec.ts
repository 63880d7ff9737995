/** What a node's html tells about the node: the part of its description that a dialog needs. */
import type { Inputs, Settings } from "../schema/description";

/** The description of one node type, written into its html by the build. */
export interface Spec {
  readonly inputs: Inputs;
  readonly settings: Settings;
  /** The node uses an account. */
  readonly account?: boolean;
  /** Search words of all languages, for the palette's filter. */
  readonly keywords?: string;
}

const specs = new Map<string, Spec>();

/** Called once for each node type, before it is registered. */
export function describe(type: string, spec: Spec): void {
  specs.set(type, spec);
}

/** Whether a node type is one of ours. */
export const hasSpec = (type: string): boolean => specs.has(type);

/** The description of a node type. @throws Error for a type that was never described. */
export function specOf(type: string): Spec {
  const spec = specs.get(type);
  if (!spec) throw new Error(`${type} is not described`);
  return spec;
}
