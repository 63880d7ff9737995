/** The playing time of a recording, for formats that state it without being decoded. */
import { FrameSplitter } from "../../audio";

const SLICE_BYTES = 65_536;

/**
 * Length of a WAV or mp3 recording in milliseconds; undefined for other formats and for unreadable files. Counting
 * stops beyond `enoughMs`, so that a long mp3 takes no more time than a short one.
 */
export function audioLengthMs(type: string, data: Buffer, enoughMs: number): number | undefined {
  if (type === "audio/wav") return wavLengthMs(data);
  return type === "audio/mpeg" ? mp3LengthMs(data, enoughMs) : undefined;
}

function mp3LengthMs(data: Buffer, enoughMs: number): number | undefined {
  const splitter = new FrameSplitter();
  for (let at = 0; at < data.length && splitter.audioMs <= enoughMs; at += SLICE_BYTES) {
    splitter.push(data.subarray(at, at + SLICE_BYTES));
  }
  splitter.end();
  return splitter.frames === 0 ? undefined : splitter.audioMs;
}

/** A RIFF file is a list of chunks; `fmt ` has the bytes per second, `data` the samples. */
function wavLengthMs(file: Buffer): number | undefined {
  let bytesPerSecond = 0;
  for (let at = 12; at + 8 <= file.length;) {
    const name = file.toString("latin1", at, at + 4);
    const size = file.readUInt32LE(at + 4);
    const body = at + 8;
    if (name === "fmt " && body + 12 <= file.length) bytesPerSecond = file.readUInt32LE(body + 8);
    if (name === "data") {
      // A recorder that wrote into a pipe leaves the size 0 or all ones.
      const bytes = size === 0 ? file.length - body : Math.min(size, file.length - body);
      return bytesPerSecond === 0 ? undefined : (bytes * 1000) / bytesPerSecond;
    }
    at = body + size + (size % 2);
  }
  return undefined;
}
