/** The handshake with a live channel. API reference B.1. */
import type { IncomingMessage } from "node:http";
import { startTimer } from "../timers";
import { abortError, VocuError } from "./errors";
import { networkError } from "./failure";
import { liveRoute } from "./live-address";
import { LiveSocket } from "./live-socket";
import { ws } from "./on-demand";
import { replyError } from "./reply";
import type { Session } from "./session";

/** Longest message; a second of speech has about 100 KB. */
const MAX_MESSAGE_BYTES = 16 * 1024 * 1024;
const MAX_REFUSAL_BYTES = 64 * 1024;

/**
 * Connects to a live channel within `connectTimeoutMs`.
 * @throws VocuError of the network (see `networkError`), `CONNECT_TIMEOUT`, `ABORTED`; `LIVE_REFUSED`, or the code that the
 * reply has, where the server refuses the handshake
 */
export async function connectLive(session: Session, url: URL, signal?: AbortSignal): Promise<LiveSocket> {
  if (signal?.aborted) throw abortError(signal);
  const { connectTimeoutMs } = session.options;
  const ended = new AbortController();
  const route = liveRoute(session, url, ended.signal);
  const to = { host: url.host, proxied: route.agent !== undefined, connectTimeoutMs };
  const { WebSocket } = ws();
  const socket = new WebSocket(url, { ...route, perMessageDeflate: false, maxPayload: MAX_MESSAGE_BYTES });
  return new Promise<LiveSocket>((resolve, reject) => {
    const settle = (error?: VocuError): void => {
      timer.cancel();
      signal?.removeEventListener("abort", onAbort);
      if (error) {
        reject(error);
        ended.abort();
        socket.terminate();
      }
    };
    const onAbort = (): void => settle(abortError(signal));
    const timer = startTimer(connectTimeoutMs, () => {
      const { host } = to;
      settle(new VocuError("CONNECT_TIMEOUT", { retryable: true, host, timeoutMs: connectTimeoutMs }));
    });
    signal?.addEventListener("abort", onAbort, { once: true });
    socket.on("error", (error) => settle(connectError(error, to, session)));
    socket.on("unexpected-response", (_request, response) => {
      refusal(session, response).then(settle, () =>
        settle(new VocuError("LIVE_REFUSED", { retryable: false })),
      );
    });
    socket.once("open", () => {
      settle();
      socket.removeAllListeners("error");
      resolve(new LiveSocket(socket, session, url.host));
    });
  });
}

function connectError(
  error: Error,
  to: { host: string; proxied: boolean; connectTimeoutMs: number },
  { redactor }: Session,
): VocuError {
  const refusedByProxy = /^Bad response: (\d{3})$/.exec(error.message)?.[1];
  if (refusedByProxy === undefined) return networkError(error, "connecting", to, redactor);
  const statusCode = Number(refusedByProxy);
  const { host } = to;
  return new VocuError("PROXY_FAILED", { statusCode, host, retryable: statusCode >= 500 });
}

/** The error of a handshake that was answered otherwise. */
async function refusal(session: Session, response: IncomingMessage): Promise<VocuError> {
  const { statusCode = 0, headers } = response;
  const text = await bodyOf(response);
  const error = replyError(session, { statusCode, headers }, text, false);
  if (!error) return new VocuError("LIVE_REFUSED", { statusCode, retryable: false });
  return error.code === `HTTP_${statusCode}` ? error.with({}, "LIVE_REFUSED") : error;
}

/** What there is of a body; of one that breaks off or is long, the beginning. */
async function bodyOf(response: IncomingMessage): Promise<string> {
  const pieces: Buffer[] = [];
  let size = 0;
  try {
    for await (const piece of response as AsyncIterable<Buffer>) {
      pieces.push(piece);
      size += piece.length;
      if (size > MAX_REFUSAL_BYTES) break;
    }
  } catch {
    // The beginning is enough.
  }
  return Buffer.concat(pieces).toString("utf8", 0, MAX_REFUSAL_BYTES);
}
