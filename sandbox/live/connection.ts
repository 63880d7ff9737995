/** One client of a live channel: reads its messages and answers with audio. */
import type { RawData, WebSocket } from "ws";
import { ApiError, badRequest, notFound } from "../errors";
import type { LiveFault } from "../faults";
import { Entry } from "../log";
import { fields, requiredText, text, type Fields } from "../read";
import { direct } from "../speech/direction";
import type { Pcm } from "../speech/espeak";
import { SPEECH } from "../speech/lame";
import { speakPcm, type Line } from "../speech/speaker";
import { costOf } from "../state/account";
import { findStyle } from "../state/voices";
import type { World } from "../world";
import type { Channel } from "./channels";

const CHUNK_SECONDS = 0.1;
const SPEECH_BYTES_PER_SECOND = (SPEECH.kbits * 1000) / 8;

/** One client of a live channel: answers its requests in order, as hexadecimal PCM. API reference B.2. */
export class LiveConnection {
  #turn = Promise.resolve();
  #lastTraffic: number;

  constructor(
    private readonly client: WebSocket,
    private readonly channel: Channel,
    private readonly entry: Entry,
    private readonly fault: LiveFault | undefined,
    private readonly world: World,
  ) {
    this.#lastTraffic = world.clock.now();
    world.channels.join(channel);
    // The library answers a close frame through this method.
    if (fault === "ignore-close") client.close = () => undefined;
    client.on("close", () => world.channels.leave(channel));
    client.on("message", (data: RawData) => this.#receive(data));
    void this.#dropWhenSilent();
  }

  /** Sends the greeting that the fault requires. */
  greet(): void {
    if (this.fault === "audio-first") this.sendSilence();
    const message = `OK, the voice is ${this.channel.voice.shown.id}`;
    this.#send({ type: "connected", data: { status: 200, message } });
  }

  /** Sends an unsolicited chunk of silence. */
  sendSilence(): void {
    const samples = Math.round(SPEECH.hz * CHUNK_SECONDS);
    this.#sendAudio(Buffer.alloc(samples * 2).toString("hex"), SPEECH.hz);
  }

  get #isOpen(): boolean {
    return this.client.readyState === this.client.OPEN;
  }

  #receive(data: RawData): void {
    this.#lastTraffic = this.world.clock.now();
    const message = this.#record(data);
    switch (message["type"]) {
      case "synthesis_request":
        this.#turn = this.#turn.then(() => this.#answer(fields(message["data"])));
        break;
      case "ping":
        this.#send({ type: "pong" });
        break;
      case "close":
        if (this.fault === "ignore-close") break;
        this.world.channels.close(this.channel);
        this.client.close(1000);
        break;
      default:
        this.world.log.violations.push(`${this.entry.path}: unknown message ${JSON.stringify(message)}`);
    }
  }

  /** Every message of the client is a request in the log, with the method WS. */
  #record(data: RawData): Fields {
    const received = (data as Buffer).toString();
    const record = new Entry("api", "WS", this.entry.path, {}, {});
    record.body = received;
    try {
      record.body = JSON.parse(received);
    } catch {
      // Stays text, which matches no rule below.
    }
    const message = fields(record.body);
    if (message["type"] === "synthesis_request") {
      const problems = this.world.openApi.checkSchema("TurboSynthesisRequest", message, true);
      this.world.log.violations.push(...problems.map((problem) => `${this.entry.path}: ${problem}`));
    }
    this.world.log.add(record);
    record.changed();
    record.end(false);
    return message;
  }

  async #answer(asked: Fields): Promise<void> {
    try {
      await this.#speak(this.#line(asked));
    } catch (error) {
      const { status, code, message } =
        error instanceof ApiError ? error : new ApiError(500, "SYSTEM_INTERNAL_ERROR", String(error));
      if (status === 500) this.world.log.violations.push(`sandbox failure: ${message}`);
      this.#send({ type: "error", data: { status, code, message } });
    }
  }

  #line(asked: Fields): Line {
    const words = requiredText(asked, "text");
    if (!/[\p{L}\p{N}]/u.test(words)) throw badRequest("TTS_TEXT_EMPTY", "There is nothing to say");
    const { voice } = this.channel;
    const found = findStyle(voice, text(asked, "promptId") ?? "default");
    if (!found) throw notFound("RESOURCE_NOT_FOUND", "The voice has no such style");
    this.world.account.charge(costOf(words));
    const { language } = voice;
    return direct({ text: words, preset: text(asked, "preset") }, { language, timbre: found.sound.timbre });
  }

  async #speak(line: Line): Promise<void> {
    const { firstByteMs, bytesPerSecond } = this.world.settings;
    if (firstByteMs > 0) await this.world.clock.sleep(firstByteMs);
    const timesRealTime = bytesPerSecond / SPEECH_BYTES_PER_SECOND;
    let rate = 0;
    for await (const pcm of speakPcm(line)) {
      rate = pcm.sampleRate;
      for (const chunk of chunks(pcm)) {
        if (!this.#isOpen) return;
        this.#sendAudio(chunk.toString("hex"), rate);
        if (this.fault === "cut") {
          this.client.terminate();
          return;
        }
        if (this.fault === "stall") return;
        if (Number.isFinite(timesRealTime))
          await this.world.clock.sleep((CHUNK_SECONDS * 1000) / timesRealTime);
      }
    }
    this.#sendAudio("", rate);
    if (this.fault !== "no-end-message") this.#send({ type: "segment_end", data: {} });
  }

  #sendAudio(hex: string, sampleRate: number): void {
    const pcm = { sampleRate, channels: 1, bitDepth: 16 };
    if (this.fault === "unknown-messages") this.#send({ type: "weather", data: { sunny: true } });
    if (this.fault === "top-level") this.#send({ type: "audio_chunk", hex, pcm });
    else this.#send({ type: "audio_chunk", data: { hex: this.#spoilt(hex), pcm } });
  }

  #spoilt(hex: string): string {
    if (hex === "") return hex;
    if (this.fault === "odd-hex") return hex.slice(1);
    return this.fault === "not-hex" ? `zz${hex.slice(2)}` : hex;
  }

  #send(message: object): void {
    if (!this.#isOpen) return;
    const sent = JSON.stringify(message);
    this.#lastTraffic = this.world.clock.now();
    this.entry.count(sent.length);
    this.client.send(sent);
  }

  async #dropWhenSilent(): Promise<void> {
    const { clock, settings } = this.world;
    while (this.#isOpen && !clock.stopped) {
      const left = this.#lastTraffic + settings.live.idleMs - clock.now();
      if (left <= 0) {
        this.client.close(1001, "silence");
        return;
      }
      await Promise.race([clock.sleep(left), new Promise((gone) => this.client.once("close", gone))]);
    }
  }
}

/** 16-bit little-endian samples, a tenth of a second at a time. */
function* chunks({ samples, sampleRate }: Pcm): Generator<Buffer> {
  const step = Math.round(sampleRate * CHUNK_SECONDS);
  for (let at = 0; at < samples.length; at += step) {
    const part = samples.slice(at, at + step);
    yield Buffer.from(part.buffer, part.byteOffset, part.byteLength);
  }
}
