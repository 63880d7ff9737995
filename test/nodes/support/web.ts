/** Node-RED's own HTTP server in the tests: what nodes serve, and listeners that fetch it. */
import { createRequire } from "node:module";
import type { RequestListener } from "node:http";
import helper from "node-red-node-test-helper";
import { request } from "undici";

/** The parts of the helper and of Node-RED that their types leave out. */
interface HelperInside {
  readonly _app: { use(app: RequestListener): void };
  url(): string;
}
interface RegistryUtil {
  createNodeApi(node: object): { readonly httpNode: NodesApp };
}

/** The Express application that has the routes of all nodes. */
type NodesApp = RequestListener & { set(name: string, value: unknown): void };

const inside = helper as unknown as HelperInside;
const registry = createRequire(__filename)("@node-red/registry/lib/util") as RegistryUtil;

/** The address of the test's Node-RED. */
export const webUrl = (): string => inside.url();

/** The application of the nodes, for its settings. */
export const nodesApp = (): NodesApp => registry.createNodeApi({}).httpNode;

/** Makes reachable at `webUrl()` what the nodes of the running flow serve, as Node-RED does with its `httpNodeRoot`. */
export function serveNodes(): void {
  inside._app.use(nodesApp());
}

/** An answer, read to its end. */
export interface Fetched {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: Buffer;
}

/** Fetches an address to the end of the answer. Throws where the answer is cut off. */
export async function fetchAll(
  url: string,
  headers: Record<string, string> = {},
  method: "GET" | "HEAD" = "GET",
): Promise<Fetched> {
  const answer = await request(url, { method, headers });
  const body = Buffer.from(await answer.body.arrayBuffer());
  return { status: answer.statusCode, headers: answer.headers, body };
}

/** A listener that has begun to fetch. */
export interface ListenerOnLine {
  readonly status: number;
  readonly headers: Fetched["headers"];
  /** Resolves when so many bytes have come in. */
  heard(bytes: number): Promise<Buffer>;
  /** Everything, once the answer has ended. */
  readonly whole: Promise<Buffer>;
}

/** Fetches an address and stays on the line. */
export async function listenTo(url: string, asked: Record<string, string> = {}): Promise<ListenerOnLine> {
  const { body, headers, statusCode: status } = await request(url, { headers: asked });
  let received = Buffer.alloc(0);
  const waiting = new Set<() => void>();
  const look = (): void => {
    for (const each of [...waiting]) each();
  };
  const whole = (async () => {
    for await (const piece of body) {
      received = Buffer.concat([received, piece as Buffer]);
      look();
    }
    return received;
  })();
  whole.catch(() => undefined);
  return {
    status,
    headers,
    whole,
    heard: (bytes) =>
      new Promise((resolve, reject) => {
        const check = (): void => {
          if (received.length < bytes) return;
          waiting.delete(check);
          resolve(received);
        };
        waiting.add(check);
        check();
        whole.then(check, reject);
      }),
  };
}
