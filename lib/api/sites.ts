/** The sites of the service, and the base URL of an account. */
import { VocuError } from "./errors";

/** The public sites and their base URLs (API reference 1). Keys are not known to be shared between them. */
const SITES = {
  "vocu.ai": "https://v1.vocu.ai",
  "vocu.studio": "https://v1.vocu.studio",
  "wusound.cn": "https://v1.wusound.cn",
} as const;

/** A name of {@link SITES}. */
export type Site = keyof typeof SITES;

/**
 * The base URL of a site, or the checked `baseUrl` when `site` is `custom`: http or https, without credentials, query or
 * fragment, its path kept and trailing slashes taken off.
 * @throws VocuError `BAD_BASE_URL`
 */
export function baseUrlOf(site: string, baseUrl?: string): string {
  if (Object.hasOwn(SITES, site)) return SITES[site as Site];
  if (site !== "custom") throw unusable("unknown site");
  let url: URL;
  try {
    url = new URL((baseUrl ?? "").trim());
  } catch {
    throw unusable("not a URL");
  }
  if (url.protocol !== "https:" && url.protocol !== "http:") throw unusable("neither http nor https");
  if (url.username !== "" || url.password !== "") throw unusable("it contains a user name or password");
  if (url.search !== "" || url.hash !== "") throw unusable("it contains a query or a fragment");
  return url.origin + url.pathname.replace(/\/+$/, "");
}

function unusable(detail: string): VocuError {
  return new VocuError("BAD_BASE_URL", { retryable: false, detail });
}
