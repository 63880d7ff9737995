/** Removes secrets from texts and values before they leave the client. */
const SHORTEST_SECRET = 4;
const LONGEST_TEXT = 300;

/** Takes secrets and markup out of foreign text, before it becomes part of an error or of a result. */
export class Redactor {
  readonly #secrets: RegExp | undefined;

  /** @param secrets the key, proxy passwords and the like; shorter ones than four characters are not looked for. */
  constructor(secrets: readonly string[]) {
    const forms = secrets.filter((secret) => secret.length >= SHORTEST_SECRET).flatMap(formsOf);
    const longestFirst = [...new Set(forms)].sort((a, b) => b.length - a.length);
    const pattern = longestFirst.map((form) => form.replace(/[^\w]/g, "\\$&")).join("|");
    // Percent-encoding may be written in lower case.
    this.#secrets = pattern === "" ? undefined : new RegExp(pattern, "gi");
  }

  /** `text` with every secret, plain or encoded (URL, form, JSON, base64), replaced by `***`. */
  redact(text: string): string {
    return this.#secrets ? text.replace(this.#secrets, "***") : text;
  }

  /** Whether a secret occurs in `text`. */
  leaks(text: string): boolean {
    return this.redact(text) !== text;
  }

  /**
   * Foreign text, safe to show: no secret, no markup, one line, at most 300 characters; undefined when nothing is left.
   */
  clean(text: unknown): string | undefined {
    if (typeof text !== "string") return undefined;
    const plain = this.redact(text.slice(0, 65536))
      .replace(/<(script|style)\b[\s\S]*?<\/\1\s*>/gi, " ")
      .replace(/<[^<>]*>/g, " ")
      // eslint-disable-next-line no-control-regex -- control characters are what is taken out
      .replace(/[\u0000-\u0020\u007f]+/g, " ")
      .trim();
    if (plain === "") return undefined;
    return plain.length > LONGEST_TEXT ? `${plain.slice(0, LONGEST_TEXT - 1)}…` : plain;
  }
}

/**
 * How a secret may be written: as it is, in a URL or a form, as JSON text (in JSON text), in base64 wherever it begins
 * in it, and in hexadecimal digits.
 */
function formsOf(secret: string): string[] {
  const json = JSON.stringify(secret).slice(1, -1);
  return [
    secret,
    encodeURIComponent(secret),
    encodeURI(secret),
    new URLSearchParams([["", secret]]).toString().slice(1),
    json,
    JSON.stringify(json).slice(1, -1),
    ...[0, 1, 2].flatMap((before) => base64Of(secret, before)),
    Buffer.from(secret).toString("hex"),
  ];
}

/** The base64 digits that depend on the secret alone if `before` bytes precede it. */
function base64Of(secret: string, before: number): string[] {
  const bytes = Buffer.concat([Buffer.alloc(before), Buffer.from(secret)]);
  const digits = bytes
    .toString("base64")
    .slice(Math.ceil((before * 4) / 3), Math.floor((bytes.length * 4) / 3));
  return [digits, digits.replaceAll("+", "-").replaceAll("/", "_")];
}
