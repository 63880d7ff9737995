/** Listens to what the flow says over MQTT and tells it in one line for each speech. */
import { stat } from "node:fs/promises";
import { join, relative } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { Aedes, AedesPublishPacket } from "aedes";

export const GREETING = "Welcome home. This was spoken while it was still being generated.";

/** The file that the flow appends each chunk to. */
const RECORDING = "announcement.mp3";

/** How long the flow may take to listen, and the first speech to end, in ms. */
const PATIENCE_MS = 60_000;

/** How long the last chunks may take to the disk, in ms. */
const WRITE_MS = 5000;

/** What the summary of a speech says, as far as the line needs it. */
interface Summary {
  readonly bytes: number;
  readonly audioMs: number;
  readonly firstAudioMs: number;
}

export class Announcements {
  private heard = { chunks: 0, bytes: 0 };
  private readonly told: Promise<void>;
  private firstTold: () => void = () => undefined;
  private readonly flowListens: Promise<void>;

  /**
   * @param dir where the recording is
   * @param tell takes each line
   */
  constructor(
    private readonly aedes: Aedes,
    private readonly dir: string,
    private readonly tell: (line: string) => void,
  ) {
    this.told = new Promise((resolve) => (this.firstTold = resolve));
    this.flowListens = this.listener("home/say");
    this.on("home/speech/audio", (audio) => {
      // An empty message begins a new speech.
      const { chunks, bytes } = this.heard;
      this.heard =
        audio.length === 0 ? { chunks: 0, bytes: 0 } : { chunks: chunks + 1, bytes: bytes + audio.length };
    });
    this.on("home/speech/done", (payload) => {
      void this.report(JSON.parse(payload.toString()) as Summary);
    });
    this.on("home/speech/error", (payload) => {
      this.say(`could not speak: ${payload.toString()}`);
    });
  }

  /** Has the flow speak a text as soon as it listens; resolves when it has spoken, failed, or never listened. */
  async greet(text: string): Promise<void> {
    const enough = AbortSignal.timeout(PATIENCE_MS);
    const tooLong = new Promise<void>((resolve) => {
      enough.addEventListener("abort", () => {
        this.say("the flow has not spoken; press one of its buttons in the editor");
        resolve();
      });
    });
    await Promise.race([
      this.flowListens.then(() => this.publish("home/say", text)).then(() => this.told),
      tooLong,
    ]);
  }

  private async report({ bytes, audioMs, firstAudioMs }: Summary): Promise<void> {
    const { chunks, bytes: heard } = this.heard;
    const file = join(this.dir, RECORDING);
    const written = await writtenBytes(file, bytes);
    const missing = [
      ...(heard === bytes ? [] : [`only ${heard} of ${bytes} bytes came over MQTT`]),
      ...(written >= bytes ? [] : [`only ${written} of ${bytes} bytes are in the file`]),
    ];
    const line =
      `spoke ${(audioMs / 1000).toFixed(1)} s in ${chunks} chunks (${Math.round(bytes / 1000)} kB)` +
      ` -> ${relative(process.cwd(), file)}, first audio after ${firstAudioMs} ms`;
    this.say([line, ...missing].join("; "));
  }

  private say(line: string): void {
    this.tell(line);
    this.firstTold();
  }

  private on(topic: string, handle: (payload: Buffer) => void): void {
    const deliver = ({ payload }: AedesPublishPacket, done: () => void): void => {
      handle(Buffer.from(payload));
      done();
    };
    this.aedes.subscribe(topic, deliver, () => undefined);
  }

  /** Resolves when a client subscribes to the topic. */
  private listener(topic: string): Promise<void> {
    return new Promise((resolve) => {
      this.aedes.on("subscribe", (subscriptions) => {
        if (subscriptions.some((subscription) => subscription.topic === topic)) resolve();
      });
    });
  }

  private publish(topic: string, payload: string): Promise<void> {
    return new Promise((resolve, reject) => {
      this.aedes.publish({ cmd: "publish", qos: 0, dup: false, retain: false, topic, payload }, (error) => {
        if (error) reject(error);
        else resolve();
      });
    });
  }
}

/** The file's size once it has at least `expected` bytes, or what it has by then. */
async function writtenBytes(file: string, expected: number): Promise<number> {
  const deadline = Date.now() + WRITE_MS;
  for (;;) {
    const size = await stat(file)
      .then((entry) => entry.size)
      .catch(() => 0);
    if (size >= expected || Date.now() > deadline) return size;
    await sleep(20);
  }
}
