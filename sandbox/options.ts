/** The options of a sandbox and their defaults. */

/** How a sandbox behaves; every member has a default. */
export interface SandboxOptions {
  /**
   * Port of the API, 0 (default) for a free one. A fixed port also fixes the storage host's: the next one. Always binds
   * 127.0.0.1.
   */
  port?: number;
  /** The one valid API key, default `sk-sandbox-0000`. */
  apiKey?: string;
  /** Which edition of the documentation the server follows, API reference 0.2; default "2026". */
  edition?: Edition;
  /**
   * What the 2025 edition's streaming GET answers when the key is not in `token`: 401 (default), 400 or 403, all
   * without a `code`. With 400 and 403, a wrong `token` is 403.
   */
  tokenMissing?: 400 | 401 | 403;
  /** Professional clones that the account has left, default 1. */
  clones?: number;
  /** Speed of the speech. Default: no wait before the first byte, then as fast as it is synthesised. */
  pace?: { firstByteMs?: number; bytesPerSecond?: number };
  /** Balance of the account, default 100000; one credit a character. */
  credits?: number;
  /** False: the account has never paid, so simple-generate is refused. Default true. */
  paid?: boolean;
  /** Milliseconds from a task's creation to `generated`; default 0: each poll advances the task by one status. */
  taskMs?: number;
  /** Milliseconds a new voice is `creating`; default 0: usable immediately. */
  voiceMs?: number;
  /** Simultaneous simple-generate calls before queueing, default 3. */
  concurrency?: number;
  /** Longest wait in that queue before 429, default 330000. */
  queueMs?: number;
  /**
   * Live channels: the wait for the first client (default 60000), and the limit without traffic or client (default
   * 60000).
   */
  live?: { cancelAfterMs?: number; idleMs?: number };
  /** How many requests the log keeps, default all. */
  remember?: number;
  /** Check every reply against the OpenAPI document, default true; a violation becomes a 500. */
  validateReplies?: boolean;
}

/** "2026" or "2025", see API reference 0.2. */
export type Edition = "2026" | "2025";

/** The options with every default filled in. */
export interface Settings {
  apiKey: string;
  edition: Edition;
  tokenMissing: 400 | 401 | 403;
  clones: number;
  firstByteMs: number;
  /** Infinity: unlimited. */
  bytesPerSecond: number;
  credits: number;
  paid: boolean;
  taskMs: number;
  voiceMs: number;
  concurrency: number;
  queueMs: number;
  live: { cancelAfterMs: number; idleMs: number };
  remember: number;
  validateReplies: boolean;
}

/** Fills in the defaults. */
export function settle(options: SandboxOptions): Settings {
  const bytesPerSecond = options.pace?.bytesPerSecond ?? 0;
  return {
    apiKey: options.apiKey ?? "sk-sandbox-0000",
    edition: options.edition ?? "2026",
    tokenMissing: options.tokenMissing ?? 401,
    clones: options.clones ?? 1,
    firstByteMs: options.pace?.firstByteMs ?? 0,
    bytesPerSecond: bytesPerSecond > 0 ? bytesPerSecond : Infinity,
    credits: options.credits ?? 100_000,
    paid: options.paid ?? true,
    taskMs: options.taskMs ?? 0,
    voiceMs: options.voiceMs ?? 0,
    concurrency: options.concurrency ?? 3,
    queueMs: options.queueMs ?? 330_000,
    live: { cancelAfterMs: 60_000, idleMs: 60_000, ...options.live },
    remember: options.remember ?? Infinity,
    validateReplies: options.validateReplies ?? true,
  };
}
