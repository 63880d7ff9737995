/** A request's body in pieces. */
import assert from "node:assert/strict";
import { openAsBlob } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { FormData } from "undici";
import { uploadOf, type Upload } from "../../lib/api/upload";
import { bytes, failure } from "./api-server";

const PIECE = 65_536;

/** The pieces of a body, and after how many of them the connection was said to have taken one, or the last. */
async function piecesOf(
  upload: Upload,
): Promise<{ pieces: Buffer[]; told: [taken: number, done: boolean][] }> {
  const pieces: Buffer[] = [];
  const told: [number, boolean][] = [];
  for await (const piece of upload.pieces((done) => told.push([pieces.length, done]))) pieces.push(piece);
  return { pieces, told };
}

const formWith = (file: Blob, name = "a.wav"): FormData => {
  const form = new FormData();
  form.set("id", "upload-1");
  form.set("file", file, name);
  return form;
};

describe("api upload body: bytes", () => {
  for (const size of [0, 1, PIECE]) {
    it(`are sent whole where they fit into one piece: ${size}`, async () => {
      const body = bytes(size);
      const { length, headers, whole } = await uploadOf(body);
      assert.deepEqual([length, headers, whole], [size, {}, body]);
    });
  }

  it("come in pieces where they do not, from the beginning each time", async () => {
    const body = bytes(2 * PIECE + 1);
    const upload = await uploadOf(body);
    assert.deepEqual([upload.length, upload.headers, "whole" in upload], [body.length, {}, false]);
    for (const turn of ["first", "second"]) {
      const { pieces } = await piecesOf(upload);
      assert.deepEqual(
        pieces.map(({ length }) => length),
        [PIECE, PIECE, 1],
        turn,
      );
      assert.ok(Buffer.concat(pieces).equals(body), turn);
    }
  });

  it("end with a whole piece where that is the last", async () => {
    const { pieces } = await piecesOf(await uploadOf(bytes(2 * PIECE)));
    assert.deepEqual(
      pieces.map(({ length }) => length),
      [PIECE, PIECE],
    );
  });

  it("tell after each piece that it was taken, and after all of them that it was the last", async () => {
    const { told } = await piecesOf(await uploadOf(bytes(PIECE + 1)));
    assert.deepEqual(told, [
      [1, false],
      [2, false],
      [2, true],
    ]);
  });
});

describe("api upload body: forms", () => {
  const boundaryOf = ({ headers }: Upload): string =>
    /^multipart\/form-data; boundary=(----vocu-[0-9a-f-]{36})$/.exec(headers["content-type"] ?? "")?.[1] ??
    "";

  it("are written with all their parts, and with a boundary of their own", async () => {
    const form = formWith(new Blob(["RIFF"], { type: "audio/wav" }));
    const uploads = [await uploadOf(form), await uploadOf(form)];
    const [first, second] = uploads.map(boundaryOf);
    assert.notEqual(first, second);
    for (const upload of uploads) {
      const boundary = boundaryOf(upload);
      const text = [
        `--${boundary}`,
        'Content-Disposition: form-data; name="id"',
        "",
        "upload-1",
        `--${boundary}`,
        'Content-Disposition: form-data; name="file"; filename="a.wav"',
        "Content-Type: audio/wav",
        "",
        "RIFF",
        `--${boundary}--`,
        "",
      ].join("\r\n");
      assert.equal(String(upload.whole), text);
      assert.equal(upload.length, text.length);
      assert.equal(String(Buffer.concat((await piecesOf(upload)).pieces)), text);
    }
  });

  it("are sent whole up to one piece, their frame included, and in pieces above", async () => {
    const frame = (await uploadOf(formWith(new Blob([])))).length;
    const fitting = await uploadOf(formWith(new Blob([Buffer.alloc(PIECE - frame)])));
    assert.deepEqual([fitting.length, fitting.whole?.length], [PIECE, PIECE]);
    const larger = await uploadOf(formWith(new Blob([Buffer.alloc(PIECE - frame + 1)])));
    assert.deepEqual([larger.length, "whole" in larger], [PIECE + 1, false]);
    const { pieces, told } = await piecesOf(larger);
    assert.equal(Buffer.concat(pieces).length, PIECE + 1);
    assert.deepEqual(told.at(-1), [pieces.length, true]);
    assert.deepEqual(
      told.slice(0, -1),
      pieces.map((_, index) => [index + 1, false]),
    );
  });

  it("call a file without a type bytes", async () => {
    const text = String((await uploadOf(formWith(new Blob(["x"])))).whole);
    assert.match(text, /\r\nContent-Type: application\/octet-stream\r\n\r\nx\r\n/);
  });

  it("keep quotes and line ends in every name from becoming headers", async () => {
    const form = new FormData();
    form.set('a"\r\nb"', new Blob(["x"]), 'c"\r\nd"');
    const text = String((await uploadOf(form)).whole);
    assert.match(text, /; name="a%22%0D%0Ab%22"; filename="c%22%0D%0Ad%22"\r\n/);
  });
});

describe("api upload body: a file that changes before it is sent", () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "vocu-upload-"));
  });
  afterEach(() => rm(folder, { recursive: true }));

  for (const [size, how] of [
    [1000, "whole"],
    [2 * PIECE, "in pieces"],
  ] as const) {
    it(`is an error that says so, where it is sent ${how}`, async () => {
      const path = join(folder, "a.wav");
      await writeFile(path, Buffer.alloc(size));
      const form = formWith(await openAsBlob(path));
      await writeFile(path, Buffer.alloc(size + 1));
      const told: boolean[] = [];
      const making = uploadOf(form);
      const sending = async (): Promise<void> => {
        for await (const piece of (await making).pieces((done) => told.push(done)))
          assert.ok(piece.length > 0);
      };
      const { code, cause } = await failure(how === "whole" ? making : sending());
      assert.equal(code, "FILE_UNREADABLE");
      assert.equal(cause.retryable, false);
      assert.match(cause.detail ?? "", /^NotReadableError: ./);
      assert.equal(told.includes(true), false);
    });
  }
});
