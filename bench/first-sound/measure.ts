/** Measures the time to the first audio byte of the stream node alone, and with the nodes behind it that let it be heard. */
import { execFileSync } from "node:child_process";
import { createReadStream, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import helper from "node-red-node-test-helper";
import type { RequestListener } from "node:http";
import { request } from "undici";
import { startSandbox, voiceIds } from "../../sandbox";

/** Medians in milliseconds from the input message to the first audio byte out. */
export interface FirstSound {
  readonly stream: number;
  readonly "audio-url": number;
  readonly "audio-play": number;
}

const KEY = "sk-sandbox-0000";
const onTab = { z: "tab", x: 100, y: 100 };

interface Inside {
  readonly _app: { use(app: RequestListener): void };
  readonly _registryUtil: { createNodeApi(node: object): { readonly httpNode: RequestListener } };
}

/**
 * Speaks `rounds` times with each of the three, in turn. The service answers with its first byte after `firstByteMs`. The player is
 * `tee`, which says when it hears something and opens no sound device; it needs a system that has it and `mkfifo`.
 */
export async function firstSound(rounds: number, firstByteMs: number): Promise<FirstSound> {
  const sandbox = await startSandbox({ pace: { firstByteMs } });
  helper.init(require.resolve("node-red"));
  await new Promise<void>((resolve) => helper.startServer(resolve));
  const folder = mkdtempSync(join(tmpdir(), "vocu-bench-"));
  const sound = join(folder, "sound");
  execFileSync("mkfifo", [sound]);
  await load(sandbox.url, sound);

  /** One speech; resolves with the time from its message to the first byte that `listen` reports. */
  const time = async (id: string, listen: (done: () => void) => void): Promise<number> => {
    const ended = new Promise<void>((resolve) => helper.getNode("end").once("input", () => resolve()));
    const startedAt = performance.now();
    const first = new Promise<number>((resolve) => listen(() => resolve(performance.now() - startedAt)));
    (helper.getNode(id) as unknown as { receive(message: object): void }).receive({
      payload: "The door is open.",
    });
    const ms = await first;
    await ended;
    return ms;
  };
  const next = (id: string, take: (message: { payload: unknown }) => void): void =>
    void helper.getNode(id).once("input", take as (message: object) => void);
  const ways = {
    stream: () => time("alone", (done) => next("chunk", done)),
    "audio-url": () =>
      time("forUrl", (done) => next("url", ({ payload }) => void fetchFirst(String(payload)).then(done))),
    "audio-play": () =>
      time("forPlay", (done) => {
        createReadStream(sound).once("data", done).resume();
      }),
  };
  const times = { stream: [] as number[], "audio-url": [] as number[], "audio-play": [] as number[] };
  for (let round = -WARM_UP; round < rounds; round += 1) {
    for (const [name, speak] of Object.entries(ways) as [keyof FirstSound, () => Promise<number>][]) {
      const ms = await speak();
      if (round >= 0) times[name].push(ms);
    }
  }
  rmSync(folder, { recursive: true });
  return {
    stream: median(times.stream),
    "audio-url": median(times["audio-url"]),
    "audio-play": median(times["audio-play"]),
  };
}

/** Rounds that do not count: code is compiled and connections are made in them. */
const WARM_UP = 3;

async function fetchFirst(url: string): Promise<void> {
  const { body } = await request(url);
  await new Promise<void>((resolve) => body.once("data", () => resolve()));
  body.resume();
}

async function load(baseUrl: string, sound: string): Promise<void> {
  const speak = (id: string, to: string): object => ({
    ...onTab,
    id,
    type: "vocu-speech-stream",
    account: "account",
    voiceId: voiceIds.english,
    wires: [[to], ["end"]],
  });
  const publicUrl = (helper as unknown as { url(): string }).url();
  const own = { player: "command", command: "tee", arguments: JSON.stringify([sound]) };
  const nodes = [
    { id: "tab", type: "tab", label: "Bench" },
    { id: "account", type: "vocu-account", site: "custom", baseUrl, cacheEnabled: false },
    speak("alone", "chunk"),
    speak("forUrl", "serve"),
    speak("forPlay", "play"),
    { ...onTab, id: "serve", type: "vocu-audio-url", publicUrl, wires: [["url"]] },
    { ...onTab, id: "play", type: "vocu-audio-play", ...own, wires: [[]] },
    ...["chunk", "url", "end"].map((id) => ({ ...onTab, id, type: "helper", wires: [] })),
  ];
  const modules = ["account", "speech-stream", "audio-url", "audio-play"].map(
    // The nodes are loaded as Node-RED loads them.
    // eslint-disable-next-line @typescript-eslint/no-require-imports
    (name) => require(`../../nodes/${name}`) as never,
  );
  await helper.load(modules, nodes as never, { account: { apiKey: KEY } });
  const inside = helper as unknown as Inside;
  inside._app.use(inside._registryUtil.createNodeApi({}).httpNode);
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? NaN;
}
