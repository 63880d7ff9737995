/** Voices for tests: as the API describes them, and fresh ones that a test may change. */
import { voiceIds, type Sandbox } from "../../../sandbox";
import type { Message } from "./message";
import { prepare } from "./one-node";

/** A voice (API reference 7.7), as far as tests look at it. */
export interface Voice {
  id: string;
  name: string;
  status: string;
  from: string;
  version: string;
  metadata: {
    avatar?: string;
    description?: string;
    prompts: { id: string; name: string; description?: string; deleted?: boolean; vocalFilter?: boolean }[];
  };
}

/** The voice that a message carries. */
export const voiceOf = (message: Message | undefined): Voice => message?.payload as Voice;

const LONG = "This recording is long enough to make a voice of it, because nobody stops talking for a while.";

/** A recording of more than three seconds, or of these words. */
export const recording = (sandbox: Sandbox, text = LONG): Promise<Buffer> =>
  sandbox.speech({ text, voiceId: voiceIds.english });

/** Audio as a data URL. */
export const dataUrl = (mp3: Buffer): string => `data:audio/mpeg;base64,${mp3.toString("base64")}`;

/** A new voice of the account, with one style. */
export async function newVoice(sandbox: Sandbox, own: Record<string, unknown> = {}): Promise<Voice> {
  const prompt = dataUrl(await recording(sandbox));
  return (await prepare(sandbox, "POST", "/api/voice", { name: "Fresh", prompt, ...own })) as Voice;
}

/** One more style for a voice; answers its id. */
export async function newStyle(
  sandbox: Sandbox,
  voiceId: string,
  own: Record<string, unknown> = {},
): Promise<string> {
  const prompt = dataUrl(await recording(sandbox));
  const path = `/api/voice/${voiceId}/prompt`;
  const voice = (await prepare(sandbox, "POST", path, { name: "Cheerful", prompt, ...own })) as Voice;
  return voice.metadata.prompts.at(-1)?.id ?? "";
}

/** A one-pixel PNG. */
export const PNG = Buffer.from(
  "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==",
  "base64",
);
