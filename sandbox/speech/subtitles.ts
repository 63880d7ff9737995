/** Subtitles of a spoken line. */
import { speakPcm, type Line } from "./speaker";

function stamp(seconds: number): string {
  const time = new Date(Math.round(seconds * 1000)).toISOString();
  return time.slice(11, 23).replace(".", ",");
}

/** Subtitles of a line in the SubRip form, one entry a spoken piece. The service's own form is not documented. */
export async function subtitles(line: Line): Promise<string> {
  const entries: string[] = [];
  let from = 0;
  for await (const { words, samples, sampleRate } of speakPcm(line)) {
    const to = from + samples.length / sampleRate;
    entries.push(`${entries.length + 1}\n${stamp(from)} --> ${stamp(to)}\n${words}\n`);
    from = to;
  }
  return entries.join("\n");
}
