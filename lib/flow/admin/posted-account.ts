/**
 * The account as a dialog posts it, and which secrets may be filled in: those of deployed accounts, for their servers.
 */
import type { Node, NodeAPI } from "node-red";
import { baseUrlOf } from "../../api";
import { ACCOUNT_SETTINGS, type AccountNode } from "../account/account";
import type { Config } from "../input/evaluate";
import { Problem } from "../message/problem";
import { readSettings } from "../input/settings";

/** An account to open. */
export interface PostedAccount {
  readonly config: Config;
  readonly apiKey: string | undefined;
}

/**
 * The account that was posted. A key that was not typed is the deployed one, and `${NAME}` is an environment variable,
 * but only for a server to which a deployed account sends them anyway: otherwise anyone who can post could have any
 * variable sent to any host.
 * @throws Problem `KEY_NEEDED_AGAIN`
 */
export function postedAccount(RED: NodeAPI, posted: Config): PostedAccount {
  const config = resolved(RED, posted);
  if (typeof config.apiKey === "string") return { config, apiKey: config.apiKey.trim() };
  const deployed = deployedAccounts(RED).find(({ node }) => node.id === posted.id);
  const apiKey = deployed?.node.credentials.apiKey;
  if (!deployed || !apiKey) return { config, apiKey: undefined };
  if (originOf(filled(RED, deployed.config, deployed.node)) !== originOf(config)) throw refused();
  return { config, apiKey };
}

/** A running account: its node, and what its flow file says with the variables not filled in. */
interface DeployedAccount {
  readonly node: AccountNode;
  readonly config: Config;
}

function deployedAccounts(RED: NodeAPI): DeployedAccount[] {
  const found: DeployedAccount[] = [];
  RED.nodes.eachNode((stored) => {
    if (stored.type !== "vocu-account") return;
    const node = RED.nodes.getNode(stored.id) as AccountNode | null;
    if (!node) return;
    const secrets = RED.nodes.getCredentials(stored.id) as Config | undefined;
    found.push({ node, config: { ...(stored as unknown as Config), ...secrets } });
  });
  return found;
}

/** `posted` with its variables filled in, as the deployed account would that has the same ones in the same places. */
function resolved(RED: NodeAPI, posted: Config): Config {
  const used = Object.entries(posted).filter(([, value]) => variableIn(value) !== undefined);
  if (used.length === 0) return posted;
  for (const { node, config } of deployedAccounts(RED)) {
    if (!used.every(([key, value]) => variableIn(value) === variableIn(config[key]))) continue;
    const full = filled(RED, posted, node);
    if (originOf(full) === originOf(filled(RED, config, node))) return full;
  }
  throw refused();
}

/** As on deploy: a value that consists of `${NAME}` is the setting or environment variable of that name. */
function filled(RED: NodeAPI, config: Config, node: Node): Config {
  const fill = (value: unknown): unknown => {
    const name = variableIn(value);
    // The types promise a text, but a variable that is not set gives undefined.
    const found: unknown = name === undefined ? value : RED.util.getSetting(node, name);
    return found ?? (name === undefined ? found : "");
  };
  return Object.fromEntries(Object.entries(config).map(([key, value]) => [key, fill(value)]));
}

function variableIn(value: unknown): string | undefined {
  return typeof value === "string" ? /^\$\{([^}]+)\}$/.exec(value.trim())?.[1] : undefined;
}

function originOf(config: Config): string {
  const { site, baseUrl } = readSettings(config, ACCOUNT_SETTINGS);
  return new URL(baseUrlOf(site, baseUrl)).origin;
}

const refused = (): Problem => new Problem("KEY_NEEDED_AGAIN");
