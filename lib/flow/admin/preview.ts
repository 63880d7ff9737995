/** Audio previews in a dialog: the recording of a voice, and a text spoken with the dialog's current values. */
import type { NodeAPI } from "node-red";
import type { SpeechParams, VocuClient } from "../../api";
import type { AudioReply } from "../../schema/admin-replies";
import { convert, isBlank } from "../../schema/check";
import { SPEECH_INPUTS } from "../../schema/speech-inputs";
import { Problem } from "../message/problem";
import { adminRoute, type Posted } from "./admin-route";
import { askAccount, type Answer, type Asking } from "./ask-account";
import { sampleOf } from "./replies";

/** More than a quarter of an hour of speech; longer audio belongs in a flow. */
const MOST_BYTES = 16 * 1024 * 1024;

/**
 * Registers two routes whose body holds an `account` as for `vocu/account`, and which answer with `{ type, base64 }` or
 * `{ error }`:
 *
 * - `POST vocu/sample` with `voiceId` and perhaps `promptId`: a recording, from the address that the service returns
 *   (API reference 7.7). It is fetched without the key.
 * - `POST vocu/preview` with `inputs`, literal values of a speech (API reference D.4) under their names: the speech. It
 *   costs credits like any other.
 */
export function registerHearingRoutes(RED: NodeAPI): void {
  const serve = (path: `/vocu/${string}`, answer: (posted: Posted) => Answer): void =>
    adminRoute(RED, path, (posted, leaving) =>
      askAccount(RED, recordOf(posted.account), leaving, answer(posted)),
    );
  serve("/vocu/sample", ({ voiceId, promptId }) => async (client, asking) => {
    const style = typeof promptId === "string" && promptId !== "" ? promptId : undefined;
    const address = sampleOf(await voiceList(client, asking), String(voiceId), style);
    if (address === undefined) throw new Problem("NO_SAMPLE");
    const { body, contentType } = await client.download(address, asking);
    const type = contentType?.split(";")[0]?.trim() ?? "";
    return heard(body, /^audio\/[\w.+-]+$/.test(type) ? type : "audio/mpeg");
  });
  serve("/vocu/preview", ({ inputs }) => async (client, asking, budget) => {
    const params = speechParams(recordOf(inputs));
    const { audio } = await budget.spend(
      { characters: params.text?.length ?? 0, priority: 0 },
      () => client.speak(params, asking),
      ({ info }) => info.creditsUsed,
    );
    return heard(audio, "audio/mpeg");
  });
}

/** The `data` of the voice list, bought voices among them (API reference C.5). */
export async function voiceList(client: VocuClient, asking: Asking): Promise<unknown> {
  const query = { showMarket: true };
  const request = { operation: "voice-list", method: "GET", path: "/api/voice", query } as const;
  return (await client.call(request, asking)).data;
}

/** The inputs of a speech, checked like those of a flow; others are left out. */
function speechParams(inputs: Posted): SpeechParams {
  const given = Object.entries(SPEECH_INPUTS).filter(([name]) => !isBlank(inputs[name]));
  const params = Object.fromEntries(given.map(([name, spec]) => [name, convert(spec, name, inputs[name])]));
  for (const field of ["voiceId", "text"]) {
    if (params[field] === undefined) throw new Problem("INPUT_MISSING", { field });
  }
  return params as unknown as SpeechParams;
}

async function heard(audio: AsyncIterable<Buffer>, type: string): Promise<AudioReply> {
  const pieces: Buffer[] = [];
  let bytes = 0;
  for await (const piece of audio) {
    bytes += piece.length;
    if (bytes > MOST_BYTES) throw new Problem("PREVIEW_TOO_LONG");
    pieces.push(piece);
  }
  return { type, base64: Buffer.concat(pieces).toString("base64") };
}

const recordOf = (value: unknown): Posted =>
  typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Posted) : {};
