import assert from "node:assert/strict";
import { fork } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, open, rm, writeFile } from "node:fs/promises";
import { createServer, type IncomingMessage, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { zipOf } from "../zip";
import type { Growth } from "./support/archive-child";

const MB = 1024 * 1024;

/** Turns a small archive of one file into one of that many bytes, without filling the disk: its file is a hole. */
async function writeSparseZip(path: string, bytes: number): Promise<void> {
  const small = zipOf({ "recordings.wav": Buffer.alloc(0) });
  const directoryAt = small.indexOf("PK\x01\x02");
  const hole = bytes - small.length;
  const tail = Buffer.from(small.subarray(directoryAt));
  tail.writeUInt32LE(directoryAt + hole, tail.length - 6);
  const file = await open(path, "w");
  try {
    await file.write(small.subarray(0, directoryAt), 0, directoryAt, 0);
    await file.write(tail, 0, tail.length, directoryAt + hole);
  } finally {
    await file.close();
  }
}

/** A server that takes uploads and keeps nothing of them but their size. */
class Drain {
  bytes = 0;
  private readonly server: Server = createServer((request, response) => {
    void this.take(request).then(() => {
      response.setHeader("content-type", "application/json");
      response.end(JSON.stringify({ status: 200, message: "OK", data: { id: "upload-1" } }));
    });
  });

  async open(): Promise<string> {
    this.server.listen(0, "127.0.0.1");
    await once(this.server, "listening");
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  close(): void {
    this.server.close();
    this.server.closeAllConnections();
  }

  private async take(request: IncomingMessage): Promise<void> {
    const isChunk = request.url?.endsWith("uploadChunk") === true;
    for await (const piece of request) if (isChunk) this.bytes += (piece as Buffer).length;
  }
}

describe("upload-archive of 400 MB", () => {
  it("does not grow the process by more than 64 MB", async () => {
    const folder = await mkdtemp(join(tmpdir(), "vocu-archive-"));
    const drain = new Drain();
    try {
      const small = join(folder, "small.zip");
      const big = join(folder, "big.zip");
      await writeFile(small, zipOf({ "one.wav": Buffer.alloc(9 * MB, 1) }));
      await writeSparseZip(big, 400 * MB);
      const child = fork(join(__dirname, "support/archive-child.ts"), [await drain.open(), small, big], {
        execArgv: ["--import=tsx"],
      });
      const exited = once(child, "exit");
      const [growth] = (await Promise.race([once(child, "message"), exited])) as [Growth | number];
      assert.ok(typeof growth === "object", `the process ended with ${growth as number}`);
      await exited;
      assert.ok(drain.bytes > 409 * MB, `only ${drain.bytes} bytes arrived`);
      assert.ok(growth.bytes < 64 * MB, `it grew by ${(growth.bytes / MB).toFixed(0)} MB`);
    } finally {
      drain.close();
      await rm(folder, { recursive: true });
    }
  }).timeout(60_000);
});
