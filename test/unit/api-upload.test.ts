/** Bodies on their way to the server: how they are written, how long they may take, and how often they are sent. */
import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { openAsBlob } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { FormData } from "undici";
import type { ApiRequest } from "../../lib/api";
import { client, failure, FakeClock, json, serve, serveSocket } from "./api-server";

const BIG = 32 * 1024 * 1024;
const UPLOAD = { operation: "upload", method: "POST", path: "/api/upload" } as const;

const formWith = (blob: Blob, name = "a.wav"): FormData => {
  const form = new FormData();
  form.set("id", "upload-1");
  form.set("file", blob, name);
  return form;
};

/** What is sent, in both kinds of bodies. */
const bodies: readonly (readonly [string, () => ApiRequest])[] = [
  ["a form", () => ({ ...UPLOAD, form: formWith(new Blob([Buffer.alloc(BIG)])) })],
  ["JSON", () => ({ ...UPLOAD, json: { audio: "A".repeat(BIG) } })],
];

describe("api uploads: forms", () => {
  /** The parts as a server reads them, by the boundary in the header. */
  async function received(form: FormData): Promise<{ head: string; body: Buffer }[]> {
    const server = await serve((_request, response) => json(response, { status: 200 }));
    await client(server.url).call({ ...UPLOAD, form });
    const seen = server.seen[0];
    assert.equal(Number(seen?.headers["content-length"]), seen?.body.length);
    assert.equal(seen?.headers["transfer-encoding"], undefined);
    const boundary =
      /^multipart\/form-data; boundary=(\S+)$/.exec(seen?.headers["content-type"] ?? "")?.[1] ?? "";
    const text = seen?.body.toString("latin1") ?? "";
    const [before, ...parts] = text.split(`--${boundary}`);
    assert.deepEqual([before, parts.pop()], ["", "--\r\n"]);
    return parts.map((part) => {
      const end = part.indexOf("\r\n\r\n");
      assert.ok(part.endsWith("\r\n"));
      return { head: part.slice(2, end), body: Buffer.from(part.slice(end + 4, -2), "latin1") };
    });
  }

  it("carry texts and files byte for byte", async () => {
    const bytes = randomBytes(300_000);
    const form = formWith(new Blob([bytes], { type: "audio/wav" }));
    form.set("title", "Größe 你好");
    const [id, file, title] = await received(form);
    assert.deepEqual(
      [id?.head, id?.body.toString()],
      ['Content-Disposition: form-data; name="id"', "upload-1"],
    );
    assert.equal(
      file?.head,
      'Content-Disposition: form-data; name="file"; filename="a.wav"\r\nContent-Type: audio/wav',
    );
    assert.ok(file.body.equals(bytes));
    assert.equal(title?.body.toString(), "Größe 你好");
  });

  it("call a file without a type bytes", async () => {
    const [, file] = await received(formWith(new Blob(["x"])));
    assert.match(file?.head ?? "", /Content-Type: application\/octet-stream$/);
  });

  it("keep quotes and line ends in names from becoming headers", async () => {
    const [, file] = await received(formWith(new Blob(["x"]), 'a"\r\nX-Evil: 1.wav'));
    assert.match(file?.head ?? "", /filename="a%22%0D%0AX-Evil: 1\.wav"\r\nContent-Type/);
  });
});

describe("api uploads: patience", () => {
  for (const [what, request] of bodies) {
    it(`ends ${what} of which the server takes nothing more`, async () => {
      const server = await serveSocket((socket) => socket.pause());
      const error = await failure(client(server.url, { stallTimeoutMs: 200 }).call(request()));
      assert.equal(error.code, "UPLOAD_STALLED");
      assert.deepEqual([error.cause.retryable, error.cause.timeoutMs], [true, 200]);
    });
  }

  it("gives a server that takes its time with each piece all of it", async () => {
    const server = await serve((_request, response) => json(response, { status: 200, data: "whole" }));
    const slow = await serveSocket((socket) => {
      socket.pause();
      const timer = setInterval(() => {
        socket.resume();
        setImmediate(() => socket.pause());
      }, 5);
      let size = 0;
      socket.on("data", (piece) => {
        size += piece.length;
        if (size < BIG) return;
        socket.end('HTTP/1.1 200 OK\r\nContent-Length: 30\r\n\r\n{"status":200,"data":"whole"} ');
      });
      socket.on("close", () => clearInterval(timer));
    });
    assert.notEqual(server.url, slow.url);
    const reply = await client(slow.url, { stallTimeoutMs: 1500 }).call({
      ...UPLOAD,
      form: formWith(new Blob([Buffer.alloc(BIG)])),
    });
    assert.equal(reply.data, "whole");
  });

  it("waits for the answer from the end of the upload on", async () => {
    const server = await serve(() => undefined);
    const vocu = client(server.url, { firstByteTimeoutMs: 100 });
    const error = await failure(vocu.call({ ...UPLOAD, form: formWith(new Blob(["x"])) }));
    assert.deepEqual([error.code, error.cause.timeoutMs], ["FIRST_BYTE_TIMEOUT", 100]);
  });

  it("reports it when the file changes while it is sent", async () => {
    const folder = await mkdtemp(join(tmpdir(), "vocu-upload-"));
    try {
      const path = join(folder, "a.zip");
      await writeFile(path, Buffer.alloc(1000));
      const blob = await openAsBlob(path);
      await writeFile(path, Buffer.alloc(2000));
      const server = await serve((_request, response) => json(response, { status: 200 }));
      const error = await failure(client(server.url).call({ ...UPLOAD, form: formWith(blob) }));
      assert.equal(error.code, "FILE_UNREADABLE");
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});

describe("api uploads: trying again", () => {
  const chunk = (): ApiRequest => ({ ...UPLOAD, repeatable: true, form: formWith(new Blob(["chunk"])) });

  it("repeats what does no harm twice, as it repeats a read, with the whole body", async () => {
    const server = await serve((_request, response, raw) => {
      if (server.seen.length === 1) raw.socket.destroy();
      else if (server.seen.length === 2) json(response, { status: 500 }, 500);
      else json(response, { status: 200 });
    });
    const { attempts } = await client(server.url, { retries: 3 }).call(chunk());
    assert.equal(attempts, 3);
    for (const { body } of server.seen) assert.match(body.toString(), /\r\nchunk\r\n/);
  });

  it("does not repeat any other write after such faults", async () => {
    const server = await serve((_request, response) => json(response, { status: 500 }, 500));
    const request = { ...chunk(), repeatable: false };
    assert.equal((await failure(client(server.url, { retries: 3 }).call(request))).cause.attempts, 1);
  });

  it("never repeats what costs credits after such faults, whatever it is called", async () => {
    const server = await serve((_request, response) => json(response, { status: 500 }, 500));
    const request = { ...chunk(), costsCredits: true };
    assert.equal((await failure(client(server.url, { retries: 3 }).call(request))).cause.attempts, 1);
  });

  it("waits as many seconds as the server asks for", async () => {
    const clock = new FakeClock();
    const server = await serve((_request, response) => {
      if (server.seen.length > 1) json(response, { status: 200 });
      else json(response, { status: 503 }, 503, { "retry-after": "7" });
    });
    await client(server.url, { retries: 1 }, clock).call(chunk());
    assert.deepEqual(clock.waits, [7000]);
  });

  it("repeats an upload that was stuck, which cannot have been accepted", async () => {
    let connections = 0;
    const server = await serveSocket((socket) => {
      if (++connections === 1) socket.pause();
      else socket.on("data", () => socket.end('HTTP/1.1 200 OK\r\nContent-Length: 14\r\n\r\n{"status":200}'));
    });
    const vocu = client(server.url, { retries: 1, stallTimeoutMs: 1500 });
    const { attempts } = await vocu.call({ ...UPLOAD, form: formWith(new Blob([Buffer.alloc(BIG)])) });
    assert.equal(attempts, 2);
  });
});
