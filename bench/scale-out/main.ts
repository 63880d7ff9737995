/**
 * How many speeches 1, 2 and 4 workers speak in the same time: the example flow in real Node-REDs, with a real RabbitMQ and a
 * service that paces its speech, so that the figures tell how the work is spread and not how fast this machine is.
 */
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { format, resolveConfig } from "prettier";
import { startSandbox } from "../../sandbox";
import { amqpClient, amqpNodes } from "../../test/brokers";
import { programOf } from "../../test/crosschecks/programs";
import { RabbitMq } from "../../test/scale-out/rabbitmq";
import { Rooms } from "../../test/scale-out/rooms";
import { startHost } from "../../test/scale-out/workers";

const WORKERS = [1, 2, 4] as const;
const GUIDE = join(__dirname, "../../docs/guides/scale-out.md");
const JOBS_EACH = 8;

interface Figure {
  readonly workers: number;
  readonly jobs: number;
  readonly seconds: number;
}

/** Measures, prints and, with `--publish`, writes the table of the guide. Returns the exit code. */
export async function benchScaleOut(args: readonly string[]): Promise<number> {
  const program = programOf("rabbitmq-server");
  const client = program === undefined ? undefined : amqpClient();
  if (program === undefined || !client) return 1;
  const figures: Figure[] = [];
  for (const workers of WORKERS) {
    figures.push(await measure(workers, program, client));
    console.log(JSON.stringify(figures.at(-1)));
  }
  const table = tableOf(figures);
  console.log(`\n${table}`);
  if (args.includes("--publish")) {
    const guide = await readFile(GUIDE, "utf8");
    const parts = /(<!-- scale-out:begin -->)[^]*(<!-- scale-out:end -->)/;
    if (!parts.test(guide)) throw new Error(`${GUIDE} has no place for the table`);
    const filled = guide.replace(parts, `$1\n\n${table}\n\n$2`);
    await writeFile(GUIDE, await format(filled, { ...(await resolveConfig(GUIDE)), filepath: GUIDE }));
  }
  return 0;
}

async function measure(
  workers: number,
  program: string,
  client: NonNullable<ReturnType<typeof amqpClient>>,
): Promise<Figure> {
  const folder = await mkdtemp(join(tmpdir(), "vocu-bench-scale-out-"));
  const sandbox = await startSandbox({ concurrency: 50, pace: { firstByteMs: 2000 } });
  const broker = await RabbitMq.start(program, join(folder, "rabbitmq"));
  const rooms = new Rooms(client, broker.url);
  await rooms.open();
  const common = {
    sandbox,
    packages: amqpNodes(),
    shared: folder,
    fields: { "amqp-broker": { host: "127.0.0.1", port: broker.port } },
    credentials: { "amqp-broker": { username: "guest", password: "guest" } },
  };
  const hosts = [];
  try {
    for (let index = 0; index < workers; index++)
      hosts.push(await startHost(common, "Speak jobs from RabbitMQ"));
    // The first speech of a worker loads and connects what it needs.
    await speak(rooms, 2 * workers, "Warm up");
    const jobs = JOBS_EACH * workers;
    const startedAt = performance.now();
    await speak(rooms, jobs, "Number");
    return { workers, jobs, seconds: (performance.now() - startedAt) / 1000 };
  } finally {
    await Promise.all(hosts.map(({ nodeRed }) => nodeRed.stop()));
    await rooms.close();
    await Promise.all([broker.stop(), sandbox.close()]);
    await rm(folder, { recursive: true, force: true, maxRetries: 3 });
  }
}

/** Hands out jobs and waits for all of their speeches. The texts differ: equal ones would come from the cache. */
async function speak(rooms: Rooms, count: number, words: string): Promise<void> {
  const jobs = Array.from({ length: count }, (_, index) => {
    const jobId = `${words.replace(" ", "-").toLowerCase()}-${index}`;
    return { jobId, text: `${words} ${index}.`, room: jobId };
  });
  await rooms.publish(jobs);
  for (const { jobId } of jobs) await rooms.spoken(jobId);
}

function tableOf(figures: readonly Figure[]): string {
  const rate = ({ jobs, seconds }: Figure): number => jobs / seconds;
  const [first] = figures;
  const rows = figures.map((figure) => {
    const ratio = first ? rate(figure) / rate(first) : 1;
    return `| ${figure.workers} | ${rate(figure).toFixed(2)} | ${ratio.toFixed(2)} |`;
  });
  return ["| Workers | Speeches per second | Compared with one |", "| ---: | ---: | ---: |", ...rows].join(
    "\n",
  );
}
