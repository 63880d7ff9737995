/** Follows redirects without sending the key to another host. */
import { VocuError } from "./errors";
import type { Answer } from "./exchange";
import type { Outgoing, Transport } from "./transport";

const MAX_REDIRECTS = 5;
const REDIRECTS = new Set([301, 302, 303, 307, 308]);

/**
 * Sends a request and follows its redirects, at most five. With `same-origin` (everything that carries the key) only a
 * GET is followed, and only within its origin; with `any` to every http or https URL.
 * @throws VocuError `REDIRECT_REFUSED` naming the host, to which nothing was sent
 */
export async function sendFollowing(
  transport: Transport,
  request: Outgoing,
  rule: "same-origin" | "any",
): Promise<Answer> {
  let current = request;
  for (let followed = 0; ; followed++) {
    const answer = await transport.send(current);
    const { location } = answer.headers;
    if (!REDIRECTS.has(answer.statusCode) || location === undefined) return answer;
    answer.destroy();
    const refused = (detail: string, host = current.url.host) =>
      new VocuError("REDIRECT_REFUSED", { retryable: false, statusCode: answer.statusCode, host, detail });
    if (!URL.canParse(location, current.url)) throw refused("its address is not a URL");
    const url = new URL(location, current.url);
    if (rule === "same-origin" && url.origin !== current.url.origin)
      throw refused("another origin", url.host);
    if (current.method !== "GET") throw refused(`${current.method} requests are not redirected`, url.host);
    if (url.protocol !== "http:" && url.protocol !== "https:")
      throw refused("neither http nor https", url.host);
    if (followed === MAX_REDIRECTS) throw refused("too many redirects", url.host);
    current = { ...current, url };
  }
}
