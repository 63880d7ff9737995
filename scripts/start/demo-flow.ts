/** The flow of the demo: its own tab, and the example "Any screen is a speaker" as users import it. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";

const ROOT = join(__dirname, "..", "..");

/** The example that speaks and serves the page. */
const EXAMPLE = join(ROOT, "examples", "02 Any screen is a speaker.json");

/** Where the page of the example is, below Node-RED's HTTP nodes. */
export const PAGE_PATH = "/speaker";

/** Names of environment variables that the demo's flow reads. */
export const DEMO_ENV = {
  apiKey: "VOCU_API_KEY",
  baseUrl: "VOCU_BASE_URL",
  voiceId: "VOCU_VOICE_ID",
  mqttPort: "VOCU_DEMO_MQTT_PORT",
  greeting: "VOCU_DEMO_GREETING",
} as const;

interface FlowNode extends Record<string, unknown> {
  readonly id: string;
  readonly type: string;
}

/** The settings that a user would make after importing the example. */
const SETTINGS: Readonly<Record<string, Record<string, unknown>>> = {
  tab: { env: [{ name: "VOICE", value: DEMO_ENV.voiceId, type: "env" }] },
  // Every press generates new speech.
  "vocu-speech-stream": { account: "account", cache: false },
  "vocu-voice-list": { account: "account" },
};

/** The flow file of the demo, as JSON. */
export async function demoFlow(): Promise<string> {
  const [own, example] = await Promise.all([nodesOf(join(__dirname, "flows.json")), nodesOf(EXAMPLE)]);
  const nodes = example.map((node) => ({
    ...node,
    ...SETTINGS[node.type],
    ...linksTo(own, node),
  }));
  return JSON.stringify([...own, ...nodes], null, 2);
}

/** A link out node of the example also leads to the demo's link in nodes that name it, and the other way round. */
function linksTo(own: readonly FlowNode[], { id, type, links }: FlowNode): Record<string, unknown> {
  if (type !== "link out" && type !== "link in") return {};
  const other = type === "link out" ? "link in" : "link out";
  const partners = own.filter((node) => node.type === other && (node.links as string[]).includes(id));
  return { links: [...(links as string[]), ...partners.map((node) => node.id)] };
}

const nodesOf = async (path: string): Promise<FlowNode[]> =>
  JSON.parse(await readFile(path, "utf8")) as FlowNode[];
