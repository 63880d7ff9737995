/** The flow that most tests of the stream node use. */
import { voiceIds } from "../../../sandbox";
import type { Credentials, FlowNode } from "./flows";

/** The key of every account in the tests. */
export const KEY = "sk-sandbox-0000";

/** An account node that talks to a server of the test, once for each message: no retries, nothing from the cache. */
export const account = (baseUrl: string, own: Record<string, unknown> = {}): FlowNode => ({
  id: "account",
  type: "vocu-account",
  name: "Test account",
  site: "custom",
  baseUrl,
  retries: 0,
  cacheEnabled: false,
  ...own,
});

/** Node-RED takes nodes without a place on the canvas for config nodes. */
export const onTab = { z: "tab", x: 100, y: 100 };

/** A stream node "speech" of the tab "tab", wired to the helper nodes "chunks" and "summary". */
export const speechNode = (own: Record<string, unknown> = {}): FlowNode => ({
  ...onTab,
  id: "speech",
  type: "vocu-speech-stream",
  name: "",
  account: "account",
  voiceId: voiceIds.english,
  wires: [["chunks"], ["summary"]],
  ...own,
});

/** A node that only takes what it gets. */
export const sink = (id: string): FlowNode => ({ ...onTab, id, type: "helper", wires: [] });

/** Core's own observers of the tab: Catch, Complete (of the given nodes) and Status. */
export const observers = (completing: string[] = ["speech"]): FlowNode[] => [
  { ...onTab, id: "catch", type: "catch", scope: null, uncaught: false, wires: [[]] },
  { ...onTab, id: "complete", type: "complete", scope: completing, uncaught: false, wires: [[]] },
  { ...onTab, id: "status", type: "status", scope: null, wires: [[]] },
];

/** The tab that the other nodes are on. */
export const tab: FlowNode = { id: "tab", type: "tab", label: "Test" };

/** One stream node with helper nodes at its outputs and core's observers around it. */
export const speechFlow = (
  baseUrl: string,
  own: { node?: Record<string, unknown>; account?: Record<string, unknown> } = {},
): FlowNode[] => [
  tab,
  account(baseUrl, own.account),
  speechNode(own.node),
  sink("chunks"),
  sink("summary"),
  ...observers(),
];

/** The account's credentials, in the form that `load` takes. */
export const keyed = (apiKey = KEY): Credentials => ({ account: { apiKey } });
