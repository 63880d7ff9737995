/** The account config node. */
import type { NodeAPI, NodeDef } from "node-red";
import { ACCOUNT_SETTINGS, openAccount, type Account, type AccountNode } from "../account/account";
import { registerAccountRoutes } from "./routes";
import type { Settings } from "../../schema/description";
import type { Config } from "../input/evaluate";
import { finish } from "../message/finish";
import { detailOf } from "../message/problem";
import type { NodeModule } from "../node/runner";
import { prepareConnections } from "../../api";
import { startTimer } from "../../timers";

/** The delay after the start of the flow before the client is loaded, in ms: after Node-RED has started. */
const PREPARE_AFTER_MS = 1000;

/** The description of a config node, for the dialog. */
export interface ConfigDescription {
  readonly type: `vocu-${string}`;
  readonly settings: Settings;
  /** References to Node-RED's own config nodes: property name to node type. */
  readonly references: Readonly<Record<string, string>>;
  /** Secrets, which Node-RED stores separately from the flow. */
  readonly credentials: readonly string[];
}

/** Makes the account's node module: one account for each placed config node, opened when it is first used. */
export function defineAccount(): NodeModule<ConfigDescription> {
  const description: ConfigDescription = {
    type: "vocu-account",
    settings: ACCOUNT_SETTINGS,
    references: { proxy: "http proxy", tls: "tls-config" },
    credentials: ["apiKey"],
  };
  const load = (RED: NodeAPI): void => {
    function Constructor(this: AccountNode, config: NodeDef): void {
      RED.nodes.createNode(this, config);
      serve(RED, this, config as unknown as Config);
    }
    RED.nodes.registerType<AccountNode, NodeDef, object, { apiKey?: string }>(description.type, Constructor, {
      credentials: { apiKey: { type: "password" } },
    });
    registerAccountRoutes(RED);
  };
  return Object.assign(load, { description });
}

function serve(RED: NodeAPI, node: AccountNode, config: Config): void {
  let opened: Account | undefined;
  const preparing = startTimer(PREPARE_AFTER_MS, prepareConnections, { unref: true });
  const apiKey = (): string | undefined => {
    // Node-RED sets no credentials object if none were stored.
    const stored = node.credentials as { apiKey?: string } | undefined;
    return stored?.apiKey;
  };
  // Opened late: the proxy and TLS nodes it refers to may be created after it.
  node.account = () => (opened ??= openAccount(RED, config, apiKey(), (text) => node.warn(text)));
  node.on("close", (_removed: boolean, done: () => void) => {
    preparing.cancel();
    // The nodes that use the account close in the same tick; they abort their work before the sockets close.
    setImmediate(() => {
      finish(opened?.close() ?? Promise.resolve(), done, (error) => node.warn(detailOf(error)));
    });
  });
}
