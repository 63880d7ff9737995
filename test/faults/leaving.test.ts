import assert from "node:assert/strict";
import { fork, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { voiceIds, type Fault } from "../../sandbox";
import { nodeRed4, nodeRed5, type Peer } from "../peers";
import { Journal } from "../nodes/support/journal";
import { useSandbox } from "../nodes/support/sandbox";
import { account, keyed, onTab, tab } from "../nodes/support/speech-flow";
import { makeUserDir } from "../node-red/user-dir";

interface Report {
  kind: "started" | "received" | "ended" | "stopped";
  id?: string;
  code?: string;
}

/** What the node goes through, one after the other: speeches whole, failed, taken up again and from the cache. */
const LIFE: readonly { text: string; fault?: Fault }[] = [
  { text: "The house speaks." },
  { text: "The house speaks." },
  { text: "It is cut off.", fault: { cutAfter: 3000 } },
  { text: "It is reset.", fault: { resetBeforeHeaders: true } },
  { text: "It is refused.", fault: { error: { status: 500 } } },
  { text: "It is a page.", fault: { reply: { status: 200, text: "<p>No</p>", contentType: "text/html" } } },
];

/** What is still under way when the runtime stops. */
const UNFINISHED: readonly { text: string; fault: Fault }[] = [
  { text: "It never ends.", fault: { stallAfter: 3000 } },
  { text: "It never begins.", fault: { hangBeforeHeaders: true } },
];

/** After it nothing is generated for a while. */
const TOO_MUCH: Fault = { error: { status: 429, headers: { "Retry-After": "50" } } };

describe("leaving", () => {
  const sandbox = useSandbox();

  for (const [edition, peer] of Object.entries<() => Peer>({ "4.1": nodeRed4, "5": nodeRed5 })) {
    it(`lets the process of Node-RED ${edition} end by itself, whatever it has been through`, async function () {
      this.timeout(60_000);
      const node = {
        ...onTab,
        id: "speech",
        type: "vocu-speech-stream",
        account: "account",
        busy: "parallel",
      };
      const userDir = await makeUserDir({
        install: "checkout",
        flows: [
          tab,
          account(sandbox().url, { maxConcurrent: 0 }),
          { ...node, voiceId: voiceIds.english, wires: [[], []] },
        ],
        credentials: keyed(),
        settings: { httpAdminRoot: false, httpNodeRoot: false },
      });
      const child = start(peer(), userDir);
      try {
        await live(child);
      } finally {
        child.kill("SIGKILL");
        await rm(userDir, { recursive: true, force: true, maxRetries: 3 });
      }
    });
  }

  const start = ({ nodeBinary, nodeRed }: Peer, userDir: string): ChildProcess =>
    fork(join(__dirname, "support/leaver.mjs"), [userDir], {
      execPath: nodeBinary,
      execArgv: [],
      env: { ...process.env, NODE_RED: join(nodeRed, "lib", "red.js") },
      stdio: ["ignore", "pipe", "pipe", "ipc"],
    });

  async function live(child: ChildProcess): Promise<void> {
    const reports = new Journal<Report>("a report of the process");
    child.on("message", (report) => reports.add(report as Report));
    let output = "";
    for (const pipe of [child.stdout, child.stderr]) pipe?.on("data", (data) => (output += String(data)));
    const exit = once(child, "exit").then(([code, signal]: unknown[]) => String(signal ?? code));
    const say = (text: string, fault?: Fault): void => {
      if (fault) sandbox().fail(fault);
      child.send({ say: { id: text, payload: text } });
    };
    const ended = (count: number): Promise<Report> =>
      reports.find(() => reports.entries.filter(({ kind }) => kind === "ended").length === count);
    await Promise.race([
      reports.find(({ kind }) => kind === "started"),
      exit.then((how) => assert.fail(`it ended with ${how}: ${output}`)),
    ]);
    for (const [index, { text, fault }] of LIFE.entries()) {
      say(text, fault);
      await ended(index + 1);
    }
    for (const { text, fault } of UNFINISHED) {
      say(text, fault);
      await sandbox().waitForRequest(({ query }) => query.text === text);
    }
    say("It is too much.", TOO_MUCH);
    await ended(LIFE.length + 1);
    say("It waits.");
    child.send({ stop: true });
    await reports.find(({ kind }) => kind === "stopped");
    assert.equal(await exit, "0", output);
  }
});
