/** The budgets of all accounts of this process, and the files in which they survive a restart. */
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { mkdir, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { NodeAPI } from "node-red";
import { startTimer, type Timer } from "../../timers";
import { translator } from "../message/translate";
import { Budget, type BudgetLimits, type BudgetState } from "../queue/budget";

/** The delay before a change is written, in ms. */
const WRITE_AFTER_MS = 500;

interface Kept {
  readonly budget: Budget;
  readonly file: BudgetFile | undefined;
  warn: (text: string) => void;
  /** Whether a deployed account has set its limits. */
  deployed: boolean;
}

const budgets = new Map<string, Kept>();

/** An account's budget, and the function that closes it. */
export interface OpenBudget {
  readonly budget: Budget;
  /** Resolves when everything has been written. */
  flush(): Promise<void>;
}

/**
 * The budget of an account. One per account and process, so that credits spent by dialogs count too and the budget
 * survives a deployment.
 * @param id the account node's id; without one (an account that was never deployed) nothing is written
 * @param warn called once when 80 % of a limit is reached
 */
export function openBudget(
  RED: NodeAPI,
  id: string | undefined,
  limits: BudgetLimits,
  warn?: (text: string) => void,
): OpenBudget {
  const file = id === undefined ? undefined : fileOf(RED, id);
  const key = file?.path ?? id ?? "";
  let kept = budgets.get(key);
  if (!kept || id === undefined) {
    kept = makeBudget(RED, file);
    if (id !== undefined) budgets.set(key, kept);
  }
  // A dialog passes no listener; the listener and the limits of the deployed account then stay. It opens its budget when
  // its first node speaks, and until then the limits of the dialog apply.
  if (warn || !kept.deployed) kept.budget.limit(limits);
  if (warn) Object.assign(kept, { warn, deployed: true });
  const { budget, file: own } = kept;
  return { budget, flush: async () => own?.flush(budget) };
}

function makeBudget(RED: NodeAPI, file: BudgetFile | undefined): Kept {
  const budget: Budget = new Budget(
    {
      near: ({ hour, day }) => {
        const [hourUsed, dayUsed] = [Math.round(hour.used), Math.round(day.used)];
        const params = { hourUsed, hourLimit: hour.limit || "–", dayUsed, dayLimit: day.limit || "–" };
        kept.warn(translator(RED)("shared:budget.near", params));
      },
      changed: () => file?.writeSoon(budget),
    },
    file?.read(),
  );
  const kept: Kept = { budget, file, warn: () => undefined, deployed: false };
  return kept;
}

/** One file for each account; its name does not reveal the account's id. */
function fileOf(RED: NodeAPI, id: string): BudgetFile | undefined {
  const { userDir } = RED.settings as { userDir?: unknown };
  if (typeof userDir !== "string" || userDir === "") return undefined;
  const folder = join(userDir, "vocu-usage");
  const name = `${createHash("sha256").update(id).digest("hex").slice(0, 16)}.json`;
  const translate = translator(RED);
  return new BudgetFile(folder, join(folder, name), (code) =>
    RED.log.warn(translate("shared:budget.notStored", { code })),
  );
}

/** The file that stores a budget's state. */
class BudgetFile {
  private timer: Timer | undefined;
  private writing: Promise<void> = Promise.resolve();
  private reported = false;

  constructor(
    private readonly folder: string,
    readonly path: string,
    private readonly failed: (code: string) => void,
  ) {}

  /** The stored state; undefined if it is missing or unreadable. */
  read(): BudgetState | undefined {
    try {
      const { spent, rate } = JSON.parse(readFileSync(this.path, "utf8")) as Partial<BudgetState>;
      return Array.isArray(spent) && typeof rate === "number"
        ? { spent: spent.filter(isEntry), rate }
        : undefined;
    } catch {
      return undefined;
    }
  }

  writeSoon(budget: Budget): void {
    this.timer ??= startTimer(WRITE_AFTER_MS, () => void this.flush(budget).catch(() => undefined), {
      unref: true,
    });
  }

  /** Resolves when the current state has been written, or writing has failed. */
  flush(budget: Budget): Promise<void> {
    const pending = this.timer !== undefined;
    this.timer?.cancel();
    this.timer = undefined;
    if (pending) this.writing = this.writing.then(() => this.write(JSON.stringify(budget.state())));
    return this.writing;
  }

  private async write(text: string): Promise<void> {
    const draft = `${this.path}.${process.pid}.tmp`;
    try {
      await mkdir(this.folder, { recursive: true, mode: 0o700 });
      await writeFile(draft, text, { mode: 0o600 });
      await rename(draft, this.path);
      this.reported = false;
    } catch (error) {
      // Warns once, not for every speech: a full disk stays full for a while.
      if (!this.reported) this.failed((error as NodeJS.ErrnoException).code ?? "");
      this.reported = true;
    }
  }
}

const isEntry = (entry: unknown): entry is readonly [number, number] =>
  Array.isArray(entry) &&
  entry.length === 2 &&
  entry.every((value) => typeof value === "number" && value >= 0);
