/** Records every request, so that tests can read and await them. */
import type { IncomingHttpHeaders } from "node:http";

/** One request that reached the sandbox. */
export interface RecordedRequest {
  host: "api" | "storage";
  method: string;
  /** As sent, without the query. */
  path: string;
  query: Record<string, string>;
  headers: IncomingHttpHeaders;
  /** Parsed JSON, or for multipart a map of field name to its text or to a description of the file. */
  body: unknown;
  /** Status of the reply; missing while there is none. */
  status?: number;
  /** Bytes of the reply's body that were passed to the network. */
  bytesSent: number;
  /** True when the client went away before the reply was complete. */
  aborted: boolean;
  /** Resolves when the reply is finished or the connection is gone. */
  readonly ended: Promise<void>;
}

/** A recorded request from the sandbox's side. */
export class Entry implements RecordedRequest {
  body: unknown = undefined;
  status?: number;
  bytesSent = 0;
  aborted = false;
  /** Called after each change of the record. */
  changed: () => void = () => undefined;
  /** Set when the sandbox itself cut the connection, which does not count as an abort of the client. */
  cutHere = false;
  readonly ended: Promise<void>;
  #end: () => void = () => undefined;

  constructor(
    readonly host: "api" | "storage",
    readonly method: string,
    readonly path: string,
    readonly query: Record<string, string>,
    readonly headers: IncomingHttpHeaders,
  ) {
    this.ended = new Promise((resolve) => (this.#end = resolve));
  }

  /** Records the start of the reply. */
  begin(status: number): void {
    this.status = status;
    this.changed();
  }

  /** Records body bytes that were passed to the network. */
  count(bytes: number): void {
    this.bytesSent += bytes;
    this.changed();
  }

  end(aborted: boolean): void {
    this.aborted = aborted;
    this.changed();
    this.#end();
  }
}

interface Waiter {
  match: (request: RecordedRequest) => boolean;
  found: (request: RecordedRequest) => void;
}

/** Every request in order of arrival, and everything that broke a rule. */
export class Log {
  readonly requests: Entry[] = [];
  readonly violations: string[] = [];
  readonly #waiters = new Set<Waiter>();

  /** Keeps the last `remember` requests. */
  constructor(private readonly remember: number) {}

  add(entry: Entry): void {
    this.requests.push(entry);
    if (this.requests.length > this.remember) this.requests.shift();
    entry.changed = () => this.#announce(entry);
  }

  #announce(entry: Entry): void {
    for (const waiter of this.#waiters) {
      if (!waiter.match(entry)) continue;
      this.#waiters.delete(waiter);
      waiter.found(entry);
    }
  }

  /** The first request, past or future, that matches in any of its states; rejects after `timeoutMs`. */
  waitFor(match: (request: RecordedRequest) => boolean, timeoutMs: number): Promise<RecordedRequest> {
    const past = this.requests.find(match);
    if (past) return Promise.resolve(past);
    return new Promise((resolve, reject) => {
      const waiter: Waiter = {
        match,
        found: (request) => {
          clearTimeout(timer);
          resolve(request);
        },
      };
      const timer = setTimeout(() => {
        this.#waiters.delete(waiter);
        reject(new Error(`No such request within ${timeoutMs} ms`));
      }, timeoutMs);
      this.#waiters.add(waiter);
    });
  }
}
