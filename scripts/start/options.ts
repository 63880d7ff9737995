/** The command-line options of `npm start`. */
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";

export interface StartOptions {
  readonly help: boolean;
  /** Port of the editor; undefined for 1880 or the next free one, 0 for any. */
  readonly port: number | undefined;
  /** Port of the MQTT broker; undefined for 1883 or, if that is in use, any; 0 for any. */
  readonly mqttPort: number | undefined;
  /** Whether other devices on the network may open the page. */
  readonly lan: boolean;
  /** Port of the page for other devices; 0 for any. */
  readonly lanPort: number;
  /** Node-RED's user directory, which also gets the audio and the log. */
  readonly dir: string;
}

export const USAGE = `npm start [-- options]

  --port <number>       port of the editor (default 1880 or the next free one)
  --mqtt-port <number>  port of the MQTT broker (default 1883, or any free one)
  --lan                 let other devices on your network open the page (never the editor)
  --lan-port <number>   port of the page for them (default any free one)
  --dir <folder>        where flows, audio and log go (default demo)

Environment, for the real service instead of the sandbox:
  VOCU_API_KEY          your key
  VOCU_SITE             vocu.ai (default), vocu.studio or wusound.cn
  VOCU_BASE_URL         any other address of the service
  VOCU_VOICE_ID         the voice (default: the first usable one of the account)`;

/** @throws Error that names the invalid option. */
export function readOptions(args: readonly string[]): StartOptions {
  const { values } = parseArgs({
    args: [...args],
    options: {
      help: { type: "boolean", short: "h", default: false },
      port: { type: "string" },
      "mqtt-port": { type: "string" },
      lan: { type: "boolean", default: false },
      "lan-port": { type: "string" },
      dir: { type: "string", default: join(__dirname, "..", "..", "demo") },
    },
  });
  return {
    help: values.help,
    port: portOf("--port", values.port),
    mqttPort: portOf("--mqtt-port", values["mqtt-port"]),
    lan: values.lan,
    lanPort: portOf("--lan-port", values["lan-port"]) ?? 0,
    dir: resolve(values.dir),
  };
}

function portOf(name: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const port = Number(text);
  if (!/^\d+$/.test(text) || port > 65535) throw new Error(`${name} must be a number from 0 to 65535`);
  return port;
}
