/** Finds a secret wherever it is hidden, in any of the forms in which it may be written. */

/** Whether a secret is in these values, and where: the texts around it. */
export function tracesOf(secret: string, values: Iterable<unknown>): string[] {
  const forms = formsOf(secret).map((form) => form.toLowerCase());
  const found: string[] = [];
  for (const value of values) {
    for (const text of textsIn(value)) {
      const lower = text.toLowerCase();
      const form = forms.find((each) => lower.includes(each));
      if (form === undefined) continue;
      const at = lower.indexOf(form);
      found.push(text.slice(Math.max(0, at - 100), at + form.length + 100));
    }
  }
  return found;
}

/** As it is, in URLs and forms, in JSON (once and twice), in base64 and base64url wherever it begins in them, in hex. */
export function formsOf(secret: string): string[] {
  const json = JSON.stringify(secret).slice(1, -1);
  return [
    ...new Set([
      secret,
      encodeURIComponent(secret),
      encodeURI(secret),
      new URLSearchParams([["", secret]]).toString().slice(1),
      json,
      JSON.stringify(json).slice(1, -1),
      ...[0, 1, 2].flatMap((before) => base64(secret, before)),
      Buffer.from(secret).toString("hex"),
    ]),
  ];
}

/** What base64 makes of a text that stands behind so many other bytes: the digits that depend on it alone. */
function base64(secret: string, before: number): string[] {
  const bytes = Buffer.concat([Buffer.alloc(before), Buffer.from(secret)]);
  const digits = Math.floor((bytes.length * 4) / 3);
  const own = bytes.toString("base64").slice(Math.ceil((before * 4) / 3), digits);
  return [own, own.replaceAll("+", "-").replaceAll("/", "_")];
}

/** Every text in a value: names and values of all properties, hidden ones too, and bytes as text. */
export function* textsIn(value: unknown, seen = new Set<object>()): Generator<string> {
  if (typeof value === "string") yield value;
  if (typeof value !== "object" || value === null || seen.has(value)) return;
  seen.add(value);
  if (value instanceof Uint8Array) {
    yield Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString("latin1");
    return;
  }
  if (value instanceof Map || value instanceof Set) {
    for (const entry of value) yield* textsIn(entry, seen);
  }
  for (const key of Reflect.ownKeys(value)) {
    yield String(key);
    yield* textsIn((value as Record<PropertyKey, unknown>)[key], seen);
  }
}
