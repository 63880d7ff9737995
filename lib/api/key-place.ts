/** Chooses where a streaming GET carries the key, and remembers what the server accepts (API reference 2 and D.4). */
import { VocuError } from "./errors";

/** Where a request carries the key: the 2026 edition expects the header, the 2025 one the query parameter `token`. */
export type KeyPlace = "header" | "query";

/** The account's setting: automatic (`auto`), or always the same place. */
export type KeyIn = KeyPlace | "auto";

/** Chooses the place for one account and remembers what its server accepted. */
export class KeyMemory {
  #worked?: KeyPlace;

  constructor(private readonly keyIn: KeyIn = "auto") {}

  /** The place to try first. */
  get place(): KeyPlace {
    return this.keyIn === "auto" ? (this.#worked ?? "header") : this.keyIn;
  }

  /** Records that the server accepted the key there. */
  accepted(place: KeyPlace): void {
    this.#worked = place;
  }

  /**
   * The server refused the request. Returns the other place for the key, if it can help. A header that has worked
   * before means that the fault is another one; a `code` that the server reads the header (D.4): in both cases the key
   * need not be shown in a URL.
   */
  refused(place: KeyPlace, error: VocuError): KeyPlace | undefined {
    if (this.keyIn !== "auto" || !mayBeAboutKey(error, place)) return undefined;
    const remembered = this.#worked !== undefined;
    if (place === "query") {
      this.#worked = undefined;
      return remembered ? "header" : undefined;
    }
    if (!remembered) return "query";
    if (error.cause.statusCode === 401) this.#worked = undefined;
    return undefined;
  }
}

/**
 * What a server of the 2025 edition may answer to a missing `token` (D.4); 401 also with a code where `token` is
 * refused.
 */
function mayBeAboutKey({ code, cause: { statusCode } }: VocuError, place: KeyPlace): boolean {
  const withoutCode = code === "HTTP_400" || code === "HTTP_401" || code === "HTTP_403";
  return withoutCode || (place === "query" && statusCode === 401);
}
