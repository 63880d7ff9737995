/** Caches spoken lines, so that each is synthesised once per process. */
import { speak, type Line } from "./speaker";

const MOST_BYTES = 64 * 1024 * 1024;

/** Spoken lines of this process, least recently used first; bounded by the bytes of audio. */
const spoken = new Map<string, Buffer[]>();
let bytes = 0;

const size = (audio: Buffer[]) => audio.reduce((sum, part) => sum + part.length, 0);

function keep(key: string, audio: Buffer[]): void {
  if (spoken.has(key)) return;
  spoken.set(key, audio);
  bytes += size(audio);
  for (const [oldest, old] of spoken) {
    if (bytes <= MOST_BYTES) break;
    spoken.delete(oldest);
    bytes -= size(old);
  }
}

/** The mp3 of a line, from memory if it has been spoken before in this process. */
export async function* speakOnce(line: Line): AsyncGenerator<Buffer> {
  const key = JSON.stringify(line);
  const known = spoken.get(key);
  if (known) {
    spoken.delete(key);
    spoken.set(key, known);
    yield* known;
    return;
  }
  const audio: Buffer[] = [];
  for await (const part of speak(line)) {
    audio.push(part);
    yield part;
  }
  keep(key, audio);
}
