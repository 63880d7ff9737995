/** Opens the account that a dialog posted for one question, and tells why there is no answer. */
import type { NodeAPI } from "node-red";
import { VocuError, type VocuClient } from "../../api";
import { openAccount } from "../account/account";
import type { Config } from "../input/evaluate";
import type { Budget } from "../queue/budget";
import { problemOf } from "../message/problem";
import { postedAccount } from "./posted-account";

/** A user is waiting in the dialog, so the timeout is shorter than in a flow. */
const PATIENCE_MS = 20_000;

/** How an answer calls the service: given up when the asker leaves, and after a while. */
export interface Asking {
  readonly signal: AbortSignal;
  readonly timeoutMs: number;
}

/** What a route answers; `budget` is that of the deployed account. */
export type Answer = (client: VocuClient, asking: Asking, budget: Budget) => Promise<object>;

/** A failure for the dialog, which has the words: `errors.<code>`, else those of the status, filled with `params`. */
interface Failure {
  readonly code: string;
  readonly statusCode?: number;
  readonly params: Readonly<Record<string, string | number>>;
}

/** Opens the posted account for one question. */
export function askAccount(
  RED: NodeAPI,
  posted: Config,
  signal: AbortSignal,
  answer: Answer,
): Promise<object> {
  return reported(async () => {
    const { config, apiKey } = postedAccount(RED, posted);
    const account = openAccount(RED, { ...config, retries: 0, cacheEnabled: false }, apiKey);
    try {
      return await answer(account.client, { signal, timeoutMs: PATIENCE_MS }, account.budget);
    } finally {
      await account.close();
    }
  });
}

/** What `work` answers, or why it failed as `{ error }`, which holds no secret. */
export async function reported(work: () => Promise<object>): Promise<object> {
  try {
    return await work();
  } catch (error) {
    return { error: failureOf(error) };
  }
}

function failureOf(error: unknown): Failure {
  const problem = problemOf(error);
  if (problem) return { code: problem.code, params: problem.params };
  if (!(error instanceof VocuError)) {
    return { code: "INTERNAL", params: { detail: error instanceof Error ? error.message : String(error) } };
  }
  const { statusCode, serverMessage, host, detail, timeoutMs, retryAfter } = error.cause;
  const facts = { statusCode, serverMessage, host, detail, timeoutMs, retryAfter };
  const params = Object.entries(facts).filter(
    (entry): entry is [string, string | number] => entry[1] !== undefined,
  );
  return {
    code: error.code,
    ...(statusCode === undefined ? {} : { statusCode }),
    params: Object.fromEntries(params),
  };
}
