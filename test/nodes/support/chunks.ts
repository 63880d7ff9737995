/** Audio as a flow hands it to the nodes that hear it. */
import { framesOf } from "../../unit/audio-fixtures";
import type { Message } from "./message";

/** So many mp3 frames of silence, each a chunk. */
export const frames = (count: number): Buffer[] => framesOf(count);

/** A chunk of a sequence; the last one says how many there are. */
export const chunk = (
  id: string,
  index: number,
  payload: unknown,
  last = false,
  own: Message = {},
): Message => ({
  ...own,
  payload,
  parts: { id, type: "buffer", ch: "", index, ...(last ? { count: index + 1 } : {}) },
});

/** All messages of a sequence that has these Buffers. */
export const sequence = (id: string, buffers: readonly Buffer[], own: Message = {}): Message[] =>
  buffers.map((payload, index) => chunk(id, index, payload, index === buffers.length - 1, own));

/** What retracts a sequence that will not be finished. */
export const retraction = (id: string): Message => ({ reset: true, parts: { id } });

/** Samples and what they are, as live speech sends them. */
export const PCM = { sampleRate: 16000, channels: 1, bitsPerSample: 16 };
