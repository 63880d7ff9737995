/** The faults of a soak. */
import type { Fault } from "../../sandbox";
import type { SeededRandom } from "../seeded-random";

const storage = { host: "storage" } as const;

/** One or two faults that belong together, with places chosen at random. */
export function someFaults(random: SeededRandom): Fault[] {
  const at = random.below(12_000);
  return random
    .pick<readonly Fault[]>([
      [{ cutAfter: at }],
      [{ cutAfter: at }, { on: storage, cutAfter: random.below(4000) }],
      [{ cutAfter: at }, { on: storage, resetBeforeHeaders: true }],
      [{ cutAfter: at, responseData: "absent" }],
      [{ cutAfter: at }, { on: storage, reply: { status: 503, text: "SlowDown" } }],
      [{ stallAfter: at }],
      [{ endAfter: random.below(60) * 192 + 7 }],
      [{ sliceBytes: 300 + random.below(2000) }],
      [{ resetBeforeHeaders: true }],
      [{ hangBeforeHeaders: true }],
      [{ headersDelayMs: random.below(60) }],
      [{ error: { status: 429, headers: { "Retry-After": "0.05" } } }],
      [{ error: { status: 503, headers: { "Retry-After": "0.05" } } }],
      [{ error: { status: random.pick([400, 401, 403, 404, 409, 500, 502]) } }],
      [{ reply: { status: 200, text: "<p>Please log in", contentType: "text/html" } }],
      [{ redirect: { to: "http://127.0.0.1:9/" } }],
      [{ responseData: random.pick(["latin1-utf8", "percent", "malformed", "huge", "not-json-object"]) }],
      [{ on: storage, cutAfter: at }],
      [{ on: storage, stallAfter: at }],
      [{ on: { path: "/api/voice" }, resetBeforeHeaders: true }],
      [{ on: { path: "/api/voice" }, error: { status: 500 } }],
    ])
    .slice();
}
