/** Many concurrent speeches at playback speed: processor time, delays of the event loop, and memory of each. */
import { monitorEventLoopDelay } from "node:perf_hooks";
import { liveBytes } from "./measure";
import { isLast, point, speaker, startHost } from "./node-red";
import type { Case, Goal } from "./result";
import { startService } from "./service";
import { textMessage } from "./speech";

const NS_PER_MS = 1e6;
const RESOLUTION_MS = 1;
/** When all are in the middle, in ms. */
const MIDDLE_MS = 3000;

/** What is wanted of the three. */
interface Goals {
  readonly cpu?: Goal;
  readonly delay: Goal;
  readonly memory: Goal;
}

/** The case for `count` speeches of 10 s, whose audio arrives at twice playback speed. */
export const many =
  (name: string, speeches: number, goals: Goals): Case =>
  async () => {
    const service = await startService();
    const host = await startHost([
      ...speaker("speech", service.url("twice"), "chunks", { pace: "realtime", busy: "parallel" }),
      point("chunks"),
    ]);
    const all = (count: number): Promise<number[]> => {
      const firsts: number[] = [];
      const startedAt = performance.now();
      let left = count;
      return new Promise((resolve) => {
        host.at("chunks", (message) => {
          if ((message.parts as { index: number }).index === 0) firsts.push(performance.now() - startedAt);
          if (isLast(message) && --left === 0) resolve(firsts);
        });
        for (let index = 0; index < count; index += 1) host.give("speech", textMessage());
      });
    };
    // As many speeches as are measured, so that their code is compiled: a home speaks for months.
    await all(speeches);
    const { share, lateMs, firsts } = await busy(() => all(speeches));
    const before = await liveBytes();
    const ended = all(speeches);
    await new Promise((resolve) => setTimeout(resolve, MIDDLE_MS));
    const kB = ((await liveBytes()) - before) / speeches / 1000;
    await ended;
    const figure = { ratio: {} } as const;
    return [
      { id: `${name}-cpu`, unit: "%", ours: share * 100, goal: goals.cpu, ...figure },
      { id: `${name}-delay`, unit: "ms", ours: lateMs, goal: goals.delay, ...figure },
      { id: `${name}-first`, unit: "ms", ours: Math.max(...firsts), ...figure },
      { id: `${name}-memory`, unit: "kB", ours: kB, goal: goals.memory, ...figure },
    ];
  };

/** The processor's share and the delays of the event loop from the first message to the last chunk. */
async function busy(
  work: () => Promise<number[]>,
): Promise<{ share: number; lateMs: number; firsts: number[] }> {
  const delay = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
  const startedAt = performance.now();
  const cpu = process.cpuUsage();
  delay.enable();
  const firsts = await work();
  delay.disable();
  const { user, system } = process.cpuUsage(cpu);
  const share = (user + system) / 1000 / (performance.now() - startedAt);
  return { share, lateMs: delay.percentile(99) / NS_PER_MS, firsts };
}
