/**
 * What the edit dialogs ask the runtime: does this account work, and which voices has it. Both work before the first
 * deploy: the dialog posts the account as it stands there. And it may forget all stored speech.
 */
import type { Node, NodeAPI } from "node-red";
import { baseUrlOf, VocuError, type VocuClient } from "../../api";
import { ACCOUNT_SETTINGS, openAccount, type AccountNode } from "./account";
import { accountFacts, voicesOf } from "./admin-replies";
import type { Config } from "../inputs";
import { Problem } from "../problem";
import { readSettings } from "../settings";
import { clearSpeeches } from "../speech/speech-store";

/** Whoever may edit accounts may use them to ask. */
const PERMISSION = "vocu-account.write";

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
  serve(RED, "/vocu/account", async (client, options) => {
    const request = { operation: "account-info", method: "GET", path: "/api/account/info" } as const;
    return accountFacts((await client.call(request, options)).body.user);
  });
  serve(RED, "/vocu/voices", async (client, options) => {
    const query = { showMarket: true };
    const request = { operation: "voice-list", method: "GET", path: "/api/voice", query } as const;
    return { voices: voicesOf((await client.call(request, options)).data) };
  });
  RED.httpAdmin.post("/vocu/cache/clear", RED.auth.needsPermission(PERMISSION), (_request, response) => {
    clearSpeeches(RED)
      .then((cleared) => ({ cleared }))
      .catch((error: unknown) => ({ error: failureOf(error) }))
      .then((reply) => response.json(reply))
      .catch(() => undefined);
  });
}

function serve(RED: NodeAPI, path: string, answer: Answer): void {
  RED.httpAdmin.post(path, RED.auth.needsPermission(PERMISSION), (request, response) => {
    const leaving = new AbortController();
    response.on("close", () => leaving.abort());
    const posted = isRecord(request.body) ? request.body : {};
    void ask(RED, posted, answer, leaving.signal).then((reply) => {
      if (!leaving.signal.aborted) response.json(reply);
    });
  });
}

async function ask(RED: NodeAPI, posted: Config, answer: Answer, signal: AbortSignal): Promise<object> {
  try {
    const { config, apiKey } = accountPosted(RED, posted);
    const account = openAccount(RED, { ...config, retries: 0 }, apiKey);
    try {
      return await answer(account.client, { signal, timeoutMs: PATIENCE_MS });
    } finally {
      await account.close();
    }
  } catch (error) {
    return { error: failureOf(error) };
  }
}

/**
 * The account as the dialog has it, environment variables filled in.
 * @throws Problem `KEY_NEEDED_AGAIN`
 */
function accountPosted(RED: NodeAPI, posted: Config): { config: Config; apiKey: string | undefined } {
  const deployed = deployedNode(RED, posted.id) as AccountNode | null | undefined;
  const config = resolved(RED, posted, deployed);
  const typed = typeof config.apiKey === "string" ? config.apiKey.trim() : undefined;
  if (typed !== undefined) return { config, apiKey: typed };
  return { config, apiKey: storedKey(RED, config, deployed) };
}

/** The deployed account's key, for the origin it was deployed for and no other. */
function storedKey(
  RED: NodeAPI,
  config: Config,
  deployed: AccountNode | null | undefined,
): string | undefined {
  const key = deployed?.credentials.apiKey;
  if (!deployed || !key) return undefined;
  const stored = resolved(RED, deployedConfig(RED, deployed.id), deployed);
  if (originOf(stored) !== originOf(config)) throw new Problem("KEY_NEEDED_AGAIN");
  return key;
}

function originOf(config: Config): string {
  const { site, baseUrl } = readSettings(config, ACCOUNT_SETTINGS);
  return new URL(baseUrlOf(site, baseUrl)).origin;
}

/** The running node, if there is one. */
const deployedNode = (RED: NodeAPI, id: unknown): Node | null | undefined =>
  typeof id === "string" && id !== "" ? RED.nodes.getNode(id) : undefined;

/** What the flow file says about a node. */
function deployedConfig(RED: NodeAPI, id: string): Config {
  let found: Config = {};
  RED.nodes.eachNode((node) => {
    if (node.id === id) found = node as unknown as Config;
  });
  return found;
}

/** As at a deploy: a value that is `${NAME}` as a whole is the setting or environment variable of that name. */
function resolved(RED: NodeAPI, config: Config, node: Node | null | undefined): Config {
  const fill = (value: unknown): unknown => {
    const name = typeof value === "string" ? /^\$\{([^}]+)\}$/.exec(value.trim())?.[1] : undefined;
    if (name === undefined) return value;
    // Without a deployed node only the process environment is there to ask.
    return (node ? RED.util.getSetting(node, name) : process.env[name]) ?? "";
  };
  return Object.fromEntries(Object.entries(config).map(([key, value]) => [key, fill(value)]));
}

function failureOf(error: unknown): Failure {
  if (error instanceof Problem) return { code: error.code, params: error.params };
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

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);
