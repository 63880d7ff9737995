/** Folders for temporary audio, and what is left of crashed processes. */
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { chown, mkdir, readdir, rm, stat, symlink, writeFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { promisify } from "node:util";
import { stub } from "sinon";
import { removeScratch, Scratch, scratchFolder, sweep } from "../../lib/audio/files/scratch";
import { Spool } from "../../lib/audio/serve/spool";
import { useFolder } from "../nodes/support/folder";

describe("a folder for temporary audio", () => {
  const root = useFolder();
  let before: string | undefined;
  beforeEach(() => {
    before = process.env.TMPDIR;
    process.env.TMPDIR = root();
  });
  afterEach(() => {
    if (before === undefined) Reflect.deleteProperty(process.env, "TMPDIR");
    else process.env.TMPDIR = before;
  });
  /** The one folder that is there. */
  const only = async (): Promise<string> => {
    const names = await readdir(root());
    assert.equal(names.length, 1);
    return String(names[0]);
  };
  const create = (scratch: Scratch): Promise<Spool> => scratch.file((path) => Spool.create(path));

  it("that could not be made is tried again", async () => {
    const scratch = new Scratch();
    process.env.TMPDIR = join(root(), "none");
    await assert.rejects(create(scratch), { code: "ENOENT" });
    process.env.TMPDIR = root();
    await (await create(scratch)).retire(0);
    await scratch.remove();
  });

  it("that could not be made for another reason is tried again, too", async () => {
    const scratch = new Scratch();
    process.env.TMPDIR = join(root(), "file");
    await writeFile(process.env.TMPDIR, "");
    await assert.rejects(create(scratch), { code: "ENOTDIR" });
    process.env.TMPDIR = root();
    await (await create(scratch)).retire(0);
    await scratch.remove();
  });

  for (const [what, prepare] of [
    ["was never wanted", () => Promise.resolve()],
    [
      "could not be made",
      async (scratch: Scratch) => {
        process.env.TMPDIR = join(root(), "none");
        await assert.rejects(create(scratch));
      },
    ],
    [
      "was removed from outside",
      async (scratch: Scratch) => {
        await scratch.file((path) => writeFile(path, ""));
        await rm(join(root(), await only()), { recursive: true });
      },
    ],
  ] as const) {
    it(`that ${what} is not an error when everything is removed, and not reported`, async () => {
      const reported: string[] = [];
      const scratch = new Scratch((code) => reported.push(code));
      await prepare(scratch);
      await scratch.remove();
      assert.deepEqual(reported, []);
    });
  }

  it("that was removed from outside is made again", async () => {
    const scratch = new Scratch();
    await (await create(scratch)).retire(0);
    for (const name of await readdir(root())) await rm(join(root(), name), { recursive: true });
    await (await create(scratch)).retire(0);
    await scratch.remove();
    assert.deepEqual(await readdir(root()), []);
  });

  it("that was removed from outside is made again once for all who notice it", async () => {
    const scratch = new Scratch();
    await scratch.file((path) => writeFile(path, ""));
    await rm(join(root(), await only()), { recursive: true });
    const write = (): Promise<void> => scratch.file((path) => writeFile(path, ""));
    await Promise.all([write(), write(), write()]);
    assert.equal((await readdir(join(root(), await only()))).length, 3);
    await scratch.remove();
  });

  it("has files of random names in it, however many are made at once", async () => {
    const scratch = new Scratch();
    const paths = await Promise.all([1, 2, 3].map(() => scratch.file((path) => Promise.resolve(path))));
    const folder = join(root(), await only());
    assert.equal(new Set(paths).size, 3);
    for (const path of paths) {
      assert.equal(dirname(path), folder);
      assert.match(basename(path), /^[0-9a-f]{16}$/);
    }
    await scratch.remove();
  });

  it("is another one after everything was removed", async () => {
    const scratch = new Scratch();
    const folder = async (): Promise<string> => dirname(await scratch.file((path) => Promise.resolve(path)));
    const first = await folder();
    await scratch.remove();
    assert.deepEqual(await readdir(root()), []);
    assert.notEqual(await folder(), first);
    await scratch.remove();
  });

  for (const [code, times] of [
    ["ENOENT", 2],
    ["EACCES", 1],
  ] as const) {
    it(`is used ${times} times for a file that cannot be made: ${code}`, async () => {
      const scratch = new Scratch();
      let count = 0;
      const making = scratch.file(() => {
        count += 1;
        return Promise.reject(Object.assign(new Error(code), { code }));
      });
      await assert.rejects(making, { code });
      assert.equal(count, times);
      await scratch.remove();
    });
  }

  it("that cannot be removed is reported", async () => {
    const reported: string[] = [];
    process.env.TMPDIR = join(root(), "temporary");
    await mkdir(process.env.TMPDIR);
    const scratch = new Scratch((code) => reported.push(code));
    await scratch.file((path) => writeFile(path, ""));
    await rm(process.env.TMPDIR, { recursive: true });
    await writeFile(process.env.TMPDIR, "a file");
    await scratch.remove();
    assert.deepEqual(reported, ["ENOTDIR"]);
  });
});

/** What is loaded as if in a new process, which has removed nothing yet. */
function loadedAgain(): typeof import("../../lib/audio/files/scratch") {
  const path = require.resolve("../../lib/audio/files/scratch");
  const known = require.cache[path];
  Reflect.deleteProperty(require.cache, path);
  try {
    // eslint-disable-next-line @typescript-eslint/no-require-imports -- an import would give what is loaded already
    return require(path) as typeof import("../../lib/audio/files/scratch");
  } finally {
    require.cache[path] = known;
  }
}

describe("folders for temporary audio", () => {
  const root = useFolder();
  const nameFor = async (pid: number): Promise<string> =>
    basename(await scratchFolder(root())).replace(`-${process.pid}-`, `-${pid}-`);
  const left = async (): Promise<string[]> => (await readdir(root())).sort();

  /** A folder as a process leaves it that crashes. */
  const crashed = async (): Promise<string> => {
    const { stdout } = await promisify(execFile)(process.execPath, ["-p", "process.pid"]);
    const name = await nameFor(Number(stdout));
    await mkdir(join(root(), name));
    return name;
  };

  it("are removed where their process has crashed", async () => {
    const name = await crashed();
    await sweep(root());
    assert.equal((await left()).includes(name), false);
  });

  it("are removed when the first one is made in the life of a process, and no more", async () => {
    const first = await crashed();
    const { scratchFolder: make } = loadedAgain();
    await make(root());
    assert.equal((await left()).includes(first), false);
    const second = await crashed();
    await make(root());
    assert.equal((await left()).includes(second), true);
  });

  it("are removed where one may be wanted later", async () => {
    const name = await crashed();
    const before = process.env.TMPDIR;
    process.env.TMPDIR = root();
    try {
      const { Scratch: Anew } = loadedAgain();
      assert.ok(new Anew());
    } finally {
      if (before === undefined) Reflect.deleteProperty(process.env, "TMPDIR");
      else process.env.TMPDIR = before;
    }
    while ((await left()).includes(name)) await new Promise((resolve) => setImmediate(resolve));
  });

  it("may be missing altogether", () => sweep(join(root(), "none")));

  it("stay where they belong to this process, until they are removed", async () => {
    const folder = await scratchFolder(root());
    await sweep(root());
    assert.deepEqual(await left(), [basename(folder)]);
    await removeScratch(folder);
    assert.deepEqual(await left(), []);
    // By now it can be only one of a crashed process with the same id.
    await mkdir(folder);
    await sweep(root());
    assert.deepEqual(await left(), []);
  });

  it("stay where their process belongs to another user and may not be asked", async () => {
    const name = await crashed();
    const kill = stub(process, "kill").throws(Object.assign(new Error("not permitted"), { code: "EPERM" }));
    try {
      await sweep(root());
    } finally {
      kill.restore();
    }
    assert.ok((await left()).includes(name));
  });

  it("stay where their names tell no process", async () => {
    const prefix = (await nameFor(0)).split("-0-")[0];
    const names = [`${prefix}-other-1`, `${prefix}-1.5-1`, `${prefix}--1`, `x${await nameFor(2 ** 30)}`];
    for (const name of names) await mkdir(join(root(), name));
    await sweep(root());
    const there = await left();
    assert.ok(names.every((name) => there.includes(name)));
  });

  it("are not confused with files", async () => {
    const name = await crashed();
    await rm(join(root(), name), { recursive: true });
    await writeFile(join(root(), name), "");
    await sweep(root());
    assert.ok((await left()).includes(name));
  });

  it("are removed where a crashed process had the same id as this one, as in a container", async () => {
    const name = `${await nameFor(process.pid)}-earlier`;
    await mkdir(join(root(), name));
    await sweep(root());
    assert.equal((await left()).includes(name), false);
  });

  it("stay where their process runs", async () => {
    const name = await nameFor(process.ppid);
    await mkdir(join(root(), name));
    const before = await left();
    await sweep(root());
    assert.deepEqual(await left(), before);
  });

  it("are the only ones that are removed", async () => {
    await mkdir(join(root(), "vocu-audio-ffffffff-1-another"));
    await mkdir(join(root(), "something-else"));
    await sweep(root());
    assert.equal((await left()).length, 2);
  });

  it("stay where they are links, which nobody made here", async function () {
    if (process.platform === "win32") this.skip();
    const { stdout } = await promisify(execFile)(process.execPath, ["-p", "process.pid"]);
    const name = await nameFor(Number(stdout));
    await symlink(root(), join(root(), name));
    await sweep(root());
    assert.ok((await left()).includes(name));
  });

  it("of another user stay", async function () {
    // Only root may give a folder away.
    if (process.getuid?.() !== 0) this.skip();
    const { stdout } = await promisify(execFile)(process.execPath, ["-p", "process.pid"]);
    const name = await nameFor(Number(stdout));
    await mkdir(join(root(), name));
    await chown(join(root(), name), 65534, 65534);
    await sweep(root());
    assert.ok((await left()).includes(name));
  });

  it("are for this user alone", async () => {
    const { mode } = await stat(await scratchFolder(root()));
    assert.equal(mode & 0o077, process.platform === "win32" ? mode & 0o077 : 0);
  });
});
