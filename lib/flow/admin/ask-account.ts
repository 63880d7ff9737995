/** Opens the account that a dialog posted for one request, and reports failures. */
import type { NodeAPI } from "node-red";
import { VocuError, type VocuClient } from "../../api";
import type { Failure } from "../../schema/admin-replies";
import { openAccount } from "../account/account";
import type { Config } from "../input/evaluate";
import type { Budget } from "../queue/budget";
import { problemOf } from "../message/problem";
import { postedAccount } from "./posted-account";

/** A user is waiting in the dialog, so the timeout is shorter than in a flow. */
const PATIENCE_MS = 20_000;

/** Options of the calls for a dialog: aborted when the client disconnects, and after a timeout. */
export interface Asking {
  readonly signal: AbortSignal;
  readonly timeoutMs: number;
}

/** The work of a route; `budget` is that of the deployed account. */
export type Answer = (client: VocuClient, asking: Asking, budget: Budget) => Promise<object>;

/** Opens the posted account for one request. */
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

/** The result of `work`, or its failure as `{ error }`, which contains no secret. */
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
