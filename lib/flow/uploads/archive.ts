/** Uploads a whole ZIP in chunks (API reference F): create, send every chunk, complete. */
import { fieldsOf, idInReply, textOf, type ApiRequest, type Reply } from "../../api";
import type { RunContext } from "../node/run-context";
import type { Setting } from "../../schema/description";
import type { FilePart } from "../../schema/description";
import { MB } from "../input/file";
import { Stopped } from "../queue/jobs";
import { explainMissing, formOf, replyFacts } from "../node/operation";
import { Problem, withFacts } from "../message/problem";
import { CHUNK_FIELDS } from "./upload-fields";
import { assertZip } from "./zip";

/** The archive node's settings. */
export const ARCHIVE_SETTINGS = {
  chunkMb: { kind: "count", default: 8, min: 0.1, max: 100, advanced: true },
  ...CHUNK_FIELDS,
} as const satisfies Record<string, Setting>;

interface ArchiveSettings {
  readonly chunkMb: number;
  readonly path: string;
  readonly uploadIdField: string;
  readonly indexField: string;
  readonly fileField: string;
}

type Context = RunContext<{ readonly archive: FilePart }, ArchiveSettings>;

/** The payload of the second output. */
interface Progress {
  readonly state: "uploading" | "done" | "stopped" | "failed";
  readonly uploadId?: string;
  /** Chunks that have arrived, and how many there are. */
  readonly chunk: number;
  readonly chunks: number;
  readonly bytes: number;
  readonly totalBytes: number;
  readonly percent: number;
}

/**
 * Uploads the archive and sends its id. The file is read while it is sent, chunk by chunk. The second output reports
 * every outcome, so that an incomplete upload is noticed.
 * @throws Problem `INPUT_NOT_ZIP`, `INPUT_ZIP_DAMAGED` before anything is sent; VocuError with the fact `uploadId`
 */
export async function uploadArchive(context: Context): Promise<void> {
  await assertZip("archive", context.inputs.archive.blob);
  const upload = new ArchiveUpload(context);
  try {
    await upload.run();
  } catch (error) {
    if (context.signal.aborted) upload.stopped();
    else upload.tell("failed");
    throw withFacts(error, { uploadId: upload.id });
  }
}

class ArchiveUpload {
  id: string | undefined;
  private readonly blob: Blob;
  private readonly chunkBytes: number;
  private readonly chunks: number;
  private sent = 0;
  private attempts = 0;

  constructor(private readonly context: Context) {
    this.blob = context.inputs.archive.blob;
    this.chunkBytes = Math.round(context.settings.chunkMb * MB);
    this.chunks = Math.ceil(this.blob.size / this.chunkBytes);
  }

  async run(): Promise<void> {
    const begun = await this.call({
      path: "/api/editor/multipartUpload/newFile",
      json: { type: "zip" },
      withoutId: true,
    });
    const uploadId = (this.id = idInReply(begun.body, ["uploadId"]));
    if (uploadId === undefined)
      throw new Problem("BAD_REPLY", {}, { requestId: begun.requestId, detail: "no upload ID" });
    this.tell("uploading");
    for (let index = 0; index < this.chunks; index++) {
      await this.sendChunk(uploadId, index);
      this.sent = index + 1;
      this.tell("uploading");
    }
    const json = { id: uploadId };
    this.finish(uploadId, await this.call({ path: "/api/editor/multipartUpload/finish", json }));
  }

  /** Reports the progress on the second output and in the status. */
  tell(state: Progress["state"]): Progress {
    const totalBytes = this.blob.size;
    const bytes = Math.min(this.sent * this.chunkBytes, totalBytes);
    const percent = Math.floor((bytes / totalBytes) * 100);
    const { id: uploadId, chunks } = this;
    const progress: Progress = { state, uploadId, chunk: this.sent, chunks, bytes, totalBytes, percent };
    if (state === "uploading") this.context.status.working("uploading", { percent });
    this.context.send(null, { ...this.context.msg, payload: progress });
    return progress;
  }

  /** A closing node cannot send messages, so the result is logged instead. */
  stopped(): void {
    const { context } = this;
    const { percent } = this.tell("stopped");
    const reason: unknown = context.signal.reason;
    if (reason instanceof Stopped && reason.reason === "closed") {
      context.warn(context.translate("shared:status.uploadStopped", { percent }));
    }
  }

  private finish(uploadId: string, reply: Reply): void {
    const { context, attempts, chunks } = this;
    const vocu = {
      ...replyFacts(context.operation, reply),
      durationMs: Math.round(performance.now() - context.arrivedAt),
      attempts,
      uploadId,
      bytes: this.blob.size,
      chunks,
    };
    this.tell("done");
    context.send({ ...context.msg, payload: textOf(fieldsOf(reply.data).id) ?? uploadId, vocu });
    context.status.done(
      context.translate("shared:status.uploaded", { size: (this.blob.size / MB).toFixed(1) }),
    );
  }

  private async sendChunk(uploadId: string, index: number): Promise<void> {
    const { path, uploadIdField, indexField, fileField } = this.context.settings;
    const start = index * this.chunkBytes;
    const { filename } = this.context.inputs.archive;
    const blob = this.blob.slice(start, start + this.chunkBytes);
    const part = { filename, blob };
    const form = formOf({ [uploadIdField]: uploadId, [indexField]: String(index), [fileField]: part });
    // Chunks are numbered, so sending one again is harmless.
    await this.call({ path, form, repeatable: true });
  }

  private async call({ withoutId, ...request }: ArchiveRequest): Promise<Reply> {
    const { account, operation, signal, requestTimeoutMs } = this.context;
    const timeout = requestTimeoutMs === undefined ? {} : { timeoutMs: requestTimeoutMs };
    const full: ApiRequest = { operation, method: "POST", ...request };
    try {
      const reply = await account.client.call(full, { signal, ...timeout });
      this.attempts += reply.attempts;
      return reply;
    } catch (error) {
      throw explainMissing(error, {
        legacy: true,
        request: { method: "POST", path: request.path, withoutId },
      });
    }
  }
}

/** A request of the archive node. */
interface ArchiveRequest extends Pick<ApiRequest, "path" | "json" | "form" | "repeatable"> {
  /** See `OperationRequest`. */
  readonly withoutId?: boolean;
}
