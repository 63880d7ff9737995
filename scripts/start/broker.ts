/** An MQTT broker on loopback, for the flow. */
import { once } from "node:events";
import { createServer, type AddressInfo, type Server } from "node:net";
import { Aedes } from "aedes";

export interface Broker {
  readonly aedes: Aedes;
  readonly port: number;
  readonly close: () => Promise<void>;
}

const MQTT_PORT = 1883;

/** @param port undefined for 1883 or, if that is in use, any; 0 for any. */
export async function startBroker(port: number | undefined): Promise<Broker> {
  const aedes = await Aedes.createBroker();
  const server = createServer(aedes.handle);
  await (port === undefined
    ? listen(server, MQTT_PORT).catch(() => listen(server, 0))
    : listen(server, port));
  return {
    aedes,
    port: (server.address() as AddressInfo).port,
    close: async () => {
      const closed = once(server, "close");
      server.close();
      await new Promise<void>((resolve) => {
        aedes.close(resolve);
      });
      await closed;
    },
  };
}

async function listen(server: Server, port: number): Promise<void> {
  const listening = once(server, "listening");
  server.listen(port, "127.0.0.1");
  await listening;
}
