/**
 * A limit of credits per hour and per day: the price is estimated before a request is sent, and corrected after its
 * reply.
 */
import { VocuError } from "../../api";
import { Problem } from "../message/problem";

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

/** The price of most voices (API reference 5), until real ones are known. */
const FIRST_RATE = 1;

/** The weight of a new price in the average rate. */
const LEARNING = 0.2;

/** Share of a limit at which the user is warned, and below which a new warning becomes possible. */
const WARN_AT = 0.8;
const WARN_AGAIN_BELOW = 0.6;

/** Codes of requests that never reached the service. */
const NOT_SENT = new Set([
  "NO_API_KEY",
  "BAD_API_KEY",
  "BAD_PARAMETER",
  "HOST_NOT_FOUND",
  "CONNECTION_REFUSED",
  "CONNECT_TIMEOUT",
  "CONNECT_FAILED",
  "TLS_FAILED",
  "PROXY_FAILED",
]);

/** Limits in credits; 0 is not a limit. */
export interface BudgetLimits {
  readonly perHour: number;
  readonly perDay: number;
  /** Messages of at least this priority are never refused. */
  readonly exemptPriority: number;
}

/** Credits spent in the last hour and the last 24 hours. */
export interface BudgetUsage {
  readonly hour: { readonly used: number; readonly limit: number };
  readonly day: { readonly used: number; readonly limit: number };
}

/** The state that is stored for a restart. */
export interface BudgetState {
  /** Credits by minute: `[epoch minute, credits]`. */
  readonly spent: readonly (readonly [number, number])[];
  /** Credits per character, averaged from the service's charges. */
  readonly rate: number;
}

/** The facts for the estimate of a request's price. */
export interface Spending {
  readonly characters: number;
  readonly priority: number;
}

/** The listeners of a budget. */
export interface BudgetEvents {
  /** 80 % of a limit is reached. */
  near(usage: BudgetUsage): void;
  /** Its state has changed. */
  changed(): void;
}

type Window = "hour" | "day";
const WINDOWS: readonly (readonly [Window, number])[] = [
  ["hour", HOUR_MS],
  ["day", DAY_MS],
];

/** The credits of one account, in rolling windows. */
export class Budget {
  private limits: BudgetLimits = { perHour: 0, perDay: 0, exemptPriority: 0 };
  private readonly spent: Map<number, number>;
  /** Minutes of the future, and the minute in which that was noticed. */
  private readonly noticed = new Map<number, number>();
  private rate: number;
  private readonly warned = new Set<Window>();

  constructor(
    private readonly events: BudgetEvents,
    state: BudgetState = { spent: [], rate: FIRST_RATE },
    private readonly now: () => number = Date.now,
  ) {
    this.spent = new Map(state.spent);
    this.rate = state.rate;
  }

  /** Sets the limits. */
  limit(limits: BudgetLimits): void {
    this.limits = limits;
  }

  /** The credits spent. */
  usage(): BudgetUsage {
    this.tidy();
    return {
      hour: { used: round(this.used(HOUR_MS)), limit: this.limits.perHour },
      day: { used: round(this.used(DAY_MS)), limit: this.limits.perDay },
    };
  }

  /** The state to store for a restart. */
  state(): BudgetState {
    this.tidy();
    return { spent: [...this.spent], rate: this.rate };
  }

  /**
   * Makes a request that costs credits, unless that would exceed a limit. The estimate counts until the reply states
   * the price; it remains if the reply does not state it, and if the request was aborted, because the service charges
   * for that too.
   * @param creditsOf the price in the result
   * @throws Problem `BUDGET_REACHED`; whatever `work` throws
   */
  async spend<T>(
    spending: Spending,
    work: () => Promise<T>,
    creditsOf: (result: T) => number | undefined,
  ): Promise<T> {
    const { characters, priority } = spending;
    const estimate = Math.max(1, characters * this.rate);
    this.tidy();
    if (priority < this.limits.exemptPriority) this.assertWithin(estimate);
    const minute = this.minute();
    this.add(minute, estimate);
    try {
      const result = await work();
      const credits = creditsOf(result);
      if (credits !== undefined) {
        this.add(minute, credits - estimate);
        if (characters > 0) this.rate += LEARNING * (credits / characters - this.rate);
      }
      return result;
    } catch (error) {
      if (costsNothing(error)) this.add(minute, -estimate);
      throw error;
    }
  }

  private assertWithin(estimate: number): void {
    for (const [window, ms] of WINDOWS) {
      const limit = this.limitOf(window);
      if (limit === 0 || this.used(ms) + estimate <= limit) continue;
      const retryAfter = this.secondsUntil(limit - estimate, ms);
      throw new Problem(
        "BUDGET_REACHED",
        { limit, window, used: Math.round(this.used(ms)) },
        { retryable: retryAfter !== undefined, ...(retryAfter === undefined ? {} : { retryAfter }) },
      );
    }
  }

  /** Seconds until no more than `allowed` credits are in the window; undefined if that never happens. */
  private secondsUntil(allowed: number, ms: number): number | undefined {
    let used = this.used(ms);
    for (const [minute, credits] of [...this.spent].sort(
      ([a], [b]) => this.countedFrom(a) - this.countedFrom(b),
    )) {
      if (!this.isWithin(minute, ms)) continue;
      used -= credits;
      if (used <= allowed) return Math.ceil((this.leavesAt(minute, ms) - this.now()) / 1000);
    }
    return undefined;
  }

  private add(minute: number, credits: number): void {
    this.spent.set(minute, Math.max(0, (this.spent.get(minute) ?? 0) + credits));
    this.warn();
    this.events.changed();
  }

  private warn(): void {
    let near = false;
    for (const [window, ms] of WINDOWS) {
      const limit = this.limitOf(window);
      const share = limit === 0 ? 0 : this.used(ms) / limit;
      if (share < WARN_AGAIN_BELOW) this.warned.delete(window);
      if (share < WARN_AT || this.warned.has(window)) continue;
      this.warned.add(window);
      near = true;
    }
    if (near) this.events.near(this.usage());
  }

  private limitOf = (window: Window): number =>
    window === "hour" ? this.limits.perHour : this.limits.perDay;

  private used(ms: number): number {
    let sum = 0;
    for (const [minute, credits] of this.spent) if (this.isWithin(minute, ms)) sum += credits;
    return sum;
  }

  private isWithin = (minute: number, ms: number): boolean => this.leavesAt(minute, ms) > this.now();

  private minute = (): number => Math.floor(this.now() / MINUTE_MS);

  /**
   * Forgets what has left all windows. Credits of the future, spent while the clock was wrong, would stay in them until
   * that time comes: they count from the moment at which that is noticed. Their own time is kept, because it may be the
   * present clock that is wrong.
   */
  private tidy(): void {
    const current = this.minute();
    for (const minute of this.spent.keys()) {
      if (minute <= current) this.noticed.delete(minute);
      else if (this.countedFrom(minute) > current) this.noticed.set(minute, current);
      if (this.isWithin(minute, DAY_MS)) continue;
      this.spent.delete(minute);
      this.noticed.delete(minute);
    }
  }

  private countedFrom = (minute: number): number => this.noticed.get(minute) ?? minute;

  /** When the credits of a minute leave a window of this length, in epoch milliseconds. */
  private leavesAt = (minute: number, ms: number): number => (this.countedFrom(minute) + 1) * MINUTE_MS + ms;
}

const round = (credits: number): number => Math.round(credits * 10) / 10;

/** A request that did not reach the service, or that the service refused, is not charged (API reference 5). */
function costsNothing(error: unknown): boolean {
  if (!(error instanceof VocuError)) return false;
  return (
    NOT_SENT.has(error.code) || (error.cause.bytes === undefined && (error.cause.statusCode ?? 0) >= 400)
  );
}
