/** A disk that is really full, folders that may really not be written to, and no descriptor left: no node crashes, each says why. */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { open, writeFile, type FileHandle } from "node:fs/promises";
import { join } from "node:path";
import { Agent, request } from "undici";
import { chunk, frames } from "../nodes/support/chunks";
import { useFlows, type Flow } from "../nodes/support/flows";
import { useFolder } from "../nodes/support/folder";
import type { Message } from "../nodes/support/message";
import { observers, onTab, sink, tab } from "../nodes/support/speech-flow";
import { serveNodes, webUrl } from "../nodes/support/web";

describe("a machine that has no more", () => {
  const folder = useFolder();
  const flows = useFlows();
  let flow: Flow;
  let temporary: string | undefined;
  const dropped: unknown[] = [];
  const drop = (error: unknown): void => void dropped.push(error);

  beforeEach(() => {
    temporary = process.env.TMPDIR;
    process.on("unhandledRejection", drop);
  });
  afterEach(async () => {
    if (temporary === undefined) Reflect.deleteProperty(process.env, "TMPDIR");
    else process.env.TMPDIR = temporary;
    await flow.stop();
    // A rejection is unhandled when the microtasks of its turn have run.
    await new Promise((resolve) => setImmediate(resolve));
    process.off("unhandledRejection", drop);
    assert.deepEqual(dropped.splice(0), []);
  });

  const nodes = [
    tab,
    {
      ...onTab,
      id: "url",
      type: "vocu-audio-url",
      name: "",
      publicUrl: "http://127.0.0.1:1",
      wires: [["out"]],
    },
    {
      ...onTab,
      id: "play",
      type: "vocu-audio-play",
      player: "command",
      command: process.execPath,
      arguments: `-e 0 {file}`,
      wires: [["out"]],
    },
    sink("out"),
    ...observers(["url", "play"]),
  ];
  const start = async (): Promise<void> => {
    flow = await flows.load(nodes);
    serveNodes();
  };
  const codeOf = async (id: string, message: Message): Promise<string | undefined> => {
    const { error } = await flow.ended(flow.input(message, id));
    return (error as { code?: string } | undefined)?.code;
  };
  const big = (): Message => ({ payload: Buffer.concat([...frames(3), Buffer.alloc(300_000)]) });
  const small = (): Message => ({ payload: Buffer.concat(frames(3)) });

  describe("room on its disk", () => {
    let mounted = false;
    beforeEach(async function () {
      mounted = isMounted(folder());
      if (!mounted) {
        console.log("      no small disk can be mounted: not tested");
        this.skip();
      }
      process.env.TMPDIR = folder();
      await start();
    });
    afterEach(() => {
      if (mounted) execFileSync("umount", ["-l", folder()]);
      mounted = false;
    });

    for (const id of ["url", "play"]) {
      it(`is an error of that name, and what is small enough still works: ${id}`, async () => {
        assert.equal(await codeOf(id, big()), "DISK_FULL");
        assert.equal(await codeOf(id, small()), undefined);
      });
    }
  });

  describe("folder that it may write to", () => {
    beforeEach(async () => {
      await start();
      await writeFile(join(folder(), "file"), "");
      // Nothing can be made in a file, whoever asks.
      process.env.TMPDIR = join(folder(), "file");
    });

    for (const id of ["url", "play"]) {
      it(`is an error of its own, and ends with the folder: ${id}`, async () => {
        assert.equal(await codeOf(id, small()), "SYSTEM_REFUSED");
        assert.equal(await codeOf(id, { reset: true }), undefined);
        process.env.TMPDIR = folder();
        assert.equal(await codeOf(id, small()), undefined);
      });
    }

    it("does not keep a deployment from its end", async () => {
      assert.equal(await codeOf("url", small()), "SYSTEM_REFUSED");
      await flow.redeploy(nodes);
    });
  });

  describe("descriptor left", () => {
    const taken: FileHandle[] = [];
    afterEach(async () => {
      for (const file of taken.splice(0)) await file.close();
    });

    it("is an error of that name, and works again when there is one", async function () {
      if (process.platform !== "linux") this.skip();
      await start();
      // Modules that are loaded late need descriptors, too.
      await codeOf("url", small());
      await codeOf("play", small());
      lowerLimit();
      try {
        await takeAll(taken);
        assert.equal(await codeOf("url", small()), "TOO_MANY_OPEN_FILES");
        assert.equal(await codeOf("play", small()), "TOO_MANY_OPEN_FILES");
      } finally {
        for (const file of taken.splice(0)) await file.close();
        raiseLimit();
      }
      assert.equal(await codeOf("url", small()), undefined);
      assert.equal(await codeOf("url", chunk("a", 0, frames(1)[0], true)), undefined);
    });

    it("makes a listener try again in a second", async function () {
      if (process.platform !== "linux") this.skip();
      await start();
      await codeOf("url", small());
      const { payload } = await flow.at("out").nth(0);
      const { pathname } = new URL(String(payload));
      // Its connection is open already: a new one would need a descriptor.
      const listener = new Agent({ connections: 1, keepAliveTimeout: 60_000 });
      const fetched = async (): Promise<[number, unknown]> => {
        const { statusCode, headers, body } = await request(webUrl() + pathname, { dispatcher: listener });
        await body.dump();
        return [statusCode, headers["retry-after"]];
      };
      try {
        assert.deepEqual(await fetched(), [200, undefined]);
        lowerLimit();
        await takeAll(taken);
        assert.deepEqual(await fetched(), [503, "1"]);
        for (const file of taken.splice(0)) await file.close();
        assert.deepEqual(await fetched(), [200, undefined]);
      } finally {
        for (const file of taken.splice(0)) await file.close();
        raiseLimit();
        await listener.close();
      }
    });
  });
});

/** Whether a disk of a few kilobytes could be put at this folder. */
function isMounted(folder: string): boolean {
  try {
    execFileSync("mount", ["-t", "tmpfs", "-o", "size=128k", "tmpfs", folder], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}

const limit = (soft: string): void =>
  void execFileSync("prlimit", ["--pid", String(process.pid), `--nofile=${soft}:`]);
let usual = "";
function lowerLimit(): void {
  const shown = execFileSync("prlimit", [
    "--pid",
    String(process.pid),
    "--nofile",
    "--noheadings",
    "-o",
    "SOFT",
  ]);
  usual = shown.toString().trim();
  limit("200");
}
const raiseLimit = (): void => limit(usual);

async function takeAll(files: FileHandle[]): Promise<void> {
  for (;;) {
    try {
      files.push(await open("/dev/null"));
    } catch {
      return;
    }
  }
}
