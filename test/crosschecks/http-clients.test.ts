/** curl, wget and a client of HTTP/1.0 at the address of audio URL, while the audio grows and afterwards. */
import assert from "node:assert/strict";
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { readFile, writeFile } from "node:fs/promises";
import { connect } from "node:net";
import { join } from "node:path";
import { useFlows, type Flow, type FlowNode } from "../nodes/support/flows";
import { useFolder } from "../nodes/support/folder";
import { useSandbox } from "../nodes/support/sandbox";
import { account, keyed, observers, onTab, sink, speechNode, tab } from "../nodes/support/speech-flow";
import { useStage, type Call } from "../nodes/support/stage";
import { serveNodes, webUrl } from "../nodes/support/web";
import { framesOf } from "../unit/audio-fixtures";
import { programOf } from "./programs";

/** More than the buffers between a server and a client that does not read hold. */
const AUDIO = Buffer.concat(framesOf(20_000));
const FIRST = AUDIO.subarray(0, 417 * 50);
const MIDDLE = AUDIO.subarray(FIRST.length, 417 * 10_000);
const LAST = AUDIO.subarray(417 * 10_000);

/** How much a small device reads at a time, in bytes. */
const READ = 4096;

/** A client that has begun to fetch. */
interface Fetching {
  /** Resolves when so many bytes of audio have come in. */
  heard(bytes: number): Promise<void>;
  /** Everything, and the exit code (0 if it has none), when it has ended. */
  readonly ended: Promise<{ audio: Buffer; code: number | null }>;
}

/** Counts what comes in, for whoever waits for it. */
class Heard {
  readonly pieces: Buffer[] = [];
  private length = 0;
  private readonly waiting = new Set<() => void>();

  add(piece: Buffer): void {
    this.pieces.push(piece);
    this.length += piece.length;
    for (const look of [...this.waiting]) look();
  }

  reach(bytes: number): Promise<void> {
    return new Promise((resolve) => {
      const look = (): void => {
        if (this.length < bytes) return;
        this.waiting.delete(look);
        resolve();
      };
      this.waiting.add(look);
      look();
    });
  }
}

function fetching(child: ChildProcess): Fetching {
  const heard = new Heard();
  child.stdout?.on("data", (piece: Buffer) => heard.add(piece));
  const ended = once(child, "close").then(([code]) => ({
    audio: Buffer.concat(heard.pieces),
    code: code as number | null,
  }));
  return { heard: (bytes) => heard.reach(bytes), ended };
}

/** The least that is HTTP: one request of version 1.0, and 4 kB read at a time until the connection ends. */
function fetchWithHttp10(url: string): Fetching {
  const { hostname, port, pathname } = new URL(url);
  const socket = connect(Number(port), hostname);
  socket.write(`GET ${pathname} HTTP/1.0\r\nHost: ${hostname}\r\n\r\n`);
  const heard = new Heard();
  let head: Buffer | undefined = Buffer.alloc(0);
  const take = (piece: Buffer): void => {
    if (head === undefined) {
      heard.add(piece);
      return;
    }
    head = Buffer.concat([head, piece]);
    const end = head.indexOf("\r\n\r\n");
    if (end < 0) return;
    assert.match(head.subarray(0, end).toString(), /^HTTP\/1\.[01] 200 /);
    assert.doesNotMatch(head.subarray(0, end).toString(), /transfer-encoding/i);
    const rest = head.subarray(end + 4);
    head = undefined;
    heard.add(rest);
  };
  const read = (): void => {
    for (;;) {
      // Less than that only where no more has come.
      const piece = socket.read(Math.min(READ, socket.readableLength || READ)) as Buffer | null;
      if (piece === null) return;
      take(piece);
    }
  };
  socket.on("readable", read);
  const ended = once(socket, "end").then(() => ({ audio: Buffer.concat(heard.pieces), code: 0 }));
  return { heard: (bytes) => heard.reach(bytes), ended };
}

const [curl, wget] = [programOf("curl"), programOf("wget")];

/** How each client is told to write to its standard output, and to say nothing else. */
const CLIENTS: Readonly<Record<string, (url: string) => Fetching>> = {
  ...(curl === undefined
    ? {}
    : {
        curl: (url: string) => fetching(spawn(curl, ["-qsSN", "--noproxy", "*", url])),
        "curl with HTTP/1.0": (url: string) =>
          fetching(spawn(curl, ["-qsSN", "--http1.0", "--noproxy", "*", url])),
      }),
  ...(wget === undefined
    ? {}
    : { wget: (url: string) => fetching(spawn(wget, ["--no-config", "-q", "--no-proxy", "-O", "-", url])) }),
  "a client of HTTP/1.0 that reads 4 kB at a time": fetchWithHttp10,
};

const nodes = (url: string): FlowNode[] => [
  tab,
  account(url),
  speechNode({ wires: [["url"], []] }),
  { ...onTab, id: "url", type: "vocu-audio-url", name: "", publicUrl: webUrl(), wires: [["out"]] },
  sink("out"),
  ...observers(["url"]),
];

describe("HTTP clients at the address of audio URL", () => {
  const flows = useFlows();
  const addressIn = async (flow: Flow): Promise<string> => String((await flow.at("out").nth(0)).payload);

  describe("while the speech is generated", () => {
    const stage = useStage();
    let flow: Flow;
    let call: Call;
    beforeEach(async () => {
      flow = await flows.load(nodes(stage().url), keyed());
      serveNodes();
      flow.input("A long story.");
      call = await stage().calls.nth(0);
      await call.audio(FIRST);
    });

    for (const [name, fetch] of Object.entries(CLIENTS)) {
      it(`${name} gets it as it comes, to its end`, async () => {
        const client = fetch(await addressIn(flow));
        // One frame is held back, because the last message must have audio.
        await client.heard(FIRST.length - 417);
        await call.audio(MIDDLE);
        await client.heard(FIRST.length + MIDDLE.length - 417);
        call.end(LAST);
        const { audio, code } = await client.ended;
        assert.equal(code, 0);
        assert.ok(audio.equals(AUDIO), `${audio.length} of ${AUDIO.length} bytes`);
      });
    }

    for (const name of ["curl", "wget"].filter((each) => each in CLIENTS)) {
      it(`${name} notices that a speech was not finished`, async () => {
        const client = (CLIENTS[name] as (url: string) => Fetching)(await addressIn(flow));
        await client.heard(FIRST.length - 417);
        flow.input({ reset: true });
        // wget asks again and is told that there is nothing any more.
        const { code } = await client.ended;
        assert.notEqual(code, 0);
      });
    }
  });

  describe("when the speech is complete", () => {
    const sandbox = useSandbox();
    const folder = useFolder();
    let speech: Buffer;
    let address: string;
    beforeEach(async () => {
      const flow = await flows.load(nodes(sandbox().url), keyed());
      serveNodes();
      const text = "The door of the garage is open.";
      speech = await sandbox().speech({ voiceId: String(speechNode().voiceId), text });
      await flow.ended(flow.input(text));
      address = await addressIn(flow);
    });

    const continuing: Record<string, [string | undefined, (file: string, url: string) => string[]]> = {
      curl: [curl, (file, url) => ["-qsS", "--noproxy", "*", "-C", "-", "-o", file, url]],
      wget: [wget, (file, url) => ["--no-config", "-q", "--no-proxy", "-c", "-O", file, url]],
    };
    for (const [name, [program, args]] of Object.entries(continuing)) {
      if (program === undefined) continue;
      it(`${name} continues a download that was interrupted`, async () => {
        const file = join(folder(), "speech.mp3");
        await writeFile(file, speech.subarray(0, 1000));
        const [code] = (await once(spawn(program, args(file, address)), "close")) as [number];
        assert.equal(code, 0);
        assert.deepEqual(await readFile(file), speech);
      });
    }
  });
});
