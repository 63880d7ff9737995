/** The examples with RabbitMQ, by real workers that are killed, stopped and cut off in the middle of their speeches. */
import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startSandbox, voiceIds, type Sandbox } from "../../sandbox";
import { SeededRandom } from "../../scripts/seeded-random";
import { amqpClient, amqpNodes } from "../brokers";
import { programOf } from "../crosschecks/programs";
import type { Message } from "../node-red";
import { RabbitMq } from "./rabbitmq";
import { roomChunk, Rooms } from "./rooms";
import { rememberedAt, startHost, unfinished, type Common, type Host } from "./workers";

const WORKER = "Speak jobs from RabbitMQ";
const DISPATCHER = "Hand out speech jobs with RabbitMQ";
const SEED = Number(process.env.TEST_SEED ?? Date.now() % 1_000_000);

/** Several seconds each at the sandbox's pace; so many are handed out before each of three interruptions. */
const JOBS_EACH = 4;
const TEXTS = Array.from(
  { length: 3 * JOBS_EACH },
  (_, index) => `Announcement number ${index + 1}: somebody is at the door.`,
);

/** A worker looks for the note, and asks for the speech a moment later; on a busy machine it is a long moment. */
const SLACK_MS = 2000;

const isGeneration = ({ path }: { path: string }): boolean => path === "/api/tts/simple-generate";

const program = programOf("rabbitmq-server");
const client = program === undefined ? undefined : amqpClient();

if (program !== undefined && client) {
  describe("Speech jobs with RabbitMQ", function () {
    this.timeout(480_000);
    let folder: string;
    let broker: RabbitMq;
    let sandbox: Sandbox;
    let common: Common;
    let rooms: Rooms;
    const hosts = new Set<Host>();

    before(async () => {
      folder = await mkdtemp(join(tmpdir(), "vocu-scale-out-"));
      [broker, sandbox] = await Promise.all([
        RabbitMq.start(program, join(folder, "rabbitmq")),
        startSandbox({ concurrency: 20, pace: { bytesPerSecond: 6000 } }),
      ]);
      common = {
        sandbox,
        packages: amqpNodes(),
        shared: folder,
        fields: { "amqp-broker": { host: "127.0.0.1", port: broker.port } },
        credentials: { "amqp-broker": { username: "guest", password: "guest" } },
      };
      rooms = new Rooms(client, broker.url);
      await rooms.open();
    });
    after(async () => {
      await rooms.close();
      await Promise.all([...hosts].map(({ nodeRed }) => nodeRed.stop()));
      await Promise.all([broker.stop(), sandbox.close()]);
      await rm(folder, { recursive: true, force: true, maxRetries: 3 });
    });

    const start = async (example = WORKER): Promise<Host> => {
      const host = await startHost(common, example);
      hosts.add(host);
      return host;
    };
    const end = async (host: Host, how: "crash" | "stop"): Promise<void> => {
      hosts.delete(host);
      await host.nodeRed[how]();
    };
    const speechOf = (text: string): Promise<Buffer> => sandbox.speech({ voiceId: voiceIds.english, text });
    /** The announcements that were generated, in order; the texts of the other tests are no part of them. */
    const asked = (): string[] =>
      sandbox.requests
        .filter(isGeneration)
        .map(({ query }) => String(query.text))
        .filter((text) => TEXTS.includes(text));

    it("are spoken whole, none lost and none paid twice, while workers and the broker come and go", async () => {
      console.log(`      interruptions with TEST_SEED=${SEED}`);
      const random = new SeededRandom(SEED);
      const violationsBefore = sandbox.violations.length;
      const ids = new Map(TEXTS.map((text, index) => [text, `job-${index}`]));
      // When each generation was asked for, to compare it with the first note of where its audio is.
      const askedAt: number[] = [];
      const watch = setInterval(() => {
        while (askedAt.length < asked().length) askedAt.push(Date.now());
      }, 20);
      const workers = await Promise.all([start(), start(), start()]);
      const seen: Host[] = [...workers];
      const replace = async (old: Host): Promise<void> => {
        const host = await start();
        seen.push(host);
        workers.splice(workers.indexOf(old), 1, host);
      };
      /** One of the workers that are in the middle of a speech. */
      const speaking = async (): Promise<Host> => {
        for (;;) {
          const busy = workers.filter((host) => unfinished(host, "Rooms", roomChunk).length > 0);
          const victim = busy[Math.floor(random.next() * busy.length)];
          if (victim) return victim;
          await rooms.next();
        }
      };
      const jobs = [...ids].map(([text, jobId]) => ({ jobId, text, room: "hall" }));
      for (const how of ["crash", "stop"] as const) {
        await rooms.publish(jobs.splice(0, JOBS_EACH));
        const victim = await speaking();
        await end(victim, how);
        await replace(victim);
      }
      await rooms.publish(jobs);
      await speaking();
      await broker.down();
      await broker.up();
      await rooms.reopen();

      for (const [text, jobId] of ids)
        assert.deepEqual(await rooms.spoken(jobId), await speechOf(text), text);
      clearInterval(watch);
      const texts = asked();
      assert.deepEqual(new Set(texts), new Set(TEXTS));
      const paidAgain = texts.flatMap((text, index) =>
        texts.indexOf(text) < index ? [{ text, index }] : [],
      );
      for (const { text, index } of paidAgain) {
        const known = rememberedAt(folder, ids.get(text) ?? "");
        assert.ok(
          known > (askedAt[index] ?? 0) - SLACK_MS,
          `${text} was paid again, although it was known where it is`,
        );
      }
      const takenOver = [...ids.values()].filter(
        (jobId) =>
          seen.filter(({ nodeRed, id }) =>
            nodeRed.received(id("Rooms")).some((msg) => roomChunk(msg).jobId === jobId),
          ).length > 1,
      );
      assert.ok(takenOver.length > 0, "no speech was taken over");
      console.log(
        `      ${TEXTS.length} announcements, ${texts.length} generations, ${takenOver.length} taken over`,
      );
      await Promise.all([...workers].map((host) => end(host, "stop")));
      assert.equal(await rooms.waiting("vocu.jobs"), 0);
      assert.deepEqual(sandbox.violations.slice(violationsBefore), []);
    });

    it("are handed out by the dispatcher, and heard by a room without repetitions", async () => {
      const dispatcher = await start(DISPATCHER);
      const worker = await start();
      await dispatcher.nodeRed.inject(dispatcher.id("Dinner is ready"));
      const isLast = ({ parts }: Message): boolean => (parts as { count?: number }).count !== undefined;
      await dispatcher.nodeRed.waitFor(dispatcher.id("Kitchen"), isLast, 60_000);
      const chunks = dispatcher.nodeRed.received(dispatcher.id("Kitchen"));
      const heard = Buffer.concat(chunks.map(({ payload }) => payload as Buffer));
      assert.deepEqual(heard, await speechOf("Dinner is ready."));
      assert.deepEqual(
        chunks.map(({ parts }) => (parts as { index: number }).index),
        chunks.map((_, index) => index),
      );
      await Promise.all([end(worker, "stop"), end(dispatcher, "stop")]);
    });

    it("that can never be spoken end in a queue of their own", async () => {
      const dispatcher = await start(DISPATCHER);
      const worker = await start();
      await rooms.publish([{ jobId: "blank", text: " ", room: "hall" }]);
      const failed = await dispatcher.nodeRed.waitFor(dispatcher.id("Failed job"), undefined, 60_000);
      assert.equal((failed.payload as { jobId: string }).jobId, "blank");
      await Promise.all([end(worker, "stop"), end(dispatcher, "stop")]);
    });
  });
}
