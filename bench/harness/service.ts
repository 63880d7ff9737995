/** Starts the server of the cases (server.mjs). */
import { fork } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";

/** How a server answers, see server.mjs. */
export type Answer = "instant" | "later" | "twice" | "large" | "hour" | "small" | "silent" | "upload";

/** A running server. */
export interface Service {
  /** The base URL under which everything is answered in this way. */
  url(answer: Answer): string;
}

/** Starts the server; it ends with this process. */
export async function startService(): Promise<Service> {
  const child = fork(join(__dirname, "server.mjs"));
  const [{ port }] = (await once(child, "message")) as [{ port: number }];
  child.unref();
  child.channel?.unref();
  return { url: (answer) => `http://127.0.0.1:${port}/${answer}` };
}
