/** Representative values for every parameter of every operation, and the objects that they refer to. */
import { FormData, request } from "undici";
import { projectId, voiceIds, type Sandbox } from "../../sandbox";
import { dataUrl, newStyle, newVoice, PNG, recording } from "../nodes/support/voices";
import { prepare } from "../nodes/support/one-node";
import { zipOf } from "../zip";

/** A value on the wire, and how a flow provides it if not as text. */
export interface Given {
  readonly wire: unknown;
  /** From a property of the message. */
  readonly payload?: Buffer;
}

/** One way of calling an operation: its parameters by name, and the node's settings. */
export interface Call {
  readonly given: Readonly<Record<string, Given>>;
  readonly settings?: Readonly<Record<string, unknown>>;
}

type Values = Readonly<Record<string, unknown>>;

const wires = (values: Values): Record<string, Given> =>
  Object.fromEntries(Object.entries(values).map(([name, wire]) => [name, { wire }]));

const WORDS = "Good evening, 你好 & welcome!";

const TTS = {
  voiceId: voiceIds.english,
  text: WORDS,
  promptId: "default",
  preset: "stable",
  speechRate: 1.25,
  break_clone: false,
  flash: false,
  seed: 7,
  instruct_mode: false,
  reference_mode: "balanced",
  infinite_mode: true,
  post_processing: "warm",
  srt: true,
};

const MORE_TTS = { language: "de", vivid: true, emo_switch: [0, 8, 2, 0, 0] };

const conversion = async (sandbox: Sandbox): Promise<Values> => {
  const audio = dataUrl(await recording(sandbox));
  const { url } = (await prepare(sandbox, "POST", "/api/tts/upload-audio", { audio })) as { url: string };
  return {
    voiceId: voiceIds.english,
    input_audio: url,
    vc_mode: "standard",
    high_quality: true,
    keep_prosody: false,
    cover_mode: false,
  };
};

const BLOCKS = [{ type: "text", voiceId: voiceIds.english, text: WORDS, speechRate: 0.8 }];

const RULES = {
  splitterMarks: ["[]"],
  lookupTable: { zoe: { tags: ["Zoe"], voiceId: voiceIds.german } },
  fallbackConfig: { voiceId: voiceIds.english },
};

const idOf = async (made: Promise<unknown>): Promise<string> => ((await made) as { id: string }).id;

const newTemplate = (sandbox: Sandbox): Promise<string> =>
  idOf(
    prepare(sandbox, "POST", "/api/template", {
      name: "Morning",
      contents: BLOCKS.map(({ voiceId, text }) => ({ voiceId, text })),
    }),
  );

const newSplitter = (sandbox: Sandbox): Promise<string> =>
  idOf(prepare(sandbox, "POST", "/api/splitter", { name: "Play", config: RULES }));

const newUpload = (sandbox: Sandbox): Promise<string> =>
  idOf(prepare(sandbox, "POST", "/api/editor/multipartUpload/newFile", { type: "zip" }));

const ZIP = zipOf({ "voice.txt": Buffer.from("recordings") });

/** An upload whose only chunk is there. */
async function filledUpload(sandbox: Sandbox): Promise<string> {
  const id = await newUpload(sandbox);
  const form = new FormData();
  form.set("id", id);
  form.set("index", "0");
  form.set("file", new Blob([ZIP as Buffer<ArrayBuffer>]), "voices.zip");
  const headers = { authorization: `Bearer ${sandbox.apiKey}` };
  const url = `${sandbox.url}/api/editor/multipartUpload/uploadChunk`;
  const { body } = await request(url, { method: "POST", headers, body: form });
  await body.dump();
  return id;
}

/** An archive that a professional clone can be made of. */
async function finishedUpload(sandbox: Sandbox): Promise<string> {
  const id = await filledUpload(sandbox);
  return idOf(prepare(sandbox, "POST", "/api/editor/multipartUpload/finish", { id }));
}

/** A task with its audio: each poll advances it by one state. */
async function newTask(sandbox: Sandbox): Promise<string> {
  const id = await idOf(prepare(sandbox, "POST", "/api/tts/generate", { contents: BLOCKS }));
  for (let status = ""; status !== "generated";) {
    ({ status } = (await prepare(sandbox, "GET", `/api/tts/generate/${id}`)) as { status: string });
  }
  return id;
}

const newShare = async (sandbox: Sandbox): Promise<string> => {
  const { id } = await newVoice(sandbox);
  return ((await prepare(sandbox, "GET", `/api/voice/${id}/share`)) as { shareId: string }).shareId;
};

async function ownStyle(sandbox: Sandbox): Promise<Values> {
  const { id } = await newVoice(sandbox);
  return { id, promptId: await newStyle(sandbox, id) };
}

type Calls = (sandbox: Sandbox) => Promise<readonly Call[]>;

/** One call with these values. */
const values =
  (make: (sandbox: Sandbox) => Promise<Values>): Calls =>
  async (sandbox) => [{ given: wires(await make(sandbox)) }];

const fixed = (given: Values): Calls => values(() => Promise.resolve(given));

const voice = (more: Values = {}): Calls =>
  values(async (sandbox) => ({ id: (await newVoice(sandbox)).id, ...more }));

const style = (more: Values = {}): Calls =>
  values(async (sandbox) => ({ ...(await ownStyle(sandbox)), ...more }));

const RENAME = { name: "Aunt Anna", description: "calm\nand clear" };

const sampleOf = async (sandbox: Sandbox): Promise<Given> => {
  const payload = await recording(sandbox);
  return { wire: dataUrl(payload), payload };
};

/** How each operation is called, by its id in the OpenAPI document. */
const CALLS: Readonly<Record<string, Calls>> = {
  listVoices: fixed({ showMarket: true, from: "upload", show: "full", version: "v3.0" }),
  createVoice: async (sandbox) => {
    const prompt = await sampleOf(sandbox);
    const plain = {
      name: "Mum",
      language: "yue",
      description: "calm\nand clear",
      avatar: `data:image/png;base64,${PNG.toString("base64")}`,
      vocalFilter: false,
      modelVersion: "v3.0",
      isTest: true,
      vcover: { strength: 0.5 },
      train_params: { steps: 3 },
      extra_params: { note: ["a", 1, null] },
    };
    const clone = { name: "Mum", language: "de", lora: await finishedUpload(sandbox) };
    return [{ given: { ...wires(plain), prompt } }, { given: { ...wires(clone), prompt } }];
  },
  addVoiceByShareId: values(async (sandbox) => ({ shareId: await newShare(sandbox) })),
  getVoice: fixed({ id: voiceIds.market }),
  deleteVoice: voice(),
  getVoiceShareId: voice(),
  addVoiceStyle: async (sandbox) => {
    const { id } = await newVoice(sandbox);
    const given = { id, name: "Calm", description: "soft", vocalFilter: true, language: "ja-asmr" };
    return [{ given: { ...wires(given), prompt: await sampleOf(sandbox) } }];
  },
  deleteVoiceStyle: style(),
  uploadVoiceAvatar: async (sandbox) => {
    const { id } = await newVoice(sandbox);
    const avatar = { wire: `data:image/png;base64,${PNG.toString("base64")}`, payload: PNG };
    return [{ given: { ...wires({ id }), avatar } }];
  },
  updateVoiceInfo: voice(RENAME),
  updateStyleInfo: style(RENAME),
  setDefaultStyle: style(),
  resetStyle: style({ enhance: true, vocalFilter: false }),
  getStyleTranscript: style(),
  setStyleTranscript: style({ text: WORDS }),
  simpleGenerate: async (sandbox) => [
    { given: wires({ ...TTS, ...MORE_TTS, stream: true }) },
    { given: wires(await conversion(sandbox)) },
  ],
  simpleGenerateStream: async (sandbox) => [
    { given: wires(TTS) },
    { given: wires(await conversion(sandbox)) },
  ],
  createTask: async (sandbox) => [
    {
      given: wires({ contents: BLOCKS, srt: true, sync: true, projectId, trackId: "track 1" }),
      settings: { shape: "contents" },
    },
    { given: wires({ text: "[Zoe]Hi.", splitter: RULES }), settings: { shape: "splitter" } },
    {
      given: wires({ text: "[Zoe]Hi.", splitterId: await newSplitter(sandbox) }),
      settings: { shape: "splitterId" },
    },
  ],
  listTasks: fixed({
    limit: 7,
    offset: 3,
    status: "generated",
    stream: true,
    projectId,
    trackId: "track 1",
    includeUntracked: false,
  }),
  getTask: values(async (sandbox) => ({ id: await newTask(sandbox), stream: true })),
  deleteTask: values(async (sandbox) => ({ id: await newTask(sandbox) })),
  regenerateTask: values(async (sandbox) => ({ id: await newTask(sandbox) })),
  listPresets: fixed({}),
  getAccountInfo: fixed({}),
  createChunkedUpload: fixed({ type: "zip" }),
  uploadChunk: async (sandbox) => {
    const id = await newUpload(sandbox);
    return [{ given: { ...wires({ id, index: 0 }), file: { wire: ZIP, payload: ZIP } } }];
  },
  finishChunkedUpload: values(async (sandbox) => ({ id: await filledUpload(sandbox) })),
  uploadFile: () => Promise.resolve([{ given: { file: { wire: ZIP, payload: ZIP } } }]),
  uploadConversionAudio: async (sandbox) => [{ given: { audio: await sampleOf(sandbox) } }],
  listTemplates: fixed({ limit: 7, offset: 3, from: "self" }),
  createTemplate: fixed({
    name: "Morning",
    description: "for weekdays",
    contents: [{ type: "text", voiceId: "0", text: WORDS, high_quality: false }],
  }),
  getTemplate: values(async (sandbox) => ({ id: await newTemplate(sandbox) })),
  updateTemplate: values(async (sandbox) => ({
    id: await newTemplate(sandbox),
    ...RENAME,
    contents: [{ voiceId: voiceIds.german, text: WORDS }],
  })),
  deleteTemplate: values(async (sandbox) => ({ id: await newTemplate(sandbox) })),
  listSplitters: fixed({ limit: 50, offset: 3 }),
  createSplitter: fixed({ name: "Play", config: RULES }),
  getSplitter: values(async (sandbox) => ({ id: await newSplitter(sandbox) })),
  updateSplitter: values(async (sandbox) => ({
    id: await newSplitter(sandbox),
    name: "Drama",
    config: { fallbackConfig: { voiceId: voiceIds.chinese } },
  })),
  deleteSplitter: values(async (sandbox) => ({ id: await newSplitter(sandbox) })),
};

/** Calls that together use every parameter of an operation; the objects that they refer to exist. */
export async function callsOf(operationId: string, sandbox: Sandbox): Promise<readonly Call[]> {
  const calls = CALLS[operationId];
  if (!calls)
    throw new Error(
      `test/contract/requests.ts: CALLS.${operationId} is missing: add values for its parameters, e.g. fixed({ id: voiceIds.english })`,
    );
  return calls(sandbox);
}
