/**
 * Libraries that take long to load: the first connection loads them, not the start of Node-RED, in which most nodes of
 * a palette are never used.
 */
import type * as Hpagent from "hpagent";
import type * as Undici from "undici";
import type * as Ws from "ws";

/* eslint-disable @typescript-eslint/no-require-imports -- an import would load them immediately or be asynchronous */

/** HTTP connections. */
export const undici = (): typeof Undici => require("undici") as typeof Undici;

/** Loads what every request needs, so that the first one does not wait for it. */
export function prepareConnections(): void {
  undici();
}

/** WebSocket connections. */
export const ws = (): typeof Ws => require("ws") as typeof Ws;

/** The way of a WebSocket through a proxy. */
export const hpagent = (): typeof Hpagent => require("hpagent") as typeof Hpagent;
