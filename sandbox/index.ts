/** Starts a sandbox: a Vocu API on this machine, for tests and demonstrations. */
import type { AddressInfo } from "node:net";
import type { FastifyInstance } from "fastify";
import { apiServer } from "./api";
import { FaultBox, type Fault } from "./faults";
import { acceptLive } from "./live/upgrade";
import { Channels } from "./live/channels";
import { Log, type RecordedRequest } from "./log";
import { openApiFor } from "./openapi";
import { settle, type SandboxOptions } from "./options";
import { storageRoutes } from "./routes/storage";
import { server } from "./server";
import { Account } from "./state/account";
import { Clock } from "./state/clock";
import { Files } from "./state/files";
import { Queue } from "./state/queue";
import { readSimple } from "./state/simple";
import { Recorder } from "./state/recorder";
import { Uploads, type Upload } from "./state/uploads";
import { Voices } from "./state/voices";
import type { World } from "./world";

export type { Fault, LiveFault, ResponseDataForm } from "./faults";
export type { RecordedRequest } from "./log";
export type { SandboxOptions } from "./options";
export { SESSION_TOKEN } from "./auth";
export { styleIds, voiceIds } from "./state/starting-voices";
export { failMarker } from "./state/marker";
export { projectId } from "./state/task-request";

/** A running Vocu API on this machine. */
export interface Sandbox {
  /** Origin of the API, without a slash at the end. */
  readonly url: string;
  /** Origin of the storage and stream host: a different one, which must never see the key. */
  readonly storageUrl: string;
  readonly apiKey: string;
  /** API and storage, in order of arrival. */
  readonly requests: RecordedRequest[];
  /** Requests and replies that broke the OpenAPI document, and keys sent to the storage host. */
  readonly violations: string[];
  /** `credits`: the balance; `spent`: what has been charged so far. */
  readonly account: { credits: number; spent: number };
  /** Files uploaded so far, with the sha256 of the finished ones. */
  readonly uploads: Upload[];
  /** Arms a fault for the next matching request(s). */
  fail(fault: Fault): void;
  clearFaults(): void;
  /** The first request that matches, now or in any later state; rejects after `timeoutMs` (default 30,000). */
  waitForRequest(match: (request: RecordedRequest) => boolean, timeoutMs?: number): Promise<RecordedRequest>;
  /** The mp3 that simple-generate returns for these parameters, without charging. */
  speech(parameters: Record<string, unknown>): Promise<Buffer>;
  /**
   * Moves the sandbox's time forward: everything that waits for that time (tasks, voices, the queue, the pace) happens
   * now.
   */
  advance(ms: number): void;
  /** Closes every connection immediately. */
  close(): Promise<void>;
}

async function listen(app: FastifyInstance, port: number): Promise<string> {
  await app.listen({ port, host: "127.0.0.1" });
  return `http://127.0.0.1:${(app.server.address() as AddressInfo).port}`;
}

function newWorld(options: SandboxOptions, addresses: { storage: string }): World {
  const settings = settle(options);
  const account = new Account(settings.credits, settings.clones);
  const clock = new Clock();
  return {
    settings,
    openApi: openApiFor(settings.edition),
    clock,
    account,
    get storageUrl() {
      return addresses.storage;
    },
    log: new Log(settings.remember),
    faults: new FaultBox(),
    voices: new Voices(account.userId, clock, () => addresses.storage),
    shares: new Map(),
    recorder: new Recorder(settings, clock),
    files: new Files(),
    queue: new Queue(settings.concurrency, settings.queueMs, clock),
    tasks: new Map(),
    templates: new Map(),
    splitters: new Map(),
    uploads: new Uploads(),
    channels: new Channels(settings.live, clock),
  };
}

async function spokenBytes(parameters: Record<string, unknown>, world: World): Promise<Buffer> {
  const parts: Buffer[] = [];
  const asked = await readSimple(parameters, world, "query");
  for await (const part of asked.sound()) parts.push(part);
  return Buffer.concat(parts);
}

/** The two figures that tests read and may set. */
function balanceOf(account: Account): Sandbox["account"] {
  return {
    get credits() {
      return account.credits;
    },
    set credits(credits) {
      account.credits = credits;
    },
    get spent() {
      return account.spent;
    },
    set spent(spent) {
      account.spent = spent;
    },
  };
}

/** Starts a sandbox on 127.0.0.1; sandboxes share no state, so any number may run in parallel. */
export async function startSandbox(options: SandboxOptions = {}): Promise<Sandbox> {
  const addresses = { storage: "" };
  const world = newWorld(options, addresses);
  const storage = await server("storage", world);
  storageRoutes(storage, world);
  addresses.storage = await listen(storage, options.port ? options.port + 1 : 0);
  const api = await apiServer(world);
  const hangUp = acceptLive(api.server, world);
  const url = await listen(api, options.port ?? 0);
  return {
    url,
    storageUrl: addresses.storage,
    apiKey: world.settings.apiKey,
    requests: world.log.requests,
    violations: world.log.violations,
    account: balanceOf(world.account),
    get uploads() {
      return world.uploads.all;
    },
    fail: (fault) => world.faults.arm(fault),
    clearFaults: () => world.faults.clear(),
    waitForRequest: (match, timeoutMs = 30_000) => world.log.waitFor(match, timeoutMs),
    speech: (parameters) => spokenBytes(parameters, world),
    advance: (ms) => world.clock.advance(ms),
    close: async () => {
      world.clock.stop();
      hangUp();
      await Promise.all([api.close(), storage.close()]);
    },
  };
}
