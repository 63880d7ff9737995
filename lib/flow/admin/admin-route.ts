/**
 * The one way to register an admin route. Checks permission, origin and content type for all of them.
 */
import type { NodeAPI } from "node-red";

/** Users who may edit accounts may call the routes. */
const PERMISSION = "vocu-account.write";

/** The parts of a request that the checks read. */
interface Asking {
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body?: unknown;
}

/** A JSON object that was posted. */
export type Posted = Readonly<Record<string, unknown>>;

/**
 * Registers `POST <path>` under the editor's root. The route requires the permission `vocu-account.write`, a JSON body
 * (415 otherwise) and, where the browser names an origin, the editor's own (403 otherwise): a page elsewhere must not
 * be able to make the browser of a logged-in user send the request. `answer` gets the posted object (`{}` for other
 * JSON), and a signal that aborts when the client disconnects; it must not fail.
 */
export function adminRoute(
  RED: NodeAPI,
  path: `/vocu/${string}`,
  answer: (posted: Posted, signal: AbortSignal) => Promise<object>,
): void {
  // eslint-disable-next-line no-restricted-properties -- this is the one place
  RED.httpAdmin.post(path, RED.auth.needsPermission(PERMISSION), (request, response, next) => {
    const refusal = refusalOf(request);
    if (refusal) {
      response.status(refusal.status).json({ error: { code: refusal.code, params: {} } });
      return;
    }
    const leaving = new AbortController();
    response.on("close", () => leaving.abort());
    answer(isObject(request.body) ? request.body : {}, leaving.signal)
      .then((reply) => {
        if (!leaving.signal.aborted) response.json(reply);
      })
      .catch(next);
  });
}

/** The reason for which a request is rejected; undefined if it is accepted. */
function refusalOf(asking: Asking): { readonly status: number; readonly code: string } | undefined {
  if (isFromElsewhere(asking.headers)) return { status: 403, code: "CROSS_SITE" };
  const type = single(asking.headers["content-type"]) ?? "";
  // A foreign page can send forms and plain text without a preflight request.
  return /^application\/json\s*(;|$)/i.test(type) ? undefined : { status: 415, code: "JSON_ONLY" };
}

/**
 * Whether the request comes from a page of another origin. Browsers send `Sec-Fetch-Site` on https and localhost only;
 * elsewhere `Origin` must match the requested host, or the one that a proxy forwards. Other clients send neither.
 */
function isFromElsewhere(headers: Asking["headers"]): boolean {
  const site = single(headers["sec-fetch-site"]);
  if (site !== undefined) return site !== "same-origin" && site !== "none";
  const origin = single(headers.origin);
  if (origin === undefined) return false;
  const asked = [headers.host, headers["x-forwarded-host"]].flatMap((value) =>
    (single(value) ?? "").split(","),
  );
  return !URL.canParse(origin) || !asked.some((host) => host.trim() === new URL(origin).host);
}

const single = (value: string | string[] | undefined): string | undefined =>
  Array.isArray(value) ? value.join(",") : value;

const isObject = (value: unknown): value is Posted =>
  typeof value === "object" && value !== null && !Array.isArray(value);
