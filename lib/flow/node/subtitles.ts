/** Subtitles in SubRip format (srt), the only supported one. */

const TIME = /(\d{2,}):([0-5]\d):([0-5]\d)([,.])(\d{3})/g;
const [HOUR, MINUTE, SECOND] = [3_600_000, 60_000, 1000];

/** The text with all times shifted by `ms` milliseconds. Text without such times is unchanged. */
export const shiftSubtitles = (srt: string, ms: number): string =>
  srt.replace(/^.*-->.*$/gm, (line) =>
    line.replace(
      TIME,
      (_all, hours: string, minutes: string, seconds: string, mark: string, rest: string) => {
        const time =
          Number(hours) * HOUR + Number(minutes) * MINUTE + Number(seconds) * SECOND + Number(rest);
        return timeOf(time + Math.round(ms), mark);
      },
    ),
  );

/** Subtitles of speeches that follow each other, each from `atMs` on, merged; the times are relative to the whole. */
export function joinSubtitles(parts: readonly { readonly srt: string; readonly atMs: number }[]): string {
  let count = 0;
  return parts
    .map(({ srt, atMs }) => shiftSubtitles(srt, atMs).trim())
    .filter((srt) => srt !== "")
    .map((srt) => srt.replace(NUMBER, () => String((count += 1))))
    .join("\n\n");
}

/** The number of a subtitle, on a line of its own before its times. */
const NUMBER = /^\d+[ \t]*(?=\r?\n.*-->)/gm;

function timeOf(ms: number, mark: string): string {
  const [hours, minutes, seconds] = [ms / HOUR, (ms % HOUR) / MINUTE, (ms % MINUTE) / SECOND].map((part) =>
    String(Math.floor(part)).padStart(2, "0"),
  );
  return `${hours}:${minutes}:${seconds}${mark}${String(ms % SECOND).padStart(3, "0")}`;
}
