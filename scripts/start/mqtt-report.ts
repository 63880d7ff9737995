/** Follows the speeches of the demo flow over MQTT and reports each in one line. */
import { stat } from "node:fs/promises";
import { join, relative } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { Aedes, AedesPublishPacket } from "aedes";

export const GREETING = "Welcome home. This was spoken while it was still being generated.";

/** The file that the flow writes each speech to. */
const RECORDING = "announcement.mp3";

/** How long the flow may take to subscribe and to end the first speech, in ms. */
const PATIENCE_MS = 60_000;

/** How long the last chunks may take to reach the disk, in ms. */
const WRITE_MS = 5000;

/** The part of a speech's summary that the report uses. */
interface Summary {
  readonly bytes: number;
  readonly audioMs: number;
  readonly firstAudioMs: number;
}

/** The chunks of one speech that arrived over MQTT. */
interface Heard {
  readonly speech: string;
  readonly chunks: number;
  readonly bytes: number;
}

/** Reports each speech: its length, its chunks, the latency and what is missing. */
export class MqttReport {
  private heard: Heard | undefined;
  private readonly complete: Heard[] = [];
  private readonly summaries: Summary[] = [];
  private readonly reported: Promise<void>;
  private firstReported: () => void = () => undefined;
  private readonly flowListens: Promise<void>;

  /**
   * @param dir folder of the recording
   * @param tell receives each line
   */
  constructor(
    private readonly aedes: Aedes,
    private readonly dir: string,
    private readonly tell: (line: string) => void,
  ) {
    this.reported = new Promise((resolve) => (this.firstReported = resolve));
    this.flowListens = this.listener("home/say");
    this.on("home/speech/audio/#", (audio, topic) => {
      this.take(audio, topic);
    });
    this.on("home/speech/done", (payload) => {
      this.summaries.push(JSON.parse(payload.toString()) as Summary);
      this.reportComplete();
    });
    this.on("home/speech/error", (payload) => {
      this.say(`could not speak: ${payload.toString()}`);
    });
  }

  /** Publishes a text once the flow has subscribed; resolves when it is spoken, has failed, or the time is up. */
  async greet(text: string, patienceMs = PATIENCE_MS): Promise<void> {
    const enough = new AbortController();
    const tooLong = sleep(patienceMs, undefined, { signal: enough.signal }).then(
      () => {
        this.say("the flow has not spoken; press one of its buttons in the editor");
      },
      () => undefined,
    );
    const spoken = this.flowListens.then(() => this.publish("home/say", text)).then(() => this.reported);
    await Promise.race([spoken, tooLong]);
    enough.abort();
  }

  /** Counts a chunk; its topic ends in `<speech>/<index>/more`, `<speech>/<index>/last` or `<speech>/cut`. */
  private take(audio: Buffer, topic: string): void {
    const [speech = "", index, end] = topic.split("/").slice("home/speech/audio".split("/").length);
    if (index === "cut") {
      this.heard = undefined;
      return;
    }
    const { chunks, bytes } = this.heard?.speech === speech ? this.heard : { chunks: 0, bytes: 0 };
    this.heard = { speech, chunks: chunks + 1, bytes: bytes + audio.length };
    if (end !== "last") return;
    this.complete.push(this.heard);
    this.reportComplete();
  }

  /** The last chunk and the summary of a speech arrive in either order. */
  private reportComplete(): void {
    if (this.complete.length === 0 || this.summaries.length === 0) return;
    void this.report(this.complete.shift() as Heard, this.summaries.shift() as Summary);
  }

  private async report(heard: Heard, { bytes, audioMs, firstAudioMs }: Summary): Promise<void> {
    const file = join(this.dir, RECORDING);
    const written = await writtenBytes(file, bytes);
    const missing = [
      ...(heard.bytes === bytes ? [] : [`only ${heard.bytes} of ${bytes} bytes arrived over MQTT`]),
      ...(written >= bytes ? [] : [`only ${written} of ${bytes} bytes are in the file`]),
    ];
    const line =
      `spoke ${(audioMs / 1000).toFixed(1)} s in ${heard.chunks} ${heard.chunks === 1 ? "chunk" : "chunks"} (${Math.round(bytes / 1000)} kB)` +
      ` -> ${relative(process.cwd(), file)}, first audio after ${firstAudioMs} ms`;
    this.say([line, ...missing].join("; "));
  }

  private say(line: string): void {
    this.tell(line);
    this.firstReported();
  }

  private on(topic: string, handle: (payload: Buffer, topic: string) => void): void {
    const deliver = ({ payload, topic: exact }: AedesPublishPacket, done: () => void): void => {
      handle(Buffer.from(payload), exact);
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

/** The file's size once it has at least `expected` bytes, or its size when the time is up. */
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
