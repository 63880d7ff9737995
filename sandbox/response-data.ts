/** The forms of the X-Reecho-Response-Data header. */
import type { ResponseDataForm } from "./faults";

const HUGE_BYTES = 12 * 1024;
const NESTED_LEVELS = 5000;

/**
 * The X-Reecho-Response-Data header in one of the possible forms, API reference D.4; undefined leaves it out.
 * Header text goes out as Latin-1, so raw UTF-8 is given as one character a byte.
 */
export function responseData(data: Record<string, unknown>, form: ResponseDataForm): string | undefined {
  const worded = { ...data, billing: { note: "语音合成 – Zeichen für Zeichen" } };
  switch (form) {
    case "plain":
      return JSON.stringify({ ...data, billing: {} });
    case "latin1-utf8":
      return Buffer.from(JSON.stringify(worded), "utf8").toString("latin1");
    case "percent":
      return encodeURIComponent(JSON.stringify(worded));
    case "base64":
    case "base64url":
      return Buffer.from(JSON.stringify(worded), "utf8").toString(form);
    case "envelope":
      return JSON.stringify({ status: 200, message: "OK", data: { ...data, billing: {} } });
    case "nested":
      return JSON.stringify({ ...data, billing: "nested" }).replace(
        '"nested"',
        "[".repeat(NESTED_LEVELS) + "]".repeat(NESTED_LEVELS),
      );
    case "absent":
      return undefined;
    case "malformed":
      return JSON.stringify(data).slice(0, -10);
    case "huge":
      return JSON.stringify({ ...data, srt: "x".repeat(HUGE_BYTES) });
    case "not-json-object":
      return JSON.stringify([data["id"]]);
  }
}
