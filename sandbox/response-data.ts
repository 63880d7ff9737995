import type { ResponseDataForm } from "./faults";

const HUGE_BYTES = 12 * 1024;

/**
 * The X-Reecho-Response-Data header in one of the forms a client may meet, API reference D.4; undefined leaves it out.
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
