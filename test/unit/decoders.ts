/** mp3 decoders that have nothing in common with each other, to compare samples. */
import { spawnSync } from "node:child_process";
import { MPEGDecoder } from "mpg123-decoder";

/** One array for each channel. */
export type Decode = (mp3: Buffer, channels: 1 | 2) => Promise<Float32Array[]>;

/** mpg123 as WebAssembly, which is always there. */
const wasm: Decode = async (mp3, channels) => {
  const decoder = new MPEGDecoder({ enableGapless: false });
  await decoder.ready;
  const { channelData } = decoder.decode(mp3);
  decoder.free();
  return channelData.slice(0, channels).map((channel) => Float32Array.from(channel));
};

const program =
  (name: string, args: readonly string[]): Decode =>
  (mp3, channels) => {
    const { stdout, status, stderr } = spawnSync(name, args, { input: mp3, maxBuffer: 1e9 });
    if (status !== 0) throw new Error(`${name}: ${stderr.toString()}`);
    const all = new Float32Array(stdout.buffer.slice(stdout.byteOffset, stdout.byteOffset + stdout.length));
    return Promise.resolve(
      Array.from({ length: channels }, (_, channel) =>
        all.filter((_sample, at) => at % channels === channel),
      ),
    );
  };

const isInstalled = (name: string): boolean => spawnSync(name, ["-version"]).error === undefined;

const ffmpeg = program("ffmpeg", ["-v", "error", "-f", "mp3", "-i", "pipe:0", "-f", "f32le", "-"]);
const mpg123 = program("mpg123", ["-q", "--no-gapless", "-e", "f32", "-s", "-"]);

/** The decoders of this machine. */
export const DECODERS: Readonly<Record<string, Decode>> = {
  "mpg123-decoder": wasm,
  ...(isInstalled("ffmpeg") ? { ffmpeg } : {}),
  ...(isInstalled("mpg123") ? { mpg123 } : {}),
};
