/** Audio files of this machine as input of an audio sink. */
import { Readable } from "node:stream";
import type { ReadableStream } from "node:stream/web";
import type { NodeAPI } from "node-red";
import type { FilePart } from "../../schema/description";
import { loadFile } from "../input/file";
import { withHome } from "./path";

/**
 * The audio of a text in `msg.payload`: the path of a file, relative to Node-RED's `fileWorkingDirectory`, or a
 * data URL. The file is read while it is used.
 * @throws those of `loadFile`, with the field `payload`
 */
export async function* audioFile(RED: NodeAPI, text: string): AsyncGenerator<Buffer> {
  const rules = { media: "audio", wire: "part" } as const;
  const { fileWorkingDirectory } = RED.settings as { fileWorkingDirectory?: string };
  const part = (await loadFile(rules, "payload", withHome(text.trim()), fileWorkingDirectory)) as FilePart;
  for await (const piece of Readable.fromWeb(part.blob.stream() as ReadableStream)) {
    yield Buffer.from(piece as Uint8Array);
  }
}
