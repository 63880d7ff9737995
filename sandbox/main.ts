/** `npm run sandbox`: runs a sandbox on its own, with options from the command line or the environment. */
import { parseArgs } from "node:util";
import { startSandbox, type Sandbox, type SandboxOptions } from "./index";
import { startingVoices } from "./state/starting-voices";

/** 64 kbit/s: the bytes of one second of speech. */
const SPEECH_BYTES_PER_SECOND = 8000;

const HELP = `The Vocu API on this machine, speaking real mp3.

npm run sandbox -- [options]         environment            default
  --port <number>                    VOCU_SANDBOX_PORT      4880 (storage: the next one)
  --key <text>                       VOCU_SANDBOX_KEY       sk-sandbox-0000
  --edition <2026|2025>              VOCU_SANDBOX_EDITION   2026
  --token-missing <400|401|403>      VOCU_SANDBOX_TOKEN_MISSING  401 (answer of the 2025 edition's streaming GET
                                                            to a key that is only in the header)
  --credits <number>                 VOCU_SANDBOX_CREDITS   100000
  --first-byte <milliseconds>        VOCU_SANDBOX_FIRST_BYTE  80
  --speed <times real time, 0 = as fast as it can>
                                     VOCU_SANDBOX_SPEED     4
  --task <milliseconds>              VOCU_SANDBOX_TASK      3000
  --voice <milliseconds>             VOCU_SANDBOX_VOICE     3000
  --help`;

type Name =
  "port" | "key" | "edition" | "token-missing" | "credits" | "first-byte" | "speed" | "task" | "voice";

class UsageError extends Error {}

function readFlags(): { help: boolean; get: (name: Name) => string | undefined } {
  const text = { type: "string" } as const;
  const { values } = parseArgs({
    options: {
      port: text,
      key: text,
      edition: text,
      "token-missing": text,
      credits: text,
      "first-byte": text,
      speed: text,
      task: text,
      voice: text,
      help: { type: "boolean" },
    },
  });
  const environment = (name: Name) =>
    process.env[`VOCU_SANDBOX_${name.toUpperCase().replace("-", "_")}`] || undefined;
  return { help: values.help ?? false, get: (name) => values[name] ?? environment(name) };
}

function readOptions(get: (name: Name) => string | undefined): SandboxOptions {
  const number = (name: Name, usual: number): number => {
    const value = Number(get(name) ?? usual);
    if (!Number.isFinite(value) || value < 0) throw new UsageError(`--${name} needs a number`);
    return value;
  };
  const edition = get("edition") ?? "2026";
  if (edition !== "2026" && edition !== "2025") throw new UsageError("--edition is 2026 or 2025");
  const tokenMissing = number("token-missing", 401);
  if (tokenMissing !== 400 && tokenMissing !== 401 && tokenMissing !== 403) {
    throw new UsageError("--token-missing is 400, 401 or 403");
  }
  return {
    port: number("port", 4880),
    apiKey: get("key"),
    edition,
    tokenMissing,
    credits: number("credits", 100_000),
    pace: {
      firstByteMs: number("first-byte", 80),
      bytesPerSecond: number("speed", 4) * SPEECH_BYTES_PER_SECOND,
    },
    taskMs: number("task", 3000),
    voiceMs: number("voice", 3000),
    remember: 100,
  };
}

function introduce(sandbox: Sandbox): void {
  const width = Math.max(...startingVoices.map(({ id }) => id.length));
  const voices = startingVoices.map(
    ({ id, name, language, status, version }) =>
      `  ${id.padEnd(width)}  ${name} (${language}, ${version}${status === "lora-pending" ? ", in training" : ""})`,
  );
  console.log(
    [
      `The Vocu sandbox answers at ${sandbox.url}`,
      `Its audio comes from        ${sandbox.storageUrl}`,
      `The key is                  ${sandbox.apiKey}`,
      "",
      "In Node-RED: open the Vocu account node, choose the custom site, and enter the address and the key above.",
      "",
      "Voices:",
      ...voices,
      "",
      "Ctrl-C ends it.",
    ].join("\n"),
  );
}

async function main(): Promise<void> {
  const { help, get } = readFlags();
  if (help) {
    console.log(HELP);
    return;
  }
  const sandbox = await startSandbox(readOptions(get));
  introduce(sandbox);
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => void sandbox.close());
}

main().catch((error: unknown) => {
  const { message, code } = error as NodeJS.ErrnoException;
  const mistake = error instanceof UsageError || code?.startsWith("ERR_PARSE_ARGS");
  console.error(mistake ? `${message}\n\n${HELP}` : `The sandbox cannot start: ${message}`);
  process.exitCode = 1;
});
