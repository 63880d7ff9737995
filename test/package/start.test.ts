import assert from "node:assert/strict";
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { request } from "undici";
import { startSandbox, type Sandbox } from "../../sandbox";
import { GREETING } from "../../scripts/start/mqtt-report";
import { prepareUserDir } from "../../scripts/start/user-dir";
import { CHECKOUT } from "../node-red";
import { Demo, START_MS } from "./demo";

const SPOKE =
  /^spoke (\d+\.\d) s in (\d+) chunks? \((\d+) kB\) -> (\S+announcement\.mp3), first audio after \d+ ms$/m;
const EDITOR = /^editor: (\S+)/m;

const KEY = "sk-demo-1234";

/** A line without what differs from run to run. */
const formOf = (line: string): string =>
  line.replace(/-> \S*announcement/, "-> announcement").replace(/[\d.]+/g, "#");

const nextTurn = (): Promise<void> => pause(20);

describe("npm start with a key", function () {
  this.timeout(START_MS);
  let sandbox: Sandbox;
  let demo: Demo;
  let editor: string;
  let first: { said: string[]; audio: Buffer };
  let times: number | undefined;
  let greeting: string;
  before(async () => {
    sandbox = await startSandbox({ apiKey: KEY });
    demo = await Demo.start({ VOCU_API_KEY: KEY, VOCU_BASE_URL: sandbox.url });
    [editor = ""] = await demo.waitFor(EDITOR);
    // Its first words, before a test presses a button.
    first = { said: await demo.waitFor(SPOKE), audio: await readFile(join(demo.dir, "announcement.mp3")) };
    greeting = demo.text();
    times = greeting.match(new RegExp(SPOKE, "gm"))?.length;
  });
  after(async () => {
    await demo.remove();
    await sandbox.close();
    // Of all tests: one of its own could be the first.
    assert.deepEqual(sandbox.violations, []);
  });

  /** What the service made of a text for the voice that the demo chose. */
  const speechOf = async (text: string): Promise<Buffer> => {
    const spoken = await sandbox.waitForRequest(({ query }) => query.text === text);
    return sandbox.speech({ voiceId: spoken.query.voiceId, text });
  };

  it("speaks once by itself, into a file, and reports it in one line", async () => {
    const [seconds, chunks, kilobytes] = first.said;
    const { audio } = first;
    assert.ok(audio.equals(await speechOf(GREETING)));
    assert.equal(Number(kilobytes), Math.round(audio.length / 1000));
    assert.ok(Number(seconds) > 1);
    assert.ok(Number(chunks) >= 1);
    assert.equal(times, 1);
  });

  for (const readme of ["README.md", "README.zh-CN.md"]) {
    it(`prints what ${readme} shows, with figures of its own`, async () => {
      const document = await readFile(join(CHECKOUT, readme), "utf8");
      const [, sample = ""] = /^```text\n(spoke [^]*?)\n```$/m.exec(document) ?? [];
      const printed = greeting.split("\n").map(formOf);
      assert.deepEqual(
        sample.split("\n").filter((line) => !printed.includes(formOf(line))),
        [],
      );
      assert.match(sample, /^spoke [^]*\npage: [^]*\neditor: /);
    });
  }

  it("speaks again, into a fresh file, when a button of the flow is pressed", async () => {
    demo.forget();
    await request(`${editor}/inject/door`, { method: "POST" });
    await demo.waitFor(SPOKE);
    const wanted = await speechOf("The front door has been open for ten minutes.");
    // The file node may still be writing.
    while (!(await readFile(join(demo.dir, "announcement.mp3"))).equals(wanted)) await nextTurn();
  });

  it("reports what went wrong when the service refuses", async () => {
    sandbox.fail({ error: { status: 403, code: "BILLING_INSUFFICIENT_CREDIT" } });
    await request(`${editor}/inject/washing`, { method: "POST" });
    const [reason] = await demo.waitFor(/^could not speak: (.+)$/m);
    assert.doesNotMatch(reason ?? "", /BILLING_|undefined/);
  });

  it("writes the key neither to the terminal nor to a file", async () => {
    assert.ok(!demo.text().includes(KEY));
    const files = (await readdir(demo.dir, { withFileTypes: true })).filter((entry) => entry.isFile());
    assert.ok(files.some(({ name }) => name === "flows_cred.json"));
    for (const { name } of files) {
      assert.ok(!(await readFile(join(demo.dir, name), "utf8")).includes(KEY), name);
    }
  });
});

describe("the demo's user directory", () => {
  let dir: string;
  const flows = (): string => join(dir, "flows.json");
  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), "vocu-demo-"));
    await prepareUserDir(dir);
  });
  afterEach(() => rm(dir, { recursive: true }));

  it("gets the flow of a newer version when nobody has changed it", async () => {
    const older = '[{"id":"t","type":"tab"}]';
    await writeFile(flows(), older);
    await writeFile(join(dir, ".shipped-flows.json"), older);
    assert.equal(await prepareUserDir(dir), false);
    assert.notEqual(await readFile(flows(), "utf8"), older);
  });

  it("keeps a flow that somebody has changed", async () => {
    await writeFile(flows(), "[]");
    assert.equal(await prepareUserDir(dir), true);
    assert.equal(await readFile(flows(), "utf8"), "[]");
  });
});
