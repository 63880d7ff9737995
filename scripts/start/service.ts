/** Opens the service of the demo: the sandbox, or the real service if there is a key. */
import { baseUrlOf, VocuClient, type Site } from "../../lib/api";
import { startSandbox, voiceIds } from "../../sandbox";

/** The connection data of the flow. */
export interface Service {
  /** Name for display. */
  readonly name: string;
  readonly baseUrl: string;
  readonly apiKey: string;
  readonly voiceId: string;
  /** Resolves when it can speak `text` at its usual pace. */
  readonly rehearse: (text: string) => Promise<void>;
  readonly close: () => Promise<void>;
}

/** The pace of the real service, roughly: first audio after 80 ms, then four times as fast as it plays. */
const SANDBOX_PACE = { firstByteMs: 80, bytesPerSecond: 32_000 };

/** Statuses of a voice that can speak (API reference 6). */
const USABLE = new Set(["pending", "lora-success", "lora-awaiting-auto-reupload"]);

/**
 * Opens the service that the environment selects: `VOCU_API_KEY`, `VOCU_SITE` or `VOCU_BASE_URL`, `VOCU_VOICE_ID`.
 * @throws Error when the real service refuses the key or the account has no voice that can speak.
 */
export async function openService(env: NodeJS.ProcessEnv): Promise<Service> {
  const apiKey = env.VOCU_API_KEY;
  if (!apiKey) return openSandbox();
  const baseUrl = env.VOCU_BASE_URL
    ? baseUrlOf("custom", env.VOCU_BASE_URL)
    : baseUrlOf(env.VOCU_SITE ?? DEFAULT_SITE);
  const voiceId = env.VOCU_VOICE_ID ?? (await firstVoice(baseUrl, apiKey));
  const nothing = (): Promise<void> => Promise.resolve();
  return { name: `${voiceId} of ${baseUrl}`, baseUrl, apiKey, voiceId, rehearse: nothing, close: nothing };
}

const DEFAULT_SITE: Site = "vocu.ai";

async function openSandbox(): Promise<Service> {
  const sandbox = await startSandbox({ pace: SANDBOX_PACE });
  return {
    name: "the sandbox (set VOCU_API_KEY to hear the real service)",
    baseUrl: sandbox.url,
    apiKey: sandbox.apiKey,
    voiceId: voiceIds.english,
    // Loading the synthesis takes about a second, which must not count as latency of the service.
    rehearse: async (text) => {
      await sandbox.speech({ voiceId: voiceIds.english, text });
    },
    close: () => sandbox.close(),
  };
}

/** The account's first voice that can speak plain text (API reference C.5). */
async function firstVoice(baseUrl: string, apiKey: string): Promise<string> {
  const client = new VocuClient({
    baseUrl,
    apiKey,
    connectTimeoutMs: 10_000,
    firstByteTimeoutMs: 30_000,
    stallTimeoutMs: 30_000,
    retries: 2,
  });
  try {
    const { data } = await client.call({ operation: "voice-list", method: "GET", path: "/api/voice" });
    const voices = Array.isArray(data) ? (data as { id: string; status?: string; version?: string }[]) : [];
    const voice = voices.find(({ status, version }) => USABLE.has(status ?? "") && version !== "v4.0");
    if (!voice) throw new Error("The account has no voice that can speak: make one, or set VOCU_VOICE_ID");
    return voice.id;
  } finally {
    await client.close();
  }
}
