/** Which part of an audio a request asks for (RFC 9110, Range). */

/** What is sent of an audio. */
export interface Portion {
  readonly status: 200 | 206 | 416;
  readonly from: number;
  /** The first byte that is not sent; Infinity while unknown. */
  readonly to: number;
  readonly headers: Readonly<Record<string, string | number>>;
}

/** An audio as far as it matters here. */
export interface Extent {
  /** Bytes so far. */
  readonly bytes: number;
  readonly complete: boolean;
}

/** What a Range asks for. Several ranges, other units and nonsense count as no Range, which the RFC allows. */
export function portionOf({ bytes, complete }: Extent, range: string | undefined): Portion {
  const [, first = "", last = ""] = /^bytes=(\d*)-(\d*)$/.exec(range?.trim() ?? "") ?? [];
  return complete ? portionOfWhole(bytes, first, last) : portionOfGrowing(bytes, first, last);
}

function portionOfWhole(size: number, first: string, last: string): Portion {
  const headers = { "Accept-Ranges": "bytes" };
  const whole: Portion = { status: 200, from: 0, to: size, headers: { ...headers, "Content-Length": size } };
  if (first === "" && last === "") return whole;
  const from = first === "" ? Math.max(0, size - Number(last)) : Number(first);
  const to = first === "" || last === "" ? size : Math.min(size, Number(last) + 1);
  if (first !== "" && last !== "" && Number(last) < Number(first)) return whole;
  if (from >= size) {
    const refused = { ...headers, "Content-Range": `bytes */${size}`, "Content-Length": 0 };
    return { status: 416, from: 0, to: 0, headers: refused };
  }
  return part(from, to, String(size), headers);
}

/** Of audio that grows only a piece that is there already can be promised; everything else gets all of it. */
function portionOfGrowing(size: number, first: string, last: string): Portion {
  const [from, to] = [Number(first), Number(last) + 1];
  if (first !== "" && last !== "" && from < to && to <= size) return part(from, to, "*", {});
  return { status: 200, from: 0, to: Infinity, headers: {} };
}

const part = (from: number, to: number, size: string, headers: Portion["headers"]): Portion => ({
  status: 206,
  from,
  to,
  headers: { ...headers, "Content-Range": `bytes ${from}-${to - 1}/${size}`, "Content-Length": to - from },
});
