/** One speech of the stream node, or one answer of core's http request node, from the message to what is measured. */
import { isLast, type Host } from "./node-red";

let count = 0;

/** A message with a text that no other message has. */
export const textMessage = (): { payload: string } => ({ payload: `The door is open, number ${++count}.` });

/** Gives a node a message; resolves at the last chunk with the ms to the first chunk, the chunks and their bytes. */
export function speak(
  host: Host,
  node: string,
  chunks: string,
): Promise<{ firstMs: number; chunks: number; bytes: number }> {
  const startedAt = performance.now();
  return new Promise((resolve) => {
    let firstMs: number | undefined;
    let [number, bytes] = [0, 0];
    host.at(chunks, (message) => {
      firstMs ??= performance.now() - startedAt;
      number += 1;
      bytes += (message.payload as Buffer).length;
      if (isLast(message)) resolve({ firstMs, chunks: number, bytes });
    });
    host.give(node, textMessage());
  });
}

/** Gives core's http request node a message; resolves with the answer's length. */
export async function ask(host: Host, node: string, answer: string): Promise<number> {
  const arrived = host.next(answer);
  host.give(node, { payload: "" });
  const { payload } = await arrived;
  if (!Buffer.isBuffer(payload)) throw new Error("The http request node did not answer with a Buffer");
  return payload.length;
}
