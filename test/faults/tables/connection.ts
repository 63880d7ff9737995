/** Faults before and during the headers. */
import type { Failure } from "../support/cells";
import { headOf, type Break, type Reply } from "../support/gate";
import { everywhere, type Row } from "./row";

const charged = (failure: Failure): Failure => ({ ...failure, charged: true });

/** The sandbox made the speech and the reply was lost: it must not be asked for again by itself. */
const lost: Row["on"] = {
  stream: { code: "CONNECTION_LOST", charged: true, cause: { retryable: false } },
  read: { code: "CONNECTION_LOST", cause: { retryable: true } },
  generate: { code: "CONNECTION_LOST", charged: true, cause: { retryable: false } },
  download: charged({ code: "CONNECTION_LOST" }),
};

/** What came is not HTTP, so nobody knows what became of the request. */
const senseless: Row["on"] = everywhere({ code: "BAD_REPLY", charged: true, cause: { retryable: false } });

const text =
  (wire: string, then?: "close" | "reset"): Break =>
  () => ({ wire: Buffer.from(wire, "latin1"), ...(then ? { then } : {}) });

/** The head cut off after a part of its length. */
const headCut =
  (part: number, then: "close" | "reset"): Break =>
  (reply) => {
    const head = headOf(reply);
    return { wire: Buffer.from(head.slice(0, head.length * part), "latin1"), then };
  };

const whole = (reply: Reply, head: string, more = ""): { wire: Buffer } => ({
  wire: Buffer.concat([Buffer.from(head, "latin1"), reply.body, Buffer.from(more)]),
});

/** A good reply with the length it has, and with other headers. */
const sized = (reply: Reply, own: Record<string, string | undefined> = {}): string =>
  headOf(reply, { "transfer-encoding": undefined, "content-length": String(reply.body.length), ...own });

export const CONNECTION: readonly Row[] = [
  {
    what: "a connection that is reset before the headers",
    trouble: [{ resetBeforeHeaders: true }],
    on: {
      stream: { code: "CONNECTION_LOST", cause: { retryable: false } },
      read: { code: "CONNECTION_LOST", cause: { retryable: true } },
      generate: { code: "CONNECTION_LOST", cause: { retryable: false } },
      download: charged({ code: "CONNECTION_LOST" }),
    },
  },
  {
    what: "silence instead of headers",
    trouble: [{ hangBeforeHeaders: true }],
    requestTimeout: 700,
    on: {
      stream: { code: "FIRST_BYTE_TIMEOUT", cause: { retryable: false } },
      read: { code: "FIRST_BYTE_TIMEOUT", cause: { retryable: true } },
      generate: { code: "FIRST_BYTE_TIMEOUT", cause: { retryable: false } },
    },
  },
  {
    what: "silence of the storage host",
    trouble: [{ hangBeforeHeaders: true }],
    // The generation before it has no more time than the download.
    requestTimeout: 3000,
    on: { download: charged({ code: "FIRST_BYTE_TIMEOUT" }) },
  },
  { what: "headers that come late", trouble: [{ headersDelayMs: 30 }], on: everywhere("whole") },
  { what: "something that is no HTTP", trouble: text("SSH-2.0-OpenSSH_9.6\r\n"), on: senseless },
  { what: "a reply of nothing at all", trouble: text(""), on: lost },
  { what: "a connection that is closed within the status line", trouble: text("HTTP/1.1 20"), on: lost },
  {
    what: "a connection that is reset within the status line",
    trouble: text("HTTP/1.1 20", "reset"),
    on: lost,
  },
  { what: "a connection that is closed within the headers", trouble: headCut(0.7, "close"), on: lost },
  { what: "a connection that is reset within the headers", trouble: headCut(0.7, "reset"), on: lost },
  {
    what: "headers of 100 KB",
    trouble: (reply) => whole(reply, sized(reply, { "x-long": "x".repeat(100_000) })),
    on: senseless,
  },
  {
    what: "a length that is no number",
    trouble: (reply) => whole(reply, sized(reply, { "content-length": "much" })),
    on: senseless,
  },
  {
    what: "two lengths that differ",
    trouble: (reply) => whole(reply, sized(reply, { "content-length": "5\r\ncontent-length: 7" })),
    on: senseless,
  },
  {
    what: "the headers of no body at all",
    trouble: text("HTTP/1.1 200 Fine\r\ncontent-length: 0\r\n\r\n"),
    on: {
      stream: { code: "NOT_AUDIO", charged: true, cause: { retryable: false } },
      read: { code: "BAD_REPLY" },
      generate: { code: "BAD_REPLY", charged: true },
      download: "whole",
    },
  },
  {
    what: "provisional replies first",
    trouble: (reply) =>
      whole(reply, `HTTP/1.1 102 Wait\r\n\r\nHTTP/1.1 103 Hints\r\nlink: </a>\r\n\r\n${sized(reply)}`),
    on: everywhere("whole"),
  },
  {
    what: "a reply of HTTP/1.0",
    trouble: (reply) => whole(reply, sized(reply).replace("HTTP/1.1", "HTTP/1.0")),
    on: everywhere("whole"),
  },
  {
    what: "letters that no header should have",
    trouble: (reply) => whole(reply, sized(reply, { "x-odd": "\u00e9\u00ff\u0080" })),
    on: everywhere("whole"),
  },
  {
    what: "junk after the reply",
    trouble: (reply) => whole(reply, sized(reply), "HTTP/1.1 200 bonus\r\n\r\n{}"),
    on: everywhere("whole"),
  },
  {
    what: "a protocol that nobody asked for",
    trouble: text("HTTP/1.1 101 Switching Protocols\r\nupgrade: websocket\r\nconnection: upgrade\r\n\r\n"),
    on: lost,
  },
];

/** Faults of the body that its length and encoding announce wrongly. */
export const FRAMING: readonly Row[] = [
  {
    what: "a length that is too long",
    trouble: (reply) => whole(reply, sized(reply, { "content-length": String(reply.body.length + 1000) })),
    on: {
      stream: "whole",
      read: { code: "CONNECTION_LOST", cause: { retryable: true } },
      generate: { code: "CONNECTION_LOST", charged: true, cause: { retryable: false } },
      download: "whole",
    },
  },
  {
    what: "a length that is too short",
    trouble: (reply) =>
      whole(reply, sized(reply, { "content-length": String(Math.ceil(reply.body.length / 2) + 1) })),
    on: {
      stream: "whole",
      read: { code: "BAD_REPLY" },
      generate: { code: "BAD_REPLY", charged: true },
      download: "whole",
    },
  },
  {
    what: "headers, and then the end of the connection",
    trouble: (reply) => ({ wire: Buffer.from(sized(reply), "latin1"), then: "reset" }),
    on: {
      stream: "whole",
      read: { code: "CONNECTION_LOST", cause: { retryable: true } },
      generate: { code: "CONNECTION_LOST", charged: true, cause: { retryable: false } },
      download: "whole",
    },
  },
  {
    what: "no length, and the end of the connection as the end",
    trouble: (reply) => whole(reply, headOf(reply, { "transfer-encoding": undefined })),
    on: everywhere("whole"),
  },
  {
    what: "a chunk whose size is no number",
    trouble: (reply) => chunked(reply, "zz\r\n"),
    on: {
      stream: "whole",
      read: { code: "CONNECTION_LOST", cause: { retryable: true } },
      generate: { code: "CONNECTION_LOST", charged: true, cause: { retryable: false } },
      download: "whole",
    },
  },
  {
    what: "a chunk that is cut off",
    trouble: (reply) => chunked(reply, "ffff\r\n", reply.body.subarray(reply.body.length / 2, -10)),
    on: {
      stream: "whole",
      read: { code: "CONNECTION_LOST", cause: { retryable: true } },
      generate: { code: "CONNECTION_LOST", charged: true, cause: { retryable: false } },
      download: "whole",
    },
  },
];

/** Half of the body in one good chunk, and then something else. */
function chunked(reply: Reply, then: string, more: Buffer = Buffer.alloc(0)): { wire: Buffer } {
  const half = reply.body.subarray(0, reply.body.length / 2);
  const head = headOf(reply, { "content-length": undefined, "transfer-encoding": "chunked" });
  return {
    wire: Buffer.concat([
      Buffer.from(`${head}${half.length.toString(16)}\r\n`, "latin1"),
      half,
      Buffer.from(`\r\n${then}`),
      more,
    ]),
  };
}
