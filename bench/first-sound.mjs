/**
 * `npm run bench -- [speeches] [milliseconds to the service's first byte]`: how much later the first audio comes out of audio-url and audio-play than out of the stream node alone.
 * All three are measured in turn in one run, in a Node-RED against the sandbox, so that the machine's load hits them alike.
 */
import { createRequire } from "node:module";
import { register } from "tsx/cjs/api";

register();
const { firstSound } = createRequire(import.meta.url)("./first-sound/measure.ts");
const rounds = Number(process.argv[2] ?? 30);
const firstByteMs = Number(process.argv[3] ?? 400);
const { stream, ...others } = await firstSound(rounds, firstByteMs);
const show = (name, ms, note = "") =>
  console.log(`${name.padEnd(14)} ${ms.toFixed(1).padStart(7)} ms${note}`);
console.log(`Median of ${rounds} speeches, from the input message to the first audio byte out,`);
console.log(`where the service sends its first byte after ${firstByteMs} ms:`);
show("speech-stream", stream);
for (const [name, ms] of Object.entries(others)) {
  const more = (ms / stream - 1) * 100;
  show(name, ms, `  (+${(ms - stream).toFixed(1)} ms, ${more.toFixed(1)} %)`);
}
process.exit(0);
