import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { failMarker, startSandbox, voiceIds, type Sandbox } from "../../sandbox";
import { wav } from "../contract/sandbox-caller";
import { useFlows } from "../nodes/support/flows";
import { useFolder } from "../nodes/support/folder";
import { prepare } from "../nodes/support/one-node";
import { useSandbox } from "../nodes/support/sandbox";
import { zipOf } from "../zip";
import { exampleNodes, runExample, type Example } from "./example";

const voiceId = voiceIds.english;

describe("Examples of tasks, uploads and the account", () => {
  const sandbox = useSandbox();
  const flows = useFlows();
  const folder = useFolder();
  const run = (name: string): Promise<Example> => runExample(name, sandbox(), flows, folder());
  const fileOf = (name: string): Promise<Buffer> => readFile(join(folder(), name));

  /** Creates a finished task. */
  async function created(text: string): Promise<string> {
    const contents = [{ type: "text", voiceId, text }];
    return ((await prepare(sandbox(), "POST", "/api/tts/generate", { contents })) as { id: string }).id;
  }

  it("Long text as a task with progress: writes the whole story, and reports how far it is", async () => {
    const { flow, id, press } = await run("Long text as a task with progress");
    press("Tell the story");
    const { payload } = await flow.at(id("debug", "Summary")).nth(0);
    assert.equal(typeof (payload as { taskId: unknown }).taskId, "string");
    const story = await flow.at(id("file")).nth(0);
    const text = exampleNodes("Long text as a task with progress").find(
      ({ type }) => type === "template",
    )?.template;
    assert.deepEqual(story.payload, await sandbox().speech({ voiceId, text }));
    await flow
      .at(id("debug", "Progress"))
      .find(({ status }) => status?.text?.includes("downloaded") === true);
    assert.deepEqual(flow.at(id("debug", "Error")).entries, []);
  });

  it("Look after tasks: deletes the failed ones", async () => {
    const failed = await created(failMarker);
    const { flow, id, press } = await run("Look after tasks");
    press("Clean up");
    await flow.at(id("debug", "Deleted")).nth(0);
    const left = (await prepare(sandbox(), "GET", "/api/tts/generate")) as { id: string }[];
    assert.ok(!left.some((task) => task.id === failed));
  });

  it("Look after tasks: generates the newest one again", async () => {
    await created("Older.");
    const newest = await created("Newest.");
    const { flow, id, press } = await run("Look after tasks");
    press("Newest once more");
    const { payload, vocu } = await flow.at(id("debug", "New audio")).nth(0);
    assert.equal(vocu?.taskId, newest);
    assert.ok(String(payload).startsWith(sandbox().storageUrl));
    assert.ok(sandbox().requests.some(({ path }) => path.endsWith(`${newest}/regenerate`)));
  });

  it("Professional clone from an archive: makes a voice from the uploaded archive, with progress", async () => {
    const zip = zipOf({ "one.wav": wav(3), "two.wav": wav(3) });
    await writeFile(join(folder(), "recordings.zip"), zip);
    await writeFile(join(folder(), "sample.wav"), wav(4));
    const { flow, id, press } = await run("Professional clone from an archive");
    press("Clone");
    const { payload } = await flow.at(id("debug", "New voice")).nth(0);
    assert.equal((payload as { name: string }).name, "My professional voice");
    const upload = sandbox().uploads.at(-1);
    assert.deepEqual([upload?.finished, upload?.sha256], [true, sha256(zip)]);
    const body = sandbox().requests.find(({ path }) => path === "/api/voice")?.body as { lora: string };
    assert.equal(body.lora, upload?.id);
    const progress = flow.at(id("debug", "Progress")).last?.payload as { state: string };
    assert.equal(progress.state, "done");
  });

  it("Generate and download: writes the speech to a file and reports what it cost", async () => {
    const { flow, id, press } = await run("Generate and download");
    press("Greet");
    const { vocu } = await flow.at(id("debug", "What it cost")).nth(0);
    const text = "Welcome home. Dinner is in the oven.";
    assert.equal(vocu?.creditsUsed, text.length);
    assert.deepEqual(await fileOf("greeting.mp3"), await sandbox().speech({ voiceId, text }));
  });

  it("Generate and download: lists the presets", async () => {
    const { flow, id, press } = await run("Generate and download");
    press("Presets?");
    const { payload } = await flow.at(id("debug", "Presets")).nth(0);
    assert.ok(Array.isArray(payload) && payload.length > 0);
  });

  it("A recording in another voice: uploads it and writes what the voice makes of it", async () => {
    await writeFile(join(folder(), "recording.wav"), wav(3));
    const { flow, id, press } = await run("A recording in another voice");
    press("Convert");
    const { payload } = await flow.at(id("file")).nth(0);
    assert.ok(Buffer.isBuffer(payload) && payload.length > 1000);
    const { query } = sandbox().requests.at(-1) ?? assert.fail();
    assert.match(query.input_audio ?? "", /\/vc-input\//);
    assert.equal(query.text, undefined);
  });

  it("Upload step by step: sends an archive as one chunk and completes it", async () => {
    const zip = zipOf({ "one.wav": wav(1) });
    await writeFile(join(folder(), "recordings.zip"), zip);
    const { flow, id, press } = await run("Upload step by step");
    const [first = assert.fail(), second = assert.fail()] = exampleNodes("Upload step by step").filter(
      ({ type }) => type === "debug",
    );
    press("Upload");
    const { payload } = await flow.at(first.id).nth(0);
    const upload = sandbox().uploads.at(-1);
    assert.deepEqual([payload, upload?.sha256], [{ id: upload?.id }, sha256(zip)]);
    press("Whole file");
    await flow.at(second.id).nth(0);
    assert.equal(sandbox().uploads.at(-1)?.sha256, sha256(zip));
    assert.ok(id("vocu-upload-file"));
  });
});

describe("Account credits watched with a warning", () => {
  const flows = useFlows();
  const folder = useFolder();
  let sandbox: Sandbox;
  afterEach(() => sandbox.close());

  /** Looks at an account with so many credits twice; answers with the warnings. */
  async function warnings(credits: number): Promise<unknown[]> {
    sandbox = await startSandbox({ credits });
    const { flow, id, press } = await runExample(
      "Account credits watched with a warning",
      sandbox,
      flows,
      folder(),
    );
    const answers = flow.at(id("rbe"));
    for (const count of [1, 2]) {
      press("Every hour");
      await answers.reach(count);
    }
    // The nodes behind the filter are reached in later ticks.
    await new Promise((resolve) => setImmediate(resolve));
    return flow.at(id("debug", "Warning")).entries.map(({ payload }) => payload);
  }

  it("warns once when they run low", async () => {
    assert.deepEqual(await warnings(999), ["Only 999 Vocu credits are left."]);
  });

  it("is quiet while there are enough", async () => {
    assert.deepEqual(await warnings(1000), []);
  });
});

const sha256 = (bytes: Buffer): string => createHash("sha256").update(bytes).digest("hex");
