/** The sound that is played before a speech. */
import type { NodeAPI } from "node-red";
import { joinMp3 } from "../../audio";
import type { FilePart } from "../../schema/description";
import { loadFile, MB } from "../input/file";
import type { OpenedAudio } from "./incoming-audio";
import { withHome } from "./path";

/** The longest chime; a longer file is rejected as a mistake. */
const MAX_CHIME_BYTES = 20 * MB;

/** A chime that has been read. */
export interface Chime {
  /** Media type. */
  readonly type: string;
  readonly data: Buffer;
}

/**
 * Reads the chime from this path; undefined if none is given.
 * @throws those of `loadFile`
 */
export async function loadChime(RED: NodeAPI, path: string | undefined): Promise<Chime | undefined> {
  if (path === undefined || path.trim() === "") return undefined;
  const rules = { media: "audio", wire: "part", maxBytes: MAX_CHIME_BYTES } as const;
  const { fileWorkingDirectory } = RED.settings as { fileWorkingDirectory?: string };
  const part = (await loadFile(rules, "chime", withHome(path.trim()), fileWorkingDirectory)) as FilePart;
  return { type: part.type, data: Buffer.from(await part.blob.arrayBuffer()) };
}

/** A speech, and the frames of a chime that are played in one stream with it. */
export interface WithChime {
  readonly audio: AsyncIterable<Buffer>;
  /** Undefined if the chime must be played separately: players cannot change the format within a stream. */
  readonly lead: readonly Buffer[] | undefined;
}

/** The media type of mp3. */
export const MP3 = "audio/mpeg";

/** Puts the chime before the speech where both are mp3 of one format. @throws what the audio throws */
export async function withChime(chime: Chime | undefined, { type, audio }: OpenedAudio): Promise<WithChime> {
  if (chime?.type !== MP3 || type !== MP3) return { audio, lead: undefined };
  return joinMp3(chime.data, audio);
}
