/** Known security problems of what is installed with the package, where the registry can tell. */
import { ROOT } from "../build/paths";
import { run } from "./run";

interface AuditReport {
  /** Present instead of the rest where the registry does not answer. */
  readonly error?: { readonly summary?: string; readonly code?: string };
  readonly message?: string;
  readonly vulnerabilities?: Readonly<Record<string, { readonly severity: string }>>;
}

/**
 * Asks the registry. Returns one line about its answer.
 * @throws Error that names the packages with known problems.
 */
export async function audit(): Promise<string> {
  const output = await run("npm", ["audit", "--omit=dev", "--json"], { cwd: ROOT, accept: [0, 1] });
  return verdictOf(JSON.parse(output) as AuditReport);
}

/** What a report of `npm audit --json` means. */
export function verdictOf(report: AuditReport): string {
  const { error, message, vulnerabilities } = report;
  if (error !== undefined || vulnerabilities === undefined)
    return `NOT CHECKED: this registry does not offer it (${message ?? error?.summary ?? error?.code ?? "no answer"})`;
  const found = Object.entries(vulnerabilities).map(([name, { severity }]) => `${name} (${severity})`);
  if (found.length > 0) throw new Error(`known problems: ${found.join(", ")}`);
  return "no known problems";
}
