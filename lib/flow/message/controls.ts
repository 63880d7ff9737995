/** The properties of a message that control how it is processed: `reset`, `priority`, `expires`, `requestTimeout`. */
import { Problem } from "./problem";
import type { Message } from "./sequence";

/** As in core nodes, a message with `reset` stops running work; `false` counts as missing. */
export const isReset = (msg: Message): boolean => msg.reset !== undefined && msg.reset !== false;

/** Removes a `reset` that counts as missing: a later join would discard its messages because of it. */
export function forgetReset(msg: Message): void {
  delete msg.reset;
}

/** The control properties of a message. */
export interface Controls {
  /** Higher goes first; 0 by default. */
  readonly priority: number;
  /** Epoch milliseconds after which the message must not be processed. */
  readonly expiresAt?: number;
  /** Limit for the first byte of a reply, in ms. */
  readonly requestTimeoutMs?: number;
}

/**
 * Reads the control properties of a message that arrives now.
 * @throws Problem `EXPIRED` if the message has expired; `INPUT_INVALID` if a value cannot be read.
 */
export function readControls(msg: Message): Controls {
  const expiresAt = readExpiry(msg.expires);
  if (expiresAt !== undefined && expiresAt <= Date.now()) {
    throw new Problem("EXPIRED", {}, { retryable: false });
  }
  const requestTimeoutMs = readNumber("requestTimeout", msg.requestTimeout);
  if (requestTimeoutMs !== undefined && requestTimeoutMs <= 0) throw invalid("requestTimeout", "number");
  return {
    priority: readNumber("priority", msg.priority) ?? 0,
    ...(expiresAt === undefined ? {} : { expiresAt }),
    ...(requestTimeoutMs === undefined ? {} : { requestTimeoutMs }),
  };
}

/** Epoch milliseconds are far above any sensible age in milliseconds. */
const EPOCH_FROM = 1e11;

/** `msg.expires`: an age in ms from arrival (number or text), a point in time (epoch ms, Date, ISO 8601 text). */
function readExpiry(value: unknown): number | undefined {
  if (isAbsent(value)) return undefined;
  if (isDate(value)) return timeOr("expires", value.getTime());
  const number = toNumber(value);
  if (!Number.isNaN(number)) return number < EPOCH_FROM ? Date.now() + number : number;
  return timeOr("expires", typeof value === "string" ? Date.parse(value) : NaN);
}

function readNumber(name: string, value: unknown): number | undefined {
  if (isAbsent(value)) return undefined;
  const number = toNumber(value);
  if (Number.isNaN(number)) throw invalid(name, "number");
  return number;
}

const isAbsent = (value: unknown): boolean =>
  value === undefined || value === null || (typeof value === "string" && value.trim() === "");

/**
 * Only numbers and text of numbers; `Number()` alone also accepts lists, and throws for objects without a prototype.
 */
const toNumber = (value: unknown): number =>
  typeof value === "number" || typeof value === "string" ? Number(value) : NaN;

/** Function nodes have a JavaScript realm of their own, so `instanceof` fails. */
const isDate = (value: unknown): value is Date => Object.prototype.toString.call(value) === "[object Date]";

function timeOr(name: string, time: number): number {
  if (Number.isNaN(time)) throw invalid(name, "time");
  return time;
}

const invalid = (name: string, wanted: string): Problem =>
  new Problem("INPUT_INVALID", { field: `msg.${name}`, wanted }, { field: `msg.${name}` });
