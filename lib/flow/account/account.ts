/** The account: one key, one connection pool and one lane shared by all nodes that use it. */
import type { Node, NodeAPI } from "node-red";
import { baseUrlOf, VocuClient, type KeyIn } from "../../api";
import type { Settings } from "../../schema/description";
import type { Config } from "../input/evaluate";
import { Lane } from "../queue/lane";
import { proxyOf, tlsOf } from "./network";
import { Problem } from "../message/problem";
import { readSettings } from "../input/settings";
import { SpeechCache } from "../cache/speech-cache";
import { openStore } from "../cache/speech-store";
import type { Budget } from "../queue/budget";
import { openBudget } from "./budgets";
import { QueueLimit } from "../queue/queue-limit";

const HOUR_S = 3600;

/** The default of `firstByteTimeout`: longer than the 330 s that a call may wait for its slot (API reference 5). */
const FIRST_BYTE_TIMEOUT_S = 345;

const CACHE_ENABLED = { cacheEnabled: "true" } as const;

/** The settings of an account, without the key, the proxy and the TLS node. Times are in seconds. */
export const ACCOUNT_SETTINGS = {
  site: {
    icon: "globe",
    kind: "select",
    choices: ["vocu.ai", "vocu.studio", "wusound.cn", "custom"],
    default: "vocu.ai",
  },
  baseUrl: {
    icon: "link",
    kind: "line",
    required: true,
    fault: "BAD_BASE_URL",
    format: "url",
    default: "",
    when: { site: "custom" },
  },
  keyIn: { kind: "select", choices: ["auto", "header", "query"], default: "auto", advanced: true },
  maxConcurrent: { kind: "count", default: 2, min: 0, max: 100, advanced: true },
  maxWaiting: { kind: "count", default: 100, min: 0, max: 1_000_000, advanced: true },
  connectTimeout: { icon: "clock-o", kind: "count", default: 10, min: 0.1, max: HOUR_S, advanced: true },
  firstByteTimeout: {
    icon: "clock-o",
    kind: "count",
    default: FIRST_BYTE_TIMEOUT_S,
    min: 0.1,
    max: HOUR_S,
    advanced: true,
  },
  stallTimeout: { icon: "clock-o", kind: "count", default: 30, min: 0.1, max: HOUR_S, advanced: true },
  retries: { icon: "repeat", kind: "count", default: 2, min: 0, max: 10, advanced: true },
  budgetPerHour: {
    icon: "tachometer",
    kind: "count",
    default: 0,
    min: 0,
    max: 1_000_000_000,
    advanced: true,
  },
  budgetPerDay: { icon: "tachometer", kind: "count", default: 0, min: 0, max: 1_000_000_000, advanced: true },
  budgetExemptPriority: { icon: "bell-o", kind: "count", default: 10, min: -1000, max: 1000, advanced: true },
  cacheEnabled: { kind: "check", default: true, advanced: true },
  cacheMaxMb: { kind: "count", default: 200, min: 1, max: 1_000_000, when: CACHE_ENABLED, advanced: true },
  cacheMaxDays: { kind: "count", default: 30, min: 1, max: 3650, when: CACHE_ENABLED, advanced: true },
} as const satisfies Settings;

/** The part of an account that nodes use. */
export interface Account {
  readonly client: VocuClient;
  /** The queue of generation calls, which enforces the account's concurrency (API reference 5). */
  readonly generation: Lane;
  /** Limits how many messages of all its nodes wait. */
  readonly queueLimit: QueueLimit;
  /** The limit of credits per hour and day. */
  readonly budget: Budget;
  /** Speech from the cache, or from a generation. */
  readonly speeches: SpeechCache;
  /** Closes every connection and ends pending writes. */
  close(): Promise<void>;
}

/** A config node that carries an account; reading it throws if the settings are invalid. */
export interface AccountNode extends Node<{ apiKey?: string }> {
  account(): Account;
}

/**
 * The account a node refers to.
 * @throws Problem `NO_ACCOUNT`; VocuError `BAD_BASE_URL` from the account itself.
 */
export function accountOf(RED: NodeAPI, id: unknown): Account {
  const node = typeof id === "string" && id !== "" ? (RED.nodes.getNode(id) as AccountNode | null) : null;
  if (typeof node?.account !== "function") throw new Problem("NO_ACCOUNT");
  return node.account();
}

/** What remains of a key `${NAME}` if that environment variable is not set. */
const UNSET = /^\$\{[^}]*\}$/;

/**
 * Builds an account from a stored configuration and a key.
 * @param warn receives warnings about the budget; not set for the account of a dialog
 * @throws Problem those of `readSettings`; VocuError `BAD_BASE_URL`.
 */
export function openAccount(
  RED: NodeAPI,
  config: Config,
  apiKey: string | undefined,
  warn?: (text: string) => void,
): Account {
  const settings = readSettings(config, ACCOUNT_SETTINGS);
  const given = apiKey?.trim() ?? "";
  // Without a key the client refuses every call, and stored speech still works.
  const key = UNSET.test(given) ? "" : given;
  const proxy = proxyOf(RED, config.proxy);
  const tls = tlsOf(RED, config.tls);
  const baseUrl = baseUrlOf(settings.site, settings.baseUrl);
  const generation = new Lane(settings.maxConcurrent);
  const client = new VocuClient({
    baseUrl,
    apiKey: key,
    keyIn: settings.keyIn as KeyIn,
    connectTimeoutMs: settings.connectTimeout * 1000,
    firstByteTimeoutMs: firstByteTimeoutMs(RED, settings.firstByteTimeout),
    stallTimeoutMs: settings.stallTimeout * 1000,
    retries: settings.retries,
    onRateLimit: (ms) => generation.pause(ms),
    ...(proxy ? { proxy } : {}),
    ...(tls ? { tls } : {}),
  });
  const enabled = settings.cacheEnabled;
  const store = enabled ? openStore(RED, settings) : undefined;
  const limits = {
    perHour: settings.budgetPerHour,
    perDay: settings.budgetPerDay,
    exemptPriority: settings.budgetExemptPriority,
  };
  const id = typeof config.id === "string" && config.id !== "" ? config.id : undefined;
  const opened = openBudget(RED, id, limits, warn);
  const { budget } = opened;
  const speeches = new SpeechCache({ client, generation, budget, baseUrl, enabled, store });
  const close = async (): Promise<void> => {
    await client.close();
    await Promise.all([speeches.close(), opened.flush()]);
  };
  return { client, generation, queueLimit: new QueueLimit(settings.maxWaiting), budget, speeches, close };
}

/** Node-RED's `httpRequestTimeout` (ms) replaces the default, but not a value that the user has set. */
function firstByteTimeoutMs(RED: NodeAPI, seconds: number): number {
  const global = (RED.settings as { httpRequestTimeout?: unknown }).httpRequestTimeout;
  const untouched = seconds === FIRST_BYTE_TIMEOUT_S;
  return untouched && typeof global === "number" && global > 0 ? global : seconds * 1000;
}
