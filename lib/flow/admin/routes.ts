/**
 * What the edit dialogs ask the runtime: does this account work, and which voices has it. Both work before the first
 * deploy: the dialog posts the account as it stands there. And it may forget all stored speech.
 */
import type { NodeAPI } from "node-red";
import { VocuError, type VocuClient } from "../../api";
import { openAccount } from "../account/account";
import { adminRoute } from "./admin-route";
import { postedAccount } from "./posted-account";
import { accountFacts, voicesOf } from "./replies";
import type { Config } from "../input/evaluate";
import { Problem, systemProblem } from "../message/problem";
import { clearSpeeches } from "../cache/speech-store";

/** A person waits in front of the dialog, so it waits less than a flow would. */
const PATIENCE_MS = 20_000;

type Answer = (client: VocuClient, options: { signal: AbortSignal; timeoutMs: number }) => Promise<object>;

/** A failure for the dialog, which has the words: `errors.<code>`, else those of the status, filled with `params`. */
interface Failure {
  readonly code: string;
  readonly statusCode?: number;
  readonly params: Readonly<Record<string, string | number>>;
}

/**
 * Registers `POST vocu/account` (API reference E.1) and `POST vocu/voices` (API reference C.5) under the editor's root.
 * The body is an account's configuration with its `id`, and `apiKey` only where it was typed and not deployed yet. The
 * answer is what was asked for, or `{ error }`; it never holds the key.
 *
 * `POST vocu/cache/clear` takes nothing and answers `{ cleared }`, the number of speeches that were forgotten.
 */
export function registerAccountRoutes(RED: NodeAPI): void {
  adminRoute(RED, "/vocu/account", (posted, leaving) =>
    ask(RED, posted, leaving, async (client, options) => {
      const request = { operation: "account-info", method: "GET", path: "/api/account/info" } as const;
      return accountFacts((await client.call(request, options)).body);
    }),
  );
  adminRoute(RED, "/vocu/voices", (posted, leaving) =>
    ask(RED, posted, leaving, async (client, options) => {
      const query = { showMarket: true };
      const request = { operation: "voice-list", method: "GET", path: "/api/voice", query } as const;
      return { voices: voicesOf((await client.call(request, options)).data) };
    }),
  );
  adminRoute(RED, "/vocu/cache/clear", () => reported(async () => ({ cleared: await clearSpeeches(RED) })));
}

/** Opens the posted account for one question. */
function ask(RED: NodeAPI, posted: Config, signal: AbortSignal, answer: Answer): Promise<object> {
  return reported(async () => {
    const { config, apiKey } = postedAccount(RED, posted);
    const account = openAccount(RED, { ...config, retries: 0, cacheEnabled: false }, apiKey);
    try {
      return await answer(account.client, { signal, timeoutMs: PATIENCE_MS });
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
  const problem = error instanceof Problem ? error : systemProblem(error);
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
