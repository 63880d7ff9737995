/** The other end of the workers: what hands out jobs and what hears the speeches. */
import type { amqpClient, AmqpChannel, AmqpConnection } from "../brokers";
import { Journal } from "../node-red/journal";
import type { Message } from "../node-red";
import { wholeOf, type RoomChunk } from "./workers";

/** A chunk as the workers publish it. */
export const roomChunk = ({ payload }: Message): RoomChunk => {
  const { audio, ...place } = payload as Omit<RoomChunk, "data"> & { audio: string };
  return { ...place, data: Buffer.from(audio, "base64") };
};

/** The dispatcher and the rooms: hands out jobs and collects what the workers deliver. */
export class Rooms {
  private connection?: AmqpConnection;
  private channel?: AmqpChannel;
  private readonly chunks = new Journal<RoomChunk>(() => "");

  constructor(
    private readonly amqp: NonNullable<ReturnType<typeof amqpClient>>,
    private readonly url: string,
  ) {}

  async open(): Promise<void> {
    this.connection = await this.amqp.connect(this.url);
    for (const event of ["error", "close"] as const) this.connection.on(event, () => undefined);
    const channel = await this.connection.createConfirmChannel();
    channel.on("error", () => undefined);
    await channel.assertQueue("test.rooms", { durable: true, arguments: { "x-queue-type": "quorum" } });
    await channel.bindQueue("test.rooms", "amq.topic", "vocu.rooms.#");
    await channel.consume("test.rooms", (message) => {
      if (!message) return;
      this.chunks.add(roomChunk({ payload: JSON.parse(message.content.toString()) as object }));
      channel.ack(message);
    });
    this.channel = channel;
  }

  /** Connects again after a restart of the broker. */
  reopen(): Promise<void> {
    return this.open();
  }

  async close(): Promise<void> {
    await this.connection?.close().catch(() => undefined);
  }

  async publish(jobs: readonly object[]): Promise<void> {
    const properties = { deliveryMode: 2 };
    for (const job of jobs)
      this.channel?.publish("", "vocu.jobs", Buffer.from(JSON.stringify(job)), properties);
    await this.channel?.waitForConfirms();
  }

  /** Resolves with the next chunk. */
  async next(): Promise<void> {
    const known = new Set(this.chunks.all());
    await this.chunks.wait("a chunk", (chunk) => !known.has(chunk), 90_000);
  }

  whole(jobId: string): Buffer | undefined {
    return wholeOf(this.chunks.all().filter((chunk) => chunk.jobId === jobId));
  }

  /** The speech of a job, when it has come whole. */
  async spoken(jobId: string): Promise<Buffer> {
    await this.chunks.wait(`the whole of ${jobId}`, () => this.whole(jobId) !== undefined, 90_000);
    return this.whole(jobId) ?? Buffer.alloc(0);
  }

  /** How many messages a queue holds that nobody has taken. */
  async waiting(queue: string): Promise<number> {
    const options = {
      durable: true,
      arguments: {
        "x-queue-type": "quorum",
        "x-dead-letter-exchange": "",
        "x-dead-letter-routing-key": "vocu.failed",
      },
    };
    return (await this.channel?.assertQueue(queue, options))?.messageCount ?? -1;
  }
}
