/** A Vocu server that the test plays by hand, so that order can be proven without clocks: nothing comes unless it is told to. */
import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { Journal } from "./journal";
import { KEY } from "./speech-flow";

/** One simple-generate call (API reference D.4, D.1), answered by the test. */
export class Call {
  /** Resolves when the connection is gone or the reply is complete. */
  readonly closed: Promise<void>;
  /** True once the test has ended the reply. */
  finished = false;
  /** What the header `X-Reecho-Response-Data` of the reply holds. */
  data: object = {};

  constructor(
    readonly method: string,
    readonly headers: IncomingHttpHeaders,
    /** The parameters, from the query or the JSON body. */
    readonly asked: Readonly<Record<string, unknown>>,
    private readonly response: ServerResponse,
  ) {
    this.closed = new Promise((resolve) => response.once("close", resolve));
  }

  /** True when the client went away before the test had ended the reply. */
  get aborted(): boolean {
    return this.response.destroyed && !this.finished;
  }

  /** Sends audio, after the headers of a good reply. */
  async audio(bytes: Buffer): Promise<void> {
    this.begin();
    await new Promise((resolve) => this.response.write(bytes, resolve));
  }

  /** Ends the speech, after these last bytes. */
  end(bytes?: Buffer): void {
    this.begin();
    this.finished = true;
    this.response.end(bytes);
  }

  /** Sends these bytes; that they are all can only be told from the connection, which ends with them. */
  endWithConnection(bytes: Buffer): void {
    this.response.removeHeader("Transfer-Encoding");
    this.response.setHeader("Connection", "close");
    this.end(bytes);
  }

  /** Closes the connection in the middle of the speech. */
  cut(): void {
    this.finished = true;
    this.response.destroy();
  }

  private begin(): void {
    if (this.response.headersSent) return;
    this.response.writeHead(200, {
      "Content-Type": "audio/mpeg",
      "X-Reecho-Audio-Id": "by-hand",
      "X-Reecho-Response-Data": JSON.stringify(this.data),
    });
  }
}

/** The server and the calls that have reached it. */
export interface Stage {
  readonly url: string;
  readonly calls: Journal<Call>;
  /** How many connections were made to it, whether or not they asked for anything. */
  readonly connections: number;
}

/** Starts a server for each test of a file, and ends it after the test with all its connections. */
export function useStage(): () => Stage {
  let stage: Stage | undefined;
  let close = (): void => undefined;
  beforeEach(async () => {
    const calls = new Journal<Call>("a call");
    const server = createServer((request, response) => void receive(request, response, calls));
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    let connections = 0;
    server.on("connection", () => (connections += 1));
    stage = {
      url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
      calls,
      get connections() {
        return connections;
      },
    };
    close = () => {
      server.close();
      server.closeAllConnections();
    };
  });
  afterEach(() => close());
  return () => {
    if (!stage) throw new Error("the stage stands only during tests");
    return stage;
  };
}

async function receive(
  request: IncomingMessage,
  response: ServerResponse,
  calls: Journal<Call>,
): Promise<void> {
  const body: Buffer[] = [];
  for await (const piece of request) body.push(piece as Buffer);
  if (request.headers.authorization !== `Bearer ${KEY}`) {
    response.writeHead(401, { "Content-Type": "application/json" });
    response.end(JSON.stringify({ status: 401, code: "AUTH_UNAUTHORIZED", message: "Not authorised" }));
    return;
  }
  const query = Object.fromEntries(new URL(request.url ?? "/", "http://stage").searchParams);
  const sent = body.length > 0 ? (JSON.parse(Buffer.concat(body).toString()) as Record<string, unknown>) : {};
  calls.add(new Call(request.method ?? "", request.headers, { ...query, ...sent }, response));
}
