/**
 * From the message to what is heard: the first byte out of the audio URL node and into a player, compared with the
 * first chunk of the stream node alone. The player is `tee`, which says when it hears something and opens no sound
 * device; nothing is measured where there is no `mkfifo`.
 */
import { execFileSync } from "node:child_process";
import { createReadStream, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { compare, type Way, roundsOf } from "../harness/measure";
import { placed, point, speaker, startHost, type Host } from "../harness/node-red";
import { rawFirst } from "../harness/peers";
import type { Case } from "../harness/result";
import { startService } from "../harness/service";
import { textMessage } from "../harness/speech";

export const run: Case = async ({ quick }) => {
  if (process.platform === "win32") return [];
  const folder = mkdtempSync(join(tmpdir(), "vocu-bench-"));
  const sound = join(folder, "sound");
  execFileSync("mkfifo", [sound]);
  const url = (await startService()).url("later");
  const own = { player: "command", command: "tee", arguments: JSON.stringify([sound]) };
  const host = await startHost([
    ...["chunks", "serve", "play"].flatMap((to) =>
      speaker(`${to}-speech`, url, to, { wires: [[to], ["end"]] }),
    ),
    placed("serve", "vocu-audio-url", { wires: [["address"], []] }),
    placed("play", "vocu-audio-play", { ...own, wires: [[], []] }),
    ...[point("chunks"), point("address"), point("end")],
  ]);
  const { median, ratio } = await compare(roundsOf(40, quick), {
    raw: timed(host, "chunks-speech", async () => {
      await host.next("chunks");
    }),
    url: timed(host, "serve-speech", async () => {
      const { payload } = await host.next("address");
      await new Promise<void>((resolve, reject) => {
        rawFirst(`${host.url}${new URL(String(payload)).pathname}`, resolve).catch(reject);
      });
    }),
    play: timed(
      host,
      "play-speech",
      () =>
        new Promise((resolve) =>
          createReadStream(sound)
            .once("data", () => resolve())
            .resume(),
        ),
    ),
  });
  rmSync(folder, { recursive: true });
  const figure = (id: string, name: "url" | "play") =>
    ({ id, unit: "ms", raw: median.raw, ours: median[name], ratio: { raw: ratio(name, "raw") } }) as const;
  return [figure("first-sound-url", "url"), figure("first-sound-play", "play")];
};

/** Sends a message to a stream node: the ms until `heard` resolves, returned when the speech has ended. */
const timed =
  (host: Host, id: string, heard: () => Promise<void>): Way =>
  async () => {
    const ended = host.next("end");
    const startedAt = performance.now();
    const first = heard();
    host.give(id, textMessage());
    await first;
    const ms = performance.now() - startedAt;
    await ended;
    return ms;
  };
