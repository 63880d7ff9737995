/** Players that tell the test what they hear, in place of ones that make a noise. */
import assert from "node:assert/strict";
import { once } from "node:events";
import { chmod, writeFile } from "node:fs/promises";
import { createServer, type AddressInfo, type Server, type Socket } from "node:net";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { pathToFileURL } from "node:url";
import { Journal } from "./journal";

const SCRIPT = join(__dirname, "stand-in-player.mjs");

/** How a player behaves: `deaf` never reads, `parent` lets another process play, the others are what they are called. */
export type Behaviour = "listen" | "deaf" | "die" | "quit" | "stubborn" | "parent";

interface Told {
  pid?: number;
  args?: string[];
  audioDevice?: string;
  heard?: string;
  file?: string;
  end?: boolean;
  asked?: string;
}

/** One player process. */
class Playing {
  pid = 0;
  args: string[] = [];
  audioDevice: string | undefined;
  audio = Buffer.alloc(0);
  /** It was told that there is no more. */
  heardTheEnd = false;
  isGone = false;
  readonly events = new Journal<Told>("something a player tells");
  /** Resolves when the process is gone. */
  readonly gone: Promise<void>;

  constructor(socket: Socket) {
    this.gone = once(socket, "close").then(() => void (this.isGone = true));
    createInterface(socket).on("line", (line) => this.take(JSON.parse(line) as Told));
    socket.on("error", () => undefined);
  }

  /** Resolves when it has heard so many bytes. */
  async heard(bytes: number): Promise<Buffer> {
    await this.events.find(() => this.audio.length >= bytes);
    return this.audio;
  }

  private take(told: Told): void {
    if (told.pid !== undefined)
      Object.assign(this, { pid: told.pid, args: told.args, audioDevice: told.audioDevice });
    const audio = told.heard ?? told.file;
    if (audio !== undefined) this.audio = Buffer.concat([this.audio, Buffer.from(audio, "base64")]);
    if (told.end === true) this.heardTheEnd = true;
    this.events.add(told);
  }
}

/** The players of one test. */
export interface Players {
  /** Those that were started, in order. */
  readonly started: Journal<Playing>;
  /** The settings of a node that plays with such a player. */
  command(behaviour: Behaviour, ...args: string[]): Record<string, unknown>;
  /** Installs such a player under the name of a real one, and makes it the only place where players are found. */
  install(folder: string, ...names: string[]): Promise<void>;
}

/** Players for each test of a file; after a test none of their processes may be left. */
export function usePlayers(): () => Players {
  let server: Server;
  let players: Players | undefined;
  let path: string | undefined;
  const sockets = new Set<Socket>();
  beforeEach(async () => {
    path = process.env.PATH;
    const started = new Journal<Playing>("a player");
    server = createServer((socket) => {
      sockets.add(socket);
      socket.on("close", () => sockets.delete(socket));
      const playing = new Playing(socket);
      void playing.events.nth(0).then(
        () => started.add(playing),
        () => undefined,
      );
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const port = String((server.address() as AddressInfo).port);
    players = {
      started,
      command: (behaviour, ...args) => ({
        player: "command",
        command: process.execPath,
        arguments: JSON.stringify([SCRIPT, port, behaviour, ...args]),
      }),
      install: async (folder, ...names) => {
        const given = JSON.stringify([port, "listen"]);
        const script = `#!${process.execPath}\nprocess.argv.splice(2, 0, ...${given});\nimport(${JSON.stringify(pathToFileURL(SCRIPT).href)});\n`;
        for (const name of names) {
          await writeFile(join(folder, name), script);
          await chmod(join(folder, name), 0o755);
        }
        process.env.PATH = folder;
      },
    };
  });
  afterEach(async () => {
    if (path !== undefined) process.env.PATH = path;
    const left = players?.started.entries.filter(({ pid, isGone }) => !isGone && isAlive(pid)) ?? [];
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => server.close(resolve));
    assert.deepEqual(
      left.map(({ args }) => args),
      [],
      "players are left running",
    );
  });
  return () => {
    assert.ok(players, "players exist only during tests");
    return players;
  };
}

/** Whether a process is there. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
