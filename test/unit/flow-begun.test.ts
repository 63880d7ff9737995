import assert from "node:assert/strict";
import { mock } from "node:test";
import type { RunContext } from "../../lib/flow/node/run-context";
import { continueBegun } from "../../lib/flow/speech/begun";
import { framesOf } from "./audio-fixtures";
import { client, collect, failure, serve } from "./api-server";

const LIMIT_MS = 5000;
const HALF = Buffer.concat(framesOf(6));

/** The context of a message that allows so long for the first byte. */
const context = (): RunContext<unknown, unknown> =>
  ({
    account: { client: client("http://127.0.0.1:9", { stallTimeoutMs: 2 ** 30 }) },
    signal: new AbortController().signal,
    requestTimeoutMs: LIMIT_MS,
  }) as unknown as RunContext<unknown, unknown>;

describe("the time limit of a speech that is continued", () => {
  beforeEach(() => mock.timers.enable({ apis: ["setTimeout"] }));
  afterEach(() => mock.timers.reset());

  it("is one for the first byte only: the rest may take longer", async () => {
    let end = (): void => undefined;
    const host = await serve((_request, response) => {
      response.writeHead(200, { "content-type": "audio/mpeg" }).write(HALF);
      end = () => response.end(HALF);
    });
    const rest = await continueBegun(context(), { audioUrl: host.url, bytes: 0 });
    mock.timers.tick(LIMIT_MS);
    end();
    assert.deepEqual(await collect(rest.audio), Buffer.concat([HALF, HALF]));
  });

  it("ends the wait for a server that does not answer", async () => {
    const host = await serve(() => undefined);
    const work = failure(continueBegun(context(), { audioUrl: host.url, bytes: 0 }));
    await host.request(0);
    mock.timers.tick(LIMIT_MS);
    const { code, cause } = await work;
    assert.deepEqual([code, cause.retryable, cause.timeoutMs], ["FIRST_BYTE_TIMEOUT", true, LIMIT_MS]);
  });
});
