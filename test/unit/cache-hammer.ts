/**
 * One of several processes that use one folder at the same time without knowing of each other: `cache-hammer <folder>
 * <rounds>`. Speaks and finds speeches, clears the folder, and damages files as a failing disk would. The last line is
 * what it saw, as JSON.
 */
import { createHash, randomInt } from "node:crypto";
import { readdir, truncate } from "node:fs/promises";
import { join } from "node:path";
import { clearStore, SpeechStore } from "../../lib/audio";

const KEYS = 5;

/** Audio that says itself which key and which seed it is of. */
function audioOf(text: string, seed: number): Buffer {
  const head = Buffer.alloc(8);
  head.writeUInt32LE(seed, 0);
  head.writeUInt32LE(20_000 + (seed % 20_000), 4);
  const fill = createHash("sha256").update(`${text}/${seed}`).digest();
  return Buffer.concat([head, Buffer.alloc(head.readUInt32LE(4), fill)]);
}

async function main(folder: string, rounds: number): Promise<void> {
  const seen = { hits: 0, misses: 0, wrong: 0 };
  // Room for three of the five.
  const store = new SpeechStore({ folder, maxBytes: 120_000, maxAgeMs: 60_000, report: () => undefined });
  for (let round = 0; round < rounds; round++) {
    const text = `text ${randomInt(KEYS)}`;
    const key = createHash("sha256").update(text).digest("hex");
    const found = await store.find(key, text);
    if (found) {
      const audio = Buffer.concat(found.pieces);
      const right = audio.length > 8 && audio.equals(audioOf(text, audio.readUInt32LE(0)));
      seen[right ? "hits" : "wrong"]++;
    } else {
      seen.misses++;
      const pieces = [audioOf(text, randomInt(2 ** 32))];
      await store.keep({ key, label: text, pieces, audioMs: 1, info: {}, request: { text } });
    }
    if (randomInt(20) === 0) await damageOne(folder);
    if (randomInt(50) === 0) await clearStore(folder);
  }
  await store.close();
  console.log(JSON.stringify(seen));
}

async function damageOne(folder: string): Promise<void> {
  const names = (await readdir(folder).catch(() => [])).filter((name) => !name.startsWith("."));
  const name = names[randomInt(names.length + 1)];
  if (name !== undefined) await truncate(join(folder, name), randomInt(20_000)).catch(() => undefined);
}

const [folder = "", rounds = ""] = process.argv.slice(2);
void main(folder, Number(rounds));
