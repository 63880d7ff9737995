import assert from "node:assert/strict";
import files, { chmod, mkdtemp, mkdir, rm, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { spy } from "sinon";
import type { FileRules } from "../../lib/schema/description";
import type { FilePart } from "../../lib/schema/description";
import { loadFile } from "../../lib/flow/input/file";
import { Problem } from "../../lib/flow/message/problem";
import { frame } from "./audio-fixtures";

const MB = 1024 * 1024;
const AUDIO = { media: "audio", maxBytes: MB, wire: "dataUrl" } as const;
const IMAGE = { media: "image", maxBytes: MB, wire: "dataUrl" } as const;
const PART = { media: "any", maxBytes: MB, wire: "part" } as const;

/** What a data URL input becomes. */
async function urlOf(rules: FileRules, value: unknown, directory?: string): Promise<string> {
  const url = await loadFile(rules, "file", value, directory);
  assert.ok(typeof url === "string");
  return url;
}

/** Works without the rights of root, who may read everything. */
async function asNobody<T>(work: () => Promise<T>): Promise<T> {
  const root = process.geteuid?.() === 0;
  if (root) process.seteuid?.(65534);
  try {
    return await work();
  } finally {
    if (root) process.seteuid?.(0);
  }
}

/** A silent WAV recording: 8 kHz, 8 bit, mono. */
function wav(seconds: number, { declared = seconds * 8000, before = Buffer.alloc(0) } = {}): Buffer {
  const data = Buffer.alloc(seconds * 8000, 0x80);
  const head = Buffer.alloc(36);
  head.write("RIFF", 0, "latin1");
  head.writeUInt32LE(36 + data.length, 4);
  head.write("WAVEfmt ", 8, "latin1");
  head.writeUInt32LE(16, 16);
  head.writeUInt16LE(1, 20);
  head.writeUInt16LE(1, 22);
  head.writeUInt32LE(8000, 24);
  head.writeUInt32LE(8000, 28);
  head.writeUInt16LE(1, 32);
  head.writeUInt16LE(8, 34);
  const chunk = Buffer.alloc(8);
  chunk.write("data", 0, "latin1");
  chunk.writeUInt32LE(declared, 4);
  return Buffer.concat([head, before, chunk, data]);
}

const mp3 = (frames: number): Buffer => Buffer.concat(Array.from({ length: frames }, () => frame()));

const contentOf = (url: string): Buffer => Buffer.from(url.split(",")[1] ?? "", "base64");

async function problemOf(work: Promise<unknown>): Promise<Problem> {
  const error = await work.then(
    () => assert.fail("it was accepted"),
    (reason: unknown) => reason,
  );
  assert.ok(error instanceof Problem, String(error));
  return error;
}

describe("a file input", () => {
  let directory: string;
  before(async () => {
    directory = await mkdtemp(join(tmpdir(), "files-"));
  });
  after(() => rm(directory, { recursive: true }));

  const place = async (name: string, content: Buffer | string): Promise<string> => {
    await writeFile(join(directory, name), content);
    return join(directory, name);
  };

  describe("as a data URL", () => {
    it("takes a Buffer and finds out what it is", async () => {
      const url = await urlOf(AUDIO, wav(1));
      assert.match(url, /^data:audio\/wav;base64,/);
      assert.deepEqual(contentOf(url), wav(1));
    });

    it("takes the path of a file", async () => {
      const path = await place("a.wav", wav(1));
      assert.deepEqual(contentOf(await urlOf(AUDIO, path)), wav(1));
    });

    it("closes the file whose beginning it has looked at", async () => {
      // An open file that nothing refers to ends Node-RED with a future Node.js.
      const path = await place("closed.mp3", mp3(1));
      const opened = spy(files, "open");
      try {
        await urlOf(AUDIO, path);
        const handles = await Promise.all(opened.returnValues);
        assert.deepEqual(
          handles.map(({ fd }) => fd),
          [-1],
        );
      } finally {
        opened.restore();
      }
    });

    it("looks for a relative path in the working directory that Node-RED is set to", async () => {
      await place("b.wav", wav(1));
      assert.deepEqual(contentOf(await urlOf(AUDIO, "b.wav", directory)), wav(1));
    });

    it("takes a data URL and corrects a wrong type", async () => {
      const url = await urlOf(AUDIO, `data:text/plain;base64,${wav(1).toString("base64")}`);
      assert.match(url, /^data:audio\/wav;base64,/);
    });

    it("takes a data URL that is not base64", async () => {
      const url = await urlOf(IMAGE, "data:image/svg+xml,%3Csvg%2F%3E");
      assert.equal(url, `data:image/svg+xml;base64,${Buffer.from("<svg/>").toString("base64")}`);
    });

    const kinds: [string, FileRules, Buffer][] = [
      ["audio/mpeg", AUDIO, Buffer.concat([Buffer.from("ID3\x04\0\0\0\0\0\0"), mp3(3)])],
      ["audio/mpeg", AUDIO, mp3(3)],
      ["audio/ogg", AUDIO, Buffer.from("OggS\0")],
      ["audio/flac", AUDIO, Buffer.from("fLaC\0")],
      ["audio/mp4", AUDIO, Buffer.from("\0\0\0\x20ftypM4A ", "latin1")],
      ["audio/webm", AUDIO, Buffer.from([0x1a, 0x45, 0xdf, 0xa3, 1])],
      ["image/png", IMAGE, Buffer.from("\x89PNG\r\n\x1a\n", "latin1")],
      ["image/jpeg", IMAGE, Buffer.from([0xff, 0xd8, 0xff, 0xe0])],
      ["image/gif", IMAGE, Buffer.from("GIF89a")],
      ["image/webp", IMAGE, Buffer.from("RIFF\0\0\0\0WEBPVP8 ")],
    ];
    for (const [type, rules, content] of kinds) {
      it(`recognises ${type} by its content (${content.toString("hex", 0, 4)})`, async () => {
        assert.match(await urlOf(rules, content), new RegExp(`^data:${type};base64,`));
      });
    }

    it("uses the file's name if the content is ambiguous", async () => {
      const path = await place("c.wma", "unknown content");
      assert.match(await urlOf(AUDIO, path), /^data:audio\/x-ms-wma;base64,/);
    });

    it("calls a browser's video/webm recording audio", async () => {
      const url = await urlOf(AUDIO, "data:video/webm;codecs=opus;base64,AAAA");
      assert.match(url, /^data:audio\/webm;base64,/);
    });
  });

  describe("as a form part", () => {
    it("is named after the file and has its size and content", async () => {
      const path = await place("voices.zip", Buffer.from("PK\x03\x04rest"));
      const part = (await loadFile(PART, "file", path)) as FilePart;
      assert.deepEqual(
        { ...part, blob: await part.blob.text() },
        { filename: "voices.zip", type: "application/zip", bytes: 8, blob: "PK\x03\x04rest" },
      );
    });

    it("of a Buffer is named after the input and its type", async () => {
      const part = (await loadFile(PART, "file", wav(1))) as FilePart;
      assert.equal(part.filename, "file.wav");
      assert.deepEqual(Buffer.from(await part.blob.arrayBuffer()), wav(1));
    });

    it("of unknown content is plain bytes", async () => {
      const part = (await loadFile(PART, "file", Buffer.from("?"))) as FilePart;
      assert.equal(part.type, "application/octet-stream");
    });

    it("is not read before it is sent", async () => {
      const path = await place("late.bin", "first");
      const part = (await loadFile(PART, "file", path)) as FilePart;
      await rm(path);
      await assert.rejects(part.blob.text());
    });
  });

  describe("is refused", () => {
    it("when it is too large, without being read, saying both sizes", async () => {
      const path = await place("big.wav", "");
      await truncate(path, 5 * 1024 * MB);
      const problem = await problemOf(loadFile(AUDIO, "prompt", path));
      assert.equal(problem.code, "INPUT_TOO_LARGE");
      assert.deepEqual(problem.params, { field: "prompt", size: "5120.0", max: 1 });
    });

    it("as too large from one byte too many on", async () => {
      const exact = Buffer.concat([wav(1), Buffer.alloc(MB - wav(1).length)]);
      await loadFile(AUDIO, "prompt", exact);
      const problem = await problemOf(loadFile(AUDIO, "prompt", Buffer.concat([exact, Buffer.alloc(1)])));
      assert.equal(problem.code, "INPUT_TOO_LARGE");
    });

    it("when there is no such file, naming the path", async () => {
      const path = join(directory, "nowhere.wav");
      const problem = await problemOf(loadFile(AUDIO, "prompt", path));
      assert.equal(problem.code, "INPUT_FILE_MISSING");
      assert.equal(problem.params.path, path);
    });

    it("when its path is not a path at all, without repeating all of it", async () => {
      for (const text of ["A".repeat(5000), "a\0b"]) {
        const problem = await problemOf(loadFile(AUDIO, "prompt", text));
        assert.equal(problem.code, "INPUT_FILE_MISSING");
        assert.ok(String(problem.params.path).length < 200);
      }
    });

    it("when it is a directory", async () => {
      await mkdir(join(directory, "folder"));
      const problem = await problemOf(loadFile(AUDIO, "prompt", join(directory, "folder")));
      assert.equal(problem.code, "INPUT_FILE_UNREADABLE");
      assert.equal(problem.params.detail, "EISDIR");
    });

    it("when it is a device that never ends", async () => {
      const device = process.platform === "win32" ? "\\\\.\\NUL" : "/dev/zero";
      assert.equal((await problemOf(loadFile(AUDIO, "prompt", device))).code, "INPUT_FILE_UNREADABLE");
    });

    // Windows has no such permissions.
    const restricted = process.platform === "win32" ? [] : ["when this process may not read it"];
    for (const title of restricted)
      it(title, async () => {
        const path = await place("secret.wav", wav(1));
        await chmod(path, 0);
        const problem = await asNobody(() => problemOf(loadFile(AUDIO, "prompt", path)));
        assert.equal(problem.code, "INPUT_FILE_UNREADABLE");
      });

    it("when it is empty", async () => {
      const path = await place("empty.wav", "");
      assert.equal((await problemOf(loadFile(AUDIO, "prompt", path))).code, "INPUT_FILE_EMPTY");
    });

    it("when it is a web address, whose secrets are not repeated", async () => {
      const problem = await problemOf(loadFile(AUDIO, "prompt", "https://example.org/a.wav?auth=secret"));
      assert.equal(problem.code, "INPUT_FILE_IS_URL");
      assert.doesNotMatch(JSON.stringify(problem.params), /secret/);
    });

    it("when it is an image where sound belongs", async () => {
      const problem = await problemOf(loadFile(AUDIO, "prompt", Buffer.from("GIF89a")));
      assert.equal(problem.code, "INPUT_WRONG_MEDIA");
      assert.deepEqual(problem.params, { field: "prompt", media: "audio" });
    });

    it("when its name ends like nothing known", async () => {
      const path = await place("sample.constructor", "unknown content");
      assert.equal((await problemOf(loadFile(AUDIO, "prompt", path))).code, "INPUT_WRONG_MEDIA");
    });

    it("when it is of unknown content and no name helps", async () => {
      assert.equal((await problemOf(loadFile(AUDIO, "prompt", Buffer.from("{}")))).code, "INPUT_WRONG_MEDIA");
    });

    for (const value of [{ path: "a.wav" }, 7, true]) {
      it(`when it is ${JSON.stringify(value)}`, async () => {
        assert.equal((await problemOf(loadFile(AUDIO, "prompt", value))).code, "INPUT_INVALID");
      });
    }

    it("when it is a data URL without content", async () => {
      assert.equal(
        (await problemOf(loadFile(AUDIO, "prompt", "data:audio/wav;base64"))).code,
        "INPUT_INVALID",
      );
      assert.equal(
        (await problemOf(loadFile(AUDIO, "prompt", "data:audio/wav;base64,"))).code,
        "INPUT_FILE_EMPTY",
      );
    });
  });

  describe("with limits of length", () => {
    const SAMPLE = { ...AUDIO, minSeconds: 3, maxSeconds: 5 } as const;

    it("refuses a WAV recording that is too short and reports how long it is", async () => {
      const problem = await problemOf(loadFile(SAMPLE, "prompt", wav(2)));
      assert.equal(problem.code, "INPUT_TOO_SHORT");
      assert.deepEqual(problem.params, { field: "prompt", seconds: "2.0", min: 3 });
    });

    it("takes exactly the shortest and the longest", async () => {
      await loadFile(SAMPLE, "prompt", wav(3));
      await loadFile(SAMPLE, "prompt", wav(5));
    });

    it("refuses a WAV recording that is too long", async () => {
      const problem = await problemOf(loadFile(SAMPLE, "prompt", wav(6)));
      assert.equal(problem.code, "INPUT_TOO_LONG");
      assert.deepEqual(problem.params, { field: "prompt", max: 5 });
    });

    it("measures a WAV recording whose header was written before its length was known", async () => {
      for (const declared of [0, 0xffffffff]) {
        assert.equal(
          (await problemOf(loadFile(SAMPLE, "prompt", wav(2, { declared })))).code,
          "INPUT_TOO_SHORT",
        );
      }
    });

    it("finds the sound behind other chunks of a WAV file", async () => {
      const note = Buffer.concat([Buffer.from("LIST\x03\0\0\0abc\0")]);
      assert.equal(
        (await problemOf(loadFile(SAMPLE, "prompt", wav(2, { before: note })))).code,
        "INPUT_TOO_SHORT",
      );
      await loadFile(SAMPLE, "prompt", wav(4, { before: note }));
    });

    it("measures an mp3 recording by its frames", async () => {
      assert.equal((await problemOf(loadFile(SAMPLE, "prompt", mp3(50)))).code, "INPUT_TOO_SHORT");
      await loadFile(SAMPLE, "prompt", mp3(150));
      assert.equal((await problemOf(loadFile(SAMPLE, "prompt", mp3(300)))).code, "INPUT_TOO_LONG");
    });

    it("leaves formats that it cannot measure to the service", async () => {
      await loadFile(SAMPLE, "prompt", Buffer.from("OggS\0"));
    });
  });
});
