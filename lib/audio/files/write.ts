/** Writing to files so that nothing is lost unnoticed. */
import type { FileHandle } from "node:fs/promises";

/**
 * Writes all of `data` at `position`. A disk that runs full takes only part of a write without an error; the next write
 * then fails with the reason.
 * @param written receives the number of bytes after each write
 * @throws errors of the file system
 */
export async function writeAll(
  file: Pick<FileHandle, "write">,
  data: Buffer,
  position: number,
  written: (bytes: number) => void = () => undefined,
): Promise<void> {
  for (let at = 0; at < data.length;) {
    const { bytesWritten } = await file.write(data, at, data.length - at, position + at);
    if (bytesWritten === 0)
      throw Object.assign(new Error("Nothing was written"), { code: "ENOSPC", syscall: "write" });
    at += bytesWritten;
    written(bytesWritten);
  }
}

/** The code of a file system's error, e.g. `ENOSPC`. */
export const codeOf = (error: unknown): string =>
  (error as NodeJS.ErrnoException | undefined)?.code ?? "UNKNOWN";
