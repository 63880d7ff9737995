import assert from "node:assert/strict";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { voiceIds } from "../../sandbox";
import { useFlows } from "../nodes/support/flows";
import { useFolder } from "../nodes/support/folder";
import { prepare } from "../nodes/support/one-node";
import { useSandbox } from "../nodes/support/sandbox";
import { PNG, recording, type Voice } from "../nodes/support/voices";
import { runExample, type Example } from "./example";

interface Block {
  text: string;
  voiceId?: string;
  audio?: string;
}

describe("Examples of voices, styles, templates and splitters", () => {
  const sandbox = useSandbox();
  const flows = useFlows();
  const folder = useFolder();
  const run = (name: string): Promise<Example> => runExample(name, sandbox(), flows, folder());
  const read = async <T>(path: string): Promise<T> => (await prepare(sandbox(), "GET", path)) as T;
  const fileOf = (name: string): Promise<Buffer> => readFile(join(folder(), name));

  /** What reaches a debug node after a button was pressed. */
  async function shown({ flow, id, press }: Example, button: string, debug: string): Promise<unknown> {
    const journal = flow.at(id("debug", debug));
    const before = journal.entries.length;
    press(button);
    const message = await journal.nth(before);
    assert.deepEqual(flow.at(id("debug", "Error")).entries, []);
    return message.payload;
  }

  /** The request body of the task that a button led to. */
  const contentsOfTask = (): Block[] => {
    const body = sandbox().requests.findLast(
      ({ method, path }) => method === "POST" && path === "/api/tts/generate",
    )?.body as { contents: Block[] };
    return body.contents;
  };

  describe("Clone a voice and speak with it", () => {
    const NAME = "Clone a voice and speak with it";
    let example: Example;
    let voiceId: string;

    beforeEach(async () => {
      await writeFile(join(folder(), "recording.wav"), await recording(sandbox()));
      await writeFile(join(folder(), "portrait.png"), PNG);
      example = await run(NAME);
      await shown(example, "Clone", "Spoken");
      const request = sandbox().requests.find(({ path }) => path === "/api/tts/simple-generate");
      voiceId = request?.query.voiceId ?? "";
    });

    it("speaks with the new voice into a file", async () => {
      assert.equal((await read<Voice>(`/api/voice/${voiceId}`)).name, "My voice");
      const text = "Hello! This is my new voice.";
      assert.deepEqual(await fileOf("hello.mp3"), await sandbox().speech({ voiceId, text }));
    });

    it("shows, pictures, renames and deletes the voice", async () => {
      assert.equal(((await shown(example, "Show it", "Voice")) as Voice).id, voiceId);
      await shown(example, "Give it a picture", "Picture");
      assert.match((await read<Voice>(`/api/voice/${voiceId}`)).metadata.avatar ?? "", /^http/);
      await shown(example, "Rename it", "New name");
      assert.equal((await read<Voice>(`/api/voice/${voiceId}`)).name, "Grandma");
      await shown(example, "Delete it", "Deleted");
      assert.ok(!(await read<Voice[]>("/api/voice")).some(({ id }) => id === voiceId));
    });

    it("lists the voices that can speak", async () => {
      const voices = (await shown(example, "Usable voices", "Voices")) as Voice[];
      assert.ok(voices.some(({ id }) => id === voiceId));
    });
  });

  it("Share and import a voice: hands the voice over", async () => {
    const voice = (await shown(await run("Share and import a voice"), "Share", "Imported voice")) as Voice;
    const shared = await read<Voice>(`/api/voice/${voiceIds.english}`);
    assert.deepEqual([voice.name, voice.from], [shared.name, "library"]);
  });

  it("A template filled and spoken: says who is at the door", async () => {
    const example = await run("A template filled and spoken");
    await shown(example, "Save", "Saved");
    await shown(example, "Anna is here", "Spoken");
    assert.deepEqual(contentsOfTask(), [
      { type: "text", voiceId: voiceIds.english, text: "Ding dong! Anna is at the door." },
    ]);
    assert.ok((await fileOf("doorbell.mp3")).length > 1000);
  });

  it("A template filled and spoken: changes the words and keeps the description", async () => {
    const example = await run("A template filled and spoken");
    const { id } = (await shown(example, "Save", "Saved")) as { id: string };
    await shown(example, "Change", "Changed");
    const changed = await read<{ contents: Block[]; metadata: { description: string } }>(
      `/api/template/${id}`,
    );
    assert.equal(changed.contents[0]?.text, "Hello! {name} has come to see you.");
    assert.equal(changed.metadata.description, "Says who is at the door");
  });

  it("A template filled and spoken: lists the templates and deletes one", async () => {
    const example = await run("A template filled and spoken");
    const { id } = (await shown(example, "Save", "Saved")) as { id: string };
    const templates = (await shown(example, "All templates", "Templates")) as { id: string }[];
    assert.ok(templates.some((template) => template.id === id));
    await shown(example, "Delete it", "Deleted");
    assert.ok(!(await read<{ id: string }[]>("/api/template")).some((template) => template.id === id));
  });

  it("Styles of a voice: adds a style and looks after it", async () => {
    await writeFile(join(folder(), "cheerful.wav"), await recording(sandbox()));
    const example = await run("Styles of a voice");
    const styles = async (): Promise<Voice["metadata"]["prompts"]> =>
      (await read<Voice>(`/api/voice/${voiceIds.english}`)).metadata.prompts;
    await shown(example, "Add", "Understood");
    const { id, name } = (await styles()).at(-1) ?? assert.fail();
    assert.equal(name, "Cheerful");
    await shown(example, "Correct", "Corrected");
    const words = await read(`/api/voice/${voiceIds.english}/prompt/${id}/stt`);
    assert.equal(words, "What a beautiful day it is!");
    await shown(example, "Rename", "Renamed");
    const renamed = (await styles()).find((style) => style.id === id);
    assert.deepEqual([renamed?.name, renamed?.description], ["Merry", "In a good mood"]);
    await shown(example, "Clean the recording", "Processed again");
    assert.equal((await styles()).find((style) => style.id === id)?.vocalFilter, true);
    await shown(example, "Delete", "Deleted");
    assert.equal((await styles()).find((style) => style.id === id)?.deleted, true);
  });

  it("Styles of a voice: makes a style the default", async () => {
    await writeFile(join(folder(), "cheerful.wav"), await recording(sandbox()));
    const example = await run("Styles of a voice");
    await shown(example, "Add", "Understood");
    const voice = (await shown(example, "Make it the default", "New default")) as Voice;
    assert.equal(voice.metadata.prompts.find(({ id }) => id === "default")?.name, "Cheerful");
  });

  it("Several voices in one text: speaks each part with its voice", async () => {
    const example = await run("Several voices in one text");
    const { id } = (await shown(example, "Save the rules", "Saved")) as { id: string };
    await shown(example, "Play", "Played");
    assert.ok((await fileOf("play.mp3")).length > 1000);
    const tasks = await read<{ metadata: { contents: Block[] } }[]>("/api/tts/generate");
    assert.deepEqual(
      tasks[0]?.metadata.contents.map(({ text }) => text),
      ["Somebody knocked.", "Is anybody at home?", "Nobody answered."],
    );
    assert.equal(((await shown(example, "Show it", "Splitter")) as { id: string }).id, id);
  });

  it("Several voices in one text: lists, renames and deletes the rules", async () => {
    const example = await run("Several voices in one text");
    const { id } = (await shown(example, "Save the rules", "Saved")) as { id: string };
    await shown(example, "Rename it", "Renamed");
    const splitters = (await shown(example, "All splitters", "Splitters")) as { id: string; name: string }[];
    assert.equal(splitters.find((splitter) => splitter.id === id)?.name, "Evening play");
    await shown(example, "Delete it", "Deleted");
    assert.ok(!(await read<{ id: string }[]>("/api/splitter")).some((splitter) => splitter.id === id));
  });
});
