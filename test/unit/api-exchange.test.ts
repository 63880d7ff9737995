/** One request and its reply, piece by piece: real connections to servers that write what the test says. */
import assert from "node:assert/strict";
import { getEventListeners, once } from "node:events";
import { Socket } from "node:net";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import type { Dispatcher } from "undici";
import { VocuError } from "../../lib/api";
import { Exchange, type Answer, type ReadLimit } from "../../lib/api/exchange";
import { Redactor } from "../../lib/api/redact";
import { Transport, type Outgoing, type TransportOptions } from "../../lib/api/transport";
import { bytes, failure, serve, serveSocket, standstill } from "./api-server";

const LONG: ReadLimit = { ms: 60_000, code: "STREAM_STALLED" };
const SHORT: ReadLimit = { ms: 40, code: "STREAM_STALLED" };

const open: Transport[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((transport) => transport.close()));
});

function transportTo(options: Partial<TransportOptions> = {}): Transport {
  const transport = new Transport({
    origin: "https://v1.vocu.ai",
    connectTimeoutMs: 60_000,
    stallTimeoutMs: 60_000,
    redactor: new Redactor([]),
    ...options,
  });
  open.push(transport);
  return transport;
}

const get = (url: string, more: Partial<Outgoing> = {}): Outgoing => ({
  url: new URL(url),
  method: "GET",
  headers: {},
  firstByteTimeoutMs: 60_000,
  ...more,
});

const post = (url: string, body: Buffer, more: Partial<Outgoing> = {}): Outgoing =>
  get(url, { method: "POST", body, ...more });

/** A server that answers each request by what `write` does. */
const writing = (write: (socket: Socket) => void) =>
  serveSocket((socket) => socket.on("data", () => write(socket)));

const chunk = (data: Buffer): Buffer =>
  Buffer.concat([Buffer.from(`${data.length.toString(16)}\r\n`), data, Buffer.from("\r\n")]);

/** A whole reply whose body comes in chunks of these sizes, in one piece of the network. */
const chunked = (...sizes: number[]): Buffer =>
  Buffer.concat([
    Buffer.from("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"),
    ...sizes.map((size) => chunk(bytes(size))),
    Buffer.from("0\r\n\r\n"),
  ]);

/** A reply of which more is promised than is sent. */
const begun = (sent: Buffer | string, promised = 1_000_000): Buffer =>
  Buffer.concat([Buffer.from(`HTTP/1.1 200 OK\r\nContent-Length: ${promised}\r\n\r\n`), Buffer.from(sent)]);

async function restOf(answer: Answer): Promise<Buffer[]> {
  const pieces: Buffer[] = [];
  for (let piece = await answer.read(LONG); piece; piece = await answer.read(LONG)) pieces.push(piece);
  return pieces;
}

const lengths = (pieces: readonly Buffer[]): number[] => pieces.map(({ length }) => length);

/** Waits until every timer that was started before, with `ms` milliseconds or fewer, would have fired. */
async function pastTimersOf(ms: number): Promise<void> {
  const silent = await serve(() => undefined);
  const { code } = await failure(transportTo().send(get(silent.url, { firstByteTimeoutMs: ms })));
  assert.equal(code, "FIRST_BYTE_TIMEOUT");
}

describe("api exchange: a reply", () => {
  it("is there with its status and headers before its body", async () => {
    const { url } = await writing((socket) =>
      socket.write("HTTP/1.1 404 No\r\nX-A: b\r\nContent-Length: 5\r\n\r\n"),
    );
    const { statusCode, headers } = await transportTo().send(get(url));
    assert.deepEqual([statusCode, headers["x-a"]], [404, "b"]);
  });

  for (const status of ["102 Processing", "103 Early Hints"]) {
    it(`is the one behind ${status}`, async () => {
      const { url } = await writing((socket) => {
        socket.write(`HTTP/1.1 ${status}\r\nX-A: early\r\n\r\n`);
        socket.write("HTTP/1.1 200 OK\r\nX-A: late\r\nContent-Length: 2\r\n\r\nok");
      });
      const answer = await transportTo().send(get(url));
      assert.deepEqual([answer.statusCode, answer.headers["x-a"]], [200, "late"]);
      assert.equal(String(Buffer.concat(await restOf(answer))), "ok");
    });
  }

  it("has not begun with what comes before it", async () => {
    const { url } = await writing((socket) => socket.write("HTTP/1.1 103 Early Hints\r\n\r\n"));
    const { code } = await failure(transportTo().send(get(url, { firstByteTimeoutMs: 200 })));
    assert.equal(code, "FIRST_BYTE_TIMEOUT");
  });

  for (const [sizes, read] of [
    [
      [10, 20, 5000, 30, 40],
      [30, 5000, 70],
    ],
    [[4095, 10], [4105]],
    [
      [4096, 10],
      [4096, 10],
    ],
    [
      [10, 4096, 5000],
      [10, 4096, 5000],
    ],
    [[7], [7]],
    [[], []],
  ] as const) {
    it(`has its small pieces merged, and its large ones apart: ${sizes.join(" ")}`, async () => {
      const { url } = await writing((socket) => socket.write(chunked(...sizes)));
      const late = await transportTo().send(get(url));
      const pieces = await restOf(late);
      assert.deepEqual(lengths(pieces), read);
      assert.ok(Buffer.concat(pieces).equals(Buffer.concat(sizes.map(bytes))));
    });
  }

  it("is delivered to a read that waits, with all that comes at once", async () => {
    const { url } = await writing((socket) => {
      socket.write("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
      socket.once("data", () => socket.write(Buffer.concat([10, 20].map((size) => chunk(bytes(size))))));
    });
    const transport = transportTo();
    const answer = await transport.send(get(url));
    const reading = answer.read(LONG);
    answer.unread(Buffer.alloc(0));
    const { seen, url: other } = await serve((_request, response) => response.end());
    await transport.send(get(other));
    assert.equal(seen.length, 1);
    answer.destroy();
    assert.equal((await failure(reading)).code, "ABORTED");
  });

  it("has what was put back at its front, and then its end", async () => {
    const { url } = await writing((socket) => socket.write(chunked(5000, 6000)));
    const answer = await transportTo().send(get(url));
    const first = await answer.read(LONG);
    assert.ok(first);
    answer.unread(first.subarray(4000));
    const rest = await restOf(answer);
    assert.ok(
      Buffer.concat([first.subarray(0, 4000), ...rest]).equals(Buffer.concat([bytes(5000), bytes(6000)])),
    );
    answer.unread(Buffer.from("again"));
    assert.deepEqual((await restOf(answer)).map(String), ["again"]);
  });

  it("has a limit for what comes behind that, too", async () => {
    const { url } = await writing((socket) => socket.write(begun(bytes(3000))));
    const answer = await transportTo().send(get(url));
    answer.unread((await answer.read(LONG)) ?? Buffer.alloc(0));
    let size = 0;
    while (size < 3000) size += (await answer.read(LONG))?.length ?? Number.NaN;
    assert.equal((await failure(answer.read(SHORT))).code, "STREAM_STALLED");
  });

  it("is taken from the server no faster than it is read", async () => {
    let sent = 0;
    const piece = Buffer.alloc(64 * 1024);
    const { url } = await writing((socket) => {
      socket.write("HTTP/1.1 200 OK\r\n\r\n");
      const more = (): void => {
        while (sent < 1e9 && !socket.destroyed) {
          sent += piece.length;
          if (!socket.write(piece)) return;
        }
      };
      socket.on("drain", more);
      more();
    });
    const answer = await transportTo().send(get(url));
    await standstill(() => sent);
    const before = sent;
    assert.ok(before < 100e6, `${before} bytes were taken`);
    for (let read = 0; read < 2 * before;) read += (await answer.read(LONG))?.length ?? Infinity;
    assert.ok(sent > before);
    await standstill(() => sent);
    assert.ok(sent < 200e6, `${sent} bytes were taken`);
    answer.destroy();
  });
});

describe("api exchange: a reply that breaks off", () => {
  it("has all that arrived before the error, and then only the error", async () => {
    const { url } = await writing((socket) => {
      socket.write(begun(bytes(9000)), () => socket.end());
    });
    const answer = await transportTo().send(get(url));
    let size = 0;
    const reading = (async () => {
      for (;;) size += (await answer.read(LONG))?.length ?? Number.NaN;
    })();
    const error = await failure(reading);
    assert.deepEqual([error.code, size, error.cause.host], ["STREAM_CUT", 9000, url.slice("http://".length)]);
    assert.equal(await failure(answer.read(LONG)), error);
  });

  it("fails the read that waits", async () => {
    const { url } = await writing((socket) => socket.write(begun("")));
    const answer = await transportTo().send(get(url));
    const reading = failure(answer.read(SHORT));
    const { code, cause } = await reading;
    assert.deepEqual([code, cause], ["STREAM_STALLED", { retryable: true, timeoutMs: SHORT.ms }]);
  });

  it("fails with the code of the limit, and closes the connection", async () => {
    let closed: Promise<unknown> | undefined;
    const { url } = await writing((socket) => {
      closed = once(socket, "close");
      socket.write(begun(""));
    });
    const answer = await transportTo().send(get(url));
    const { code } = await failure(answer.read({ ms: SHORT.ms, code: "FIRST_BYTE_TIMEOUT" }));
    assert.equal(code, "FIRST_BYTE_TIMEOUT");
    await closed;
  });

  it("leaves nothing on the signal", async () => {
    const { url } = await writing((socket) => socket.write(begun("")));
    const { signal } = new AbortController();
    const answer = await transportTo().send(get(url, { signal }));
    assert.equal(getEventListeners(signal, "abort").length, 1);
    await failure(answer.read(SHORT));
    assert.equal(getEventListeners(signal, "abort").length, 0);
  });
});

describe("api exchange: time limits", () => {
  it("end the wait for the first byte, which names the host", async () => {
    const { url } = await serve(() => undefined);
    const { code, cause } = await failure(transportTo().send(get(url, { firstByteTimeoutMs: 40 })));
    const host = url.slice("http://".length);
    assert.deepEqual([code, cause], ["FIRST_BYTE_TIMEOUT", { retryable: true, timeoutMs: 40, host }]);
  });

  it("end the wait for a connection, which names the host", async () => {
    const { url } = await serveSocket((socket) => socket.resume());
    const transport = transportTo({ connectTimeoutMs: 40 });
    const { code, cause } = await failure(transport.send(get(url.replace("http:", "https:"))));
    const host = url.slice("http://".length);
    assert.deepEqual([code, cause], ["CONNECT_TIMEOUT", { retryable: true, timeoutMs: 40, host }]);
  });

  it("end an upload of which the server takes nothing, which names the host", async () => {
    const { url } = await serveSocket((socket) => socket.pause());
    const transport = transportTo({ stallTimeoutMs: 40 });
    const { code, cause } = await failure(transport.send(post(url, Buffer.alloc(32 * 1024 * 1024))));
    const host = url.slice("http://".length);
    assert.deepEqual([code, cause], ["UPLOAD_STALLED", { retryable: true, timeoutMs: 40, host }]);
  });

  it("begin the wait for the first byte at the end of an upload", async () => {
    for (const size of [10, 200_000]) {
      const { url } = await serve(() => undefined);
      const { code } = await failure(
        transportTo().send(post(url, Buffer.alloc(size), { firstByteTimeoutMs: 40 })),
      );
      assert.equal(code, "FIRST_BYTE_TIMEOUT");
    }
  });

  it("of connecting and of the first byte are over when the reply has begun", async () => {
    const { url } = await writing((socket) => socket.write(begun("ok")));
    const transport = transportTo({ connectTimeoutMs: 500, stallTimeoutMs: 500 });
    const answers = [
      await transport.send(get(url, { firstByteTimeoutMs: 500 })),
      await transport.send(post(url, bytes(10), { firstByteTimeoutMs: 500 })),
    ];
    await pastTimersOf(500);
    for (const answer of answers) assert.equal(String(await answer.read(LONG)), "ok");
  });

  it("of an upload do not end a reply that comes before the end of the upload", async () => {
    const size = 32 * 1024 * 1024;
    let server: Socket | undefined;
    let taken = 0;
    const { url } = await serveSocket((socket) => {
      server = socket;
      socket.on("data", (piece) => (taken += piece.length));
      socket.once("data", () => {
        socket.pause();
        socket.write(begun("ok"));
      });
    });
    const transport = transportTo({ stallTimeoutMs: 60_000 });
    const answer = await transport.send(post(url, Buffer.alloc(size), { firstByteTimeoutMs: 500 }));
    server?.resume();
    while (taken < size) await new Promise((resolve) => server?.once("data", resolve));
    await pastTimersOf(500);
    assert.equal(String(await answer.read(LONG)), "ok");
  });

  it("of a read are over when it has a piece, and do not run while there is one", async () => {
    const { url } = await writing((socket) => socket.write(begun(bytes(20_000))));
    const answer = await transportTo().send(get(url));
    const brief: ReadLimit = { ms: 500, code: "STREAM_STALLED" };
    const first = await answer.read(brief);
    assert.ok(first);
    answer.unread(first);
    assert.ok(await answer.read({ ms: 0, code: "STREAM_STALLED" }));
    await pastTimersOf(500);
    answer.unread(first);
    assert.ok(await answer.read(LONG));
  });
});

describe("api exchange: abort and destroy", () => {
  it("drop what was not read, and close the connection", async () => {
    for (const how of ["abort", "destroy"]) {
      let closed: Promise<unknown> | undefined;
      const { url } = await writing((socket) => {
        closed = once(socket, "close");
        socket.write(begun(bytes(3000)));
      });
      const stop = new AbortController();
      const answer = await transportTo().send(get(url, { signal: stop.signal }));
      answer.unread((await answer.read(LONG)) ?? Buffer.alloc(0));
      if (how === "abort") stop.abort();
      else answer.destroy();
      assert.equal((await failure(answer.read(LONG))).code, "ABORTED");
      await closed;
    }
  });

  it("fail a read that waits, with the reason of the signal", async () => {
    const { url } = await writing((socket) => socket.write(begun("")));
    const stop = new AbortController();
    const reason = new VocuError("EXPIRED", { retryable: false });
    const answer = await transportTo().send(get(url, { signal: stop.signal }));
    const reading = failure(answer.read(LONG));
    stop.abort(reason);
    assert.equal(await reading, reason);
  });

  it("do nothing to a reply that has ended", async () => {
    const { url, connections } = await writing((socket) => socket.write(chunked(5000, 20)));
    const stop = new AbortController();
    const transport = transportTo();
    const answer = await transport.send(get(url, { signal: stop.signal }));
    const [first] = [await answer.read(LONG), await transport.send(get(url)).then(restOf)];
    stop.abort();
    assert.equal(first?.length, 5000);
    assert.deepEqual(lengths(await restOf(answer)), [20]);
    assert.ok(connections() <= 2);
  });

  it("leave the end of a reply that has ended as it is", async () => {
    const { url } = await writing((socket) => socket.write(chunked(10)));
    const answer = await transportTo().send(get(url));
    await restOf(answer);
    answer.destroy();
    assert.deepEqual(await restOf(answer), []);
  });

  it("of a request that waits for its connection send nothing", async () => {
    const server = await serve((_request, response) => response.end("ok"));
    const stop = new AbortController();
    const transport = transportTo();
    const sending = failure(transport.send(get(server.url, { signal: stop.signal })));
    stop.abort();
    assert.equal((await sending).code, "ABORTED");
    assert.deepEqual((await restOf(await transport.send(get(server.url)))).map(String), ["ok"]);
    assert.equal(server.seen.length, 1);
  });

  it("leave nothing on the signal of a request that has been answered", async () => {
    const { url } = await writing((socket) => socket.write(chunked(10)));
    const { signal } = new AbortController();
    await restOf(await transportTo().send(get(url, { signal })));
    assert.equal(getEventListeners(signal, "abort").length, 0);
  });
});

const exchangeOf = (onOver: () => void = () => undefined): Exchange =>
  new Exchange({
    destination: { host: "vocu.test", connectTimeoutMs: 60_000 },
    firstByteTimeoutMs: 60_000,
    redactor: new Redactor([]),
    onOver,
  });

describe("api exchange: a request that is over", () => {
  it("is forgotten by its transport, which still has its connections", async () => {
    const { url } = await serve((_request, response) => response.end("ok"));
    const transport = transportTo();
    const overWith = async (): Promise<WeakRef<Answer>> => {
      const answer = await transport.send(get(url));
      await restOf(answer);
      return new WeakRef(answer);
    };
    const over = await overWith();
    // The connection remembers its last request.
    await overWith();
    setFlagsFromString("--expose-gc");
    const collectGarbage = runInNewContext("gc") as () => void;
    for (let turns = 0; over.deref() && turns < 100; turns++) {
      await new Promise((resolve) => setImmediate(resolve));
      collectGarbage();
    }
    assert.equal(over.deref(), undefined);
  });
});

describe("api exchange: a connection", () => {
  const controller = { abort: () => undefined } as unknown as Dispatcher.DispatchController;
  const socket = (): Socket => new Socket().on("error", () => undefined);
  let exchange: Exchange;
  beforeEach(() => {
    exchange = exchangeOf();
    exchange.answered.catch(() => undefined);
  });
  afterEach(() => exchange.destroy());

  it("may be opened until one is being opened", () => {
    assert.equal(exchange.mayConnect(), true);
    exchange.connecting(socket(), false);
    assert.equal(exchange.mayConnect(), false);
  });

  it("may not be opened once the request has been sent", () => {
    exchange.onRequestStart(controller);
    assert.equal(exchange.mayConnect(), false);
    exchange.onResponseStart(controller, 200, {});
    assert.equal(exchange.mayConnect(), false);
  });

  it("that comes after the request has been sent is not the request's, and outlives it", () => {
    const late = socket();
    exchange.onRequestStart(controller);
    exchange.connecting(late, true);
    exchange.destroy();
    assert.equal(late.destroyed, false);
    late.destroy();
  });

  it("that is being opened is closed with the error of the request", async () => {
    const opening = socket();
    const closed = once(opening, "error");
    exchange.connecting(opening, false);
    const answered = failure(exchange.answered);
    exchange.destroy();
    assert.deepEqual(await closed, [await answered]);
  });

  for (const [proxied, code] of [
    [true, "PROXY_FAILED"],
    [false, "CONNECTION_REFUSED"],
  ] as const) {
    it(`that is refused is ${code}`, async () => {
      exchange.connecting(socket(), proxied);
      const answered = failure(exchange.answered);
      exchange.onResponseError(controller, Object.assign(new Error("x"), { code: "ECONNREFUSED" }));
      assert.equal((await answered).code, code);
    });
  }
});

describe("api exchange: the timers of a request", () => {
  const timers = (): number => process.getActiveResourcesInfo().filter((name) => name === "Timeout").length;
  const controller = { abort: () => undefined } as unknown as Dispatcher.DispatchController;

  for (const [how, end] of [
    ["ended", (exchange: Exchange) => exchange.onResponseEnd()],
    ["destroyed", (exchange: Exchange) => exchange.destroy()],
  ] as const) {
    it(`are gone when it has been ${how}, and do not come back`, async () => {
      const before = timers();
      const exchange = exchangeOf();
      assert.equal(timers(), before + 1);
      exchange.onRequestStart(controller);
      assert.equal(timers(), before + 1);
      const answered = exchange.answered.catch(() => undefined);
      end(exchange);
      assert.equal(timers(), before);
      exchange.uploaded(true);
      assert.equal(timers(), before);
      exchange.destroy();
      if (how === "destroyed") await answered;
    });
  }
});

describe("api exchange: a request that is over before it is sent", () => {
  it("says so once, and needs no connection", async () => {
    let told = 0;
    const exchange = exchangeOf(() => told++);
    const answered = failure(exchange.answered);
    assert.deepEqual([exchange.over, exchange.mayConnect(), told], [false, true, 0]);
    exchange.destroy();
    exchange.destroy();
    assert.deepEqual([exchange.over, exchange.mayConnect(), told], [true, false, 1]);
    assert.equal((await answered).code, "ABORTED");
  });

  it("is ended with its error where it is sent nevertheless", async () => {
    const exchange = exchangeOf(() => undefined);
    const answered = failure(exchange.answered);
    exchange.destroy();
    const ended: (Error | null | undefined)[] = [];
    exchange.onRequestStart({
      abort: (error?: Error | null) => ended.push(error),
    } as unknown as Dispatcher.DispatchController);
    assert.deepEqual(ended, [await answered]);
  });
});
