/** A flow with one node of any type of ours in it. */
import type { FlowNode } from "./flows";
import { account, observers, sink, tab } from "./speech-flow";

/** The node "node" of the tab "tab", its outputs wired to the helper nodes "out" and "second", and core's observers. */
export const nodeFlow = (
  baseUrl: string,
  type: `vocu-${string}`,
  own: { node?: Record<string, unknown>; account?: Record<string, unknown> } = {},
): FlowNode[] => [
  tab,
  account(baseUrl, own.account),
  { id: "node", z: "tab", type, name: "", account: "account", wires: [["out"], ["second"]], ...own.node },
  sink("out"),
  sink("second"),
  ...observers(["node"]),
];
