/** An MQTT broker on this machine for the tests of one file. */
import { createServer, type Server } from "node:net";
import type { AddressInfo } from "node:net";
import { Aedes, type AedesPublishPacket } from "aedes";
import { Journal } from "./journal";

/** What was published on a topic. */
interface Published {
  topic: string;
  payload: Buffer;
  qos: number;
  retain: boolean;
}

/** A running broker. */
export interface Broker {
  readonly port: number;
  /** Everything that clients published, in the broker's order; its own messages (`$SYS`) are left out. */
  readonly published: Journal<Published>;
  /** The topics that clients have subscribed to. */
  readonly subscribed: Journal<string>;
}

/** Starts a broker before each test of a file and ends it after the test. */
export function useBroker(): () => Broker {
  let broker: Broker | undefined;
  let aedes: Aedes;
  let server: Server;
  beforeEach(async () => {
    aedes = await Aedes.createBroker();
    const published = new Journal<Published>("an MQTT message");
    aedes.on("publish", (packet: AedesPublishPacket) => {
      const { topic, payload, qos, retain } = packet;
      if (!topic.startsWith("$SYS")) published.add({ topic, payload: Buffer.from(payload), qos, retain });
    });
    const subscribed = new Journal<string>("an MQTT subscription");
    aedes.on("subscribe", (subscriptions) => {
      for (const { topic } of subscriptions) subscribed.add(topic);
    });
    server = createServer(aedes.handle);
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    broker = { port: (server.address() as AddressInfo).port, published, subscribed };
  });
  afterEach(async () => {
    await new Promise<void>((resolve) => aedes.close(resolve));
    await new Promise((resolve) => server.close(resolve));
  });
  return () => {
    if (!broker) throw new Error("the broker runs only during tests");
    return broker;
  };
}
