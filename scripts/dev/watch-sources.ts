/** Watches the sources during development and determines the action for a change. */
import { watch, type FSWatcher } from "chokidar";

/** Editors write several files at once: a change is complete when nothing has happened for this time, in ms. */
const SETTLE_MS = 80;

const WATCHED = ["nodes", "lib", "icons", "locales", "sandbox", "scripts", "package.json"];

/**
 * The action for a change: reload the page, restart Node-RED, or replace the whole session; each includes the former.
 */
export type Effect = "reload" | "restart" | "replace";

/** The action for a change of these files (paths relative to the package). */
export function effectOf(files: Iterable<string>): Effect {
  const changed = [...files];
  if (changed.some((file) => /^(sandbox|scripts\/(start|dev))\//.test(file))) return "replace";
  return changed.every((file) => file.startsWith("lib/editor/")) ? "reload" : "restart";
}

/** Collects changes; `next` resolves with those since it was called last. */
export class SourceWatcher {
  readonly #watcher: FSWatcher;
  readonly #changed = new Set<string>();
  #settling: NodeJS.Timeout | undefined;
  #take: ((files: string[]) => void) | undefined;

  constructor(folder: string) {
    this.#watcher = watch(WATCHED, { cwd: folder, ignoreInitial: true });
    this.#watcher.on("all", (_event, path) => {
      this.#changed.add(path.replaceAll("\\", "/"));
      this.#settle();
    });
  }

  next(): Promise<string[]> {
    return new Promise((resolve) => {
      this.#take = resolve;
      if (this.#changed.size > 0) this.#settle();
    });
  }

  async close(): Promise<void> {
    clearTimeout(this.#settling);
    await this.#watcher.close();
  }

  #settle(): void {
    clearTimeout(this.#settling);
    this.#settling = setTimeout(() => {
      if (!this.#take) return;
      const [take, files] = [this.#take, [...this.#changed]];
      this.#take = undefined;
      this.#changed.clear();
      take(files);
    }, SETTLE_MS);
  }
}
