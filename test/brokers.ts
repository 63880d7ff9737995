/**
 * What the tests of scale-out talk to RabbitMQ with. `npm ci --prefix test/brokers` installs the client (`npm test` does);
 * where it is not there, the tests say so and are left out.
 */
import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";

const FOLDER = join(__dirname, "brokers");

/** The package that the examples ask for. */
const NODES = "@frankvdb/node-red-contrib-amqp";

/** A connection to RabbitMQ, as far as the tests use one (amqplib). */
export interface AmqpConnection {
  createConfirmChannel(): Promise<AmqpChannel>;
  on(event: "error" | "close", listener: () => void): void;
  close(): Promise<void>;
}

/** A channel of such a connection. */
export interface AmqpChannel {
  assertQueue(name: string, options: object): Promise<{ messageCount: number }>;
  bindQueue(queue: string, exchange: string, key: string): Promise<unknown>;
  consume(queue: string, received: (message: AmqpMessage | null) => void): Promise<unknown>;
  ack(message: AmqpMessage): void;
  publish(exchange: string, key: string, content: Buffer, options: object): boolean;
  waitForConfirms(): Promise<void>;
  on(event: "error", listener: () => void): void;
}

/** A message that has been received. */
interface AmqpMessage {
  readonly content: Buffer;
  readonly fields: { readonly redelivered: boolean; readonly routingKey: string };
}

/** The client; undefined, and a line on the console, where it is not installed. */
export function amqpClient(): { connect(url: string): Promise<AmqpConnection> } | undefined {
  if (existsSync(join(FOLDER, "node_modules", "amqplib"))) {
    return createRequire(join(FOLDER, "package.json"))("amqplib") as ReturnType<typeof amqpClient>;
  }
  console.log("    NOT TESTED with RabbitMQ: npm ci --prefix test/brokers has not been run");
  return undefined;
}

/** The folder of the nodes that the examples use, by the name to link it as: the real ones where they are installed. */
export function amqpNodes(): Readonly<Record<string, string>> {
  const installed = join(FOLDER, "node_modules", NODES);
  if (existsSync(join(installed, "package.json"))) return { [NODES]: installed };
  console.log(`    NOT TESTED with ${NODES}: it is not installed, a stand-in takes its place`);
  return { "amqp-stand-in": join(FOLDER, "stand-in") };
}
