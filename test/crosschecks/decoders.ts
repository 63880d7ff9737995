/** mp3 decoders that have nothing in common, each with what it says about its input. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { MPEGDecoder } from "mpg123-decoder";
import { programOf } from "./programs";

/** What a decoder made of an mp3. */
interface Decoded {
  /** Samples of one channel. */
  readonly samples: number;
  /** Warnings and errors, one a line; empty if it had none. */
  readonly complaints: string;
}

/** Decodes a mono mp3. Throws where the decoder gives up. */
export type Decoder = (mp3: Buffer) => Promise<Decoded>;

const BYTES_PER_SAMPLE = 2;

/** The command lines that make raw 16-bit samples of standard input, and say nothing but complaints where they can. */
const PROGRAMS: Readonly<Record<string, readonly string[]>> = {
  ffmpeg: "-hide_banner -nostats -v warning -f mp3 -i pipe:0 -f s16le -".split(" "),
  mpg123: "--no-gapless -s -".split(" "),
  lame: "--silent --decode --mp3input -t - -".split(" "),
  sox: "-V2 -t mp3 - -t raw -e signed -b 16 -".split(" "),
};

/** What mpg123 prints about an input without fault. */
const FRIENDLY = [
  /^High Performance MPEG/,
  /^\s+(version|free software)/,
  /^Playing MPEG stream/,
  /^MPEG [\d.]+ L III/,
  /^\[\d+:\d+\] Decoding of - finished/,
  /^\s*$/,
];

const program =
  (path: string, args: readonly string[]): Decoder =>
  async (mp3) => {
    const child = spawn(path, args);
    const [output, said]: [Buffer[], Buffer[]] = [[], []];
    child.stdout.on("data", (piece: Buffer) => output.push(piece));
    child.stderr.on("data", (piece: Buffer) => said.push(piece));
    child.stdin.on("error", () => undefined);
    child.stdin.end(mp3);
    const [status] = (await once(child, "close")) as [number | null];
    const lines = Buffer.concat(said)
      .toString()
      .split(/[\r\n]+/);
    const complaints = lines.filter((line) => !FRIENDLY.some((form) => form.test(line))).join("\n");
    if (status !== 0) throw new Error(`${path} ended with ${String(status)}: ${complaints}`);
    const bytes = output.reduce((sum, { length }) => sum + length, 0);
    return { samples: bytes / BYTES_PER_SAMPLE, complaints };
  };

/** mpg123 as WebAssembly, as browsers run it. */
const wasm: Decoder = async (mp3) => {
  const decoder = new MPEGDecoder({ enableGapless: false });
  await decoder.ready;
  const { samplesDecoded, errors } = decoder.decode(mp3);
  decoder.free();
  return { samples: samplesDecoded, complaints: errors.map(({ message }) => message).join("\n") };
};

/** The decoders of this machine; the others are named on the console. */
export function decoders(): Readonly<Record<string, Decoder>> {
  const found = Object.entries(PROGRAMS).flatMap(([name, args]): [string, Decoder][] => {
    const path = programOf(name);
    return path === undefined ? [] : [[name, program(path, args)]];
  });
  return { "mpg123 as WebAssembly": wasm, ...Object.fromEntries(found) };
}
