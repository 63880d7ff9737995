/** RabbitMQ on free ports of this machine with a data folder of its own, for the tests of one file. */
import { execFile, spawn, type ChildProcess } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { freePort } from "./ports";

/** Debian's command starts the server as another user, with the data of the system's own broker. */
const OWN_SCRIPT = "/usr/lib/rabbitmq/bin/rabbitmq-server";

/** How long it may take to come up, in ms: 8 s on an idle machine, many times that on a busy one. */
const START_MS = 240_000;

/** A broker that keeps its data when it is restarted. */
export class RabbitMq {
  private child: ChildProcess | undefined;

  private constructor(
    private readonly program: string,
    private readonly folder: string,
    private readonly env: Readonly<Record<string, string>>,
    readonly port: number,
    private readonly epmdPort: number,
  ) {}

  /** @param folder where its data go. @throws Error with its log where it does not come up */
  static async start(program: string, folder: string): Promise<RabbitMq> {
    const [port, distributionPort, epmdPort] = [await freePort(), await freePort(), await freePort()];
    const config = join(folder, "rabbitmq.conf");
    await mkdir(folder, { recursive: true });
    await writeFile(
      config,
      `listeners.tcp.default = 127.0.0.1:${port}\nlog.console = true\nlog.console.level = info\n`,
    );
    await writeFile(join(folder, "enabled_plugins"), "[].\n");
    const env = {
      // Erlang keeps the secret of the node there.
      HOME: folder,
      ERL_EPMD_PORT: String(epmdPort),
      ERL_EPMD_ADDRESS: "127.0.0.1",
      RABBITMQ_NODENAME: `vocu-${randomBytes(4).toString("hex")}@localhost`,
      RABBITMQ_CONF_ENV_FILE: join(folder, "no-rabbitmq-env.conf"),
      RABBITMQ_CONFIG_FILE: config,
      RABBITMQ_DIST_PORT: String(distributionPort),
      RABBITMQ_ENABLED_PLUGINS_FILE: join(folder, "enabled_plugins"),
      RABBITMQ_MNESIA_BASE: join(folder, "data"),
      RABBITMQ_LOG_BASE: join(folder, "log"),
      // Erlang's schedulers would use processor time while they wait.
      RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS: "+sbwt none +sbwtdcpu none +sbwtdio none",
      RABBITMQ_PID_FILE: join(folder, "pid"),
    };
    const broker = new RabbitMq(existsSync(OWN_SCRIPT) ? OWN_SCRIPT : program, folder, env, port, epmdPort);
    try {
      await broker.up();
    } catch (error) {
      await broker.stop();
      throw error;
    }
    return broker;
  }

  get url(): string {
    return `amqp://guest:guest@127.0.0.1:${this.port}/`;
  }

  /** Starts it again with the data that it had. */
  async up(): Promise<void> {
    const child = spawn(this.program, {
      cwd: this.folder,
      env: { ...process.env, ...this.env },
      stdio: ["ignore", "pipe", "pipe"],
    });
    this.child = child;
    let log = "";
    const running = new Promise<void>((resolve, reject) => {
      const read = (piece: Buffer): void => {
        log += piece.toString();
        if (/Server startup complete|completed with \d+ plugins/.test(log)) resolve();
      };
      child.stdout.on("data", read);
      child.stderr.on("data", read);
      child.once("error", reject);
      child.once("exit", () => reject(new Error(`RabbitMQ does not start:\n${log}`)));
      setTimeout(() => reject(new Error(`RabbitMQ does not come up:\n${log}`)), START_MS).unref();
    });
    await running;
  }

  /** Ends it; its data stay. */
  async down(): Promise<void> {
    const child = this.child;
    this.child = undefined;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, "exit");
    child.kill();
    await ended;
  }

  /** Ends it and Erlang's port mapper, which it has started. */
  async stop(): Promise<void> {
    await this.down();
    const env = { ...process.env, ERL_EPMD_PORT: String(this.epmdPort), ERL_EPMD_ADDRESS: "127.0.0.1" };
    await promisify(execFile)("epmd", ["-kill"], { env }).catch(() => undefined);
  }
}
