/**
 * The calls of three published clients, recorded from their sources (API reference 9), against the sandbox: what they
 * send must be understood, and what they read must be there. `<name>` in a request stands for a value of the test.
 */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { startSandbox, voiceIds, type Sandbox } from "../../sandbox";
import { call, dataOf, dataUrl, wav, type Reply } from "./sandbox-caller";

interface RecordedCall {
  readonly method: string;
  /** On the API's host, or a whole address. */
  readonly path: string;
  /** As sent, without the question mark. */
  readonly query?: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: unknown;
  readonly status: number;
  /** JSON pointers into the reply, with the type of what the client reads there. */
  readonly has?: Readonly<Record<string, string>>;
  /** Values that later calls use, by JSON pointer. */
  readonly keep?: Readonly<Record<string, string>>;
  /** The reply is an mp3. */
  readonly mp3?: boolean;
}

const clients = JSON.parse(readFileSync(join(__dirname, "foreign-clients.json"), "utf8")) as readonly {
  client: string;
  number: string;
  calls: readonly RecordedCall[];
}[];

/** The value at a JSON pointer, or undefined. */
const at = (value: unknown, pointer: string): unknown =>
  pointer
    .split("/")
    .slice(1)
    .reduce((found, key) => (found as Record<string, unknown> | null | undefined)?.[key], value);

const typeOf = (value: unknown): string => (value === null ? "null" : typeof value);

/** Fills in the values of the test, at any depth. */
function filled<T>(template: T, values: ReadonlyMap<string, string>): T {
  const text = JSON.stringify(template).replace(/<(\w+)>/g, (_, name: string) => {
    const value = values.get(name);
    assert.ok(value !== undefined, `no value for <${name}>`);
    return JSON.stringify(value).slice(1, -1);
  });
  return JSON.parse(text) as T;
}

async function startingValues(sandbox: Sandbox): Promise<Map<string, string>> {
  const share = dataOf(await call(sandbox, `/api/voice/${voiceIds.german}/share`)) as { shareId: string };
  return new Map([
    ["key", sandbox.apiKey],
    ["voiceId", voiceIds.chinese],
    ["shareId", share.shareId],
    ["sample", dataUrl(wav(3.5))],
  ]);
}

function check(reply: Reply, { method, path, status, has, mp3 }: RecordedCall): void {
  const said = `${method} ${path}: ${reply.bytes.subarray(0, 300).toString()}`;
  assert.equal(reply.status, status, said);
  if (mp3) assert.equal(reply.bytes.readUInt16BE(0) & 0xffe0, 0xffe0, `${path} is no mp3`);
  for (const [pointer, type] of Object.entries(has ?? {})) {
    assert.equal(typeOf(at(reply.json, pointer)), type, `${pointer} of ${said}`);
  }
}

describe("the sandbox and clients of others", () => {
  for (const { client, number, calls } of clients) {
    for (const edition of ["2025", "2026"] as const) {
      it(`understands ${client} (${number}) in the ${edition} edition`, async () => {
        const sandbox = await startSandbox({ edition });
        try {
          const values = await startingValues(sandbox);
          for (const each of calls) {
            const { method, path, query = "", headers, body } = filled(each, values);
            const reply = await call(sandbox, query === "" ? path : `${path}?${query}`, {
              method,
              key: null,
              headers,
              ...(body !== undefined && { text: JSON.stringify(body) }),
            });
            check(reply, each);
            for (const [name, pointer] of Object.entries(each.keep ?? {})) {
              values.set(name, String(at(reply.json, pointer)));
            }
          }
          // Unknown keys and a key sent to the storage host are the client's; broken replies would be the sandbox's.
          const own = sandbox.violations.filter((each) => /^(reply to|sandbox failure)/.test(each));
          assert.deepEqual(own, []);
        } finally {
          await sandbox.close();
        }
      });
    }
  }
});
