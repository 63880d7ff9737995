/** The checks and requests of the template nodes around their calls (API reference G). */
import { fieldsOf, textOf, type Reply } from "../../api";
import { bytesOf } from "../../schema/bytes";
import { convert, isBlank } from "../../schema/check";
import { choice, text, toggle, type Input, type Inputs } from "../../schema/description";
import type { RunContext } from "../node/run-context";
import { keepDescription, type Rename } from "./keep-description";
import { callApi, type Outcome } from "../node/operation";
import { Problem } from "../message/problem";

/** The keys of a template's block (API reference G.1). `voiceId` "0" leaves the voice open. */
export const TEMPLATE_BLOCK = {
  type: choice(["text", "audio", "sfx", "music", "scene", "custom_audio", "stem_separation"]),
  voiceId: text(),
  text: text(),
  input_audio: text(),
  vc_mode: choice(["standard", "similarity", "prosody", "cover"], { open: true }),
  high_quality: toggle(),
} as const satisfies Inputs;

/** The values of a template to write. */
interface ContentsValues {
  readonly contents: unknown[];
}

/**
 * Saves a template after checking its blocks.
 * @throws Problem of `templateBlocks`
 */
export async function createTemplate<V extends ContentsValues>(
  { inputs }: RunContext<V, unknown>,
  call: (values: V) => Promise<Reply>,
): Promise<Outcome> {
  return { reply: await call({ ...inputs, contents: templateBlocks(inputs.contents) }) };
}

/**
 * Replaces a template's contents; the reply has no template.
 * @throws Problem of `templateBlocks`
 */
export async function updateTemplate<V extends ContentsValues & Rename & { readonly templateId: string }>(
  context: RunContext<V, { readonly keepDescription: boolean }>,
  call: (values: V) => Promise<Reply>,
): Promise<Outcome> {
  const contents = templateBlocks(context.inputs.contents);
  const values = await keepDescription(context, () => readTemplate(context, context.inputs.templateId));
  return { reply: await call({ ...values, contents }) };
}

async function readTemplate(context: RunContext<unknown, unknown>, id: string): Promise<Rename> {
  const request = { operation: context.operation, method: "GET", path: "/api/template/{id}" } as const;
  const template = fieldsOf((await callApi(context, { ...request, pathParams: { id } })).data);
  return { name: textOf(template.name), description: textOf(fieldsOf(template.metadata).description) };
}

/**
 * A template's blocks for the request: converted, without blank keys. Blocks of a template that was fetched carry
 * `metaVoiceId`, which is not written back.
 * @throws Problem `TEMPLATE_VOICE_MISSING`, `INPUT_UNKNOWN_KEY`, `INPUT_MISSING`, `INPUT_INVALID`, `INPUT_NOT_A_CHOICE`
 */
const templateBlocks = (contents: readonly unknown[]): Record<string, unknown>[] =>
  contents.map((given, index) => blockOf(`contents[${index}]`, given));

function blockOf(field: string, given: unknown): Record<string, unknown> {
  if (typeof given !== "object" || given === null || Array.isArray(given) || bytesOf(given)) {
    throw new Problem("INPUT_INVALID", { field, wanted: "object" }, { field });
  }
  const block: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(given)) {
    if (isBlank(value) || key === "metaVoiceId") continue;
    block[key] = convert(specOf(field, key), `${field}.${key}`, value);
  }
  if (block.voiceId === undefined) throw new Problem("TEMPLATE_VOICE_MISSING", { field }, { field });
  if (block.text === undefined) throw missing(`${field}.text`);
  return block;
}

const missing = (field: string): Problem => new Problem("INPUT_MISSING", { field }, { field });

function specOf(field: string, key: string): Input {
  const spec = new Map<string, Input>(Object.entries(TEMPLATE_BLOCK)).get(key);
  if (spec) return spec;
  throw new Problem("INPUT_UNKNOWN_KEY", { field: `${field}.${key}`, key, type: "template" }, { field });
}
