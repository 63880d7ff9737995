/** Errors for users: any failure becomes one catchable error in the runtime's language. */
import { VocuError, type ErrorFacts } from "../../api";
import { InputFault } from "../../schema/fault";

/** Looks a word up: a key of the node's own catalog, or `shared:key` of the catalog all nodes share. */
export type Translate = (key: string, params?: Readonly<Record<string, string | number>>) => string;

/**
 * A failure that arises in the flow, outside the API. `code` is ours: `NO_ACCOUNT`, `INPUT_MISSING`,
 * `INPUT_INVALID`, `INPUT_OUT_OF_RANGE`, `EXPIRED`, `QUEUE_FULL`; `params` fill the words of `errors.<code>`.
 */
export class Problem extends Error {
  constructor(
    readonly code: string,
    readonly params: Readonly<Record<string, string | number>> = {},
    readonly facts: Partial<ErrorFacts> = {},
  ) {
    super(code);
  }
}

/** Additional facts for the flow. */
class Annotated extends Error {
  constructor(
    readonly thrown: unknown,
    readonly facts: Readonly<Record<string, unknown>>,
  ) {
    super("annotated", { cause: thrown });
  }
}

/**
 * The same failure with more facts on its `cause`, e.g. the task that it concerns: `throw withFacts(error, { taskId
 * })`.
 */
export const withFacts = (thrown: unknown, facts: Readonly<Record<string, unknown>>): Error =>
  new Annotated(thrown, facts);

/** What a flow gets from `done(err)`: a sentence for the user, a code and plain facts for the flow. */
export class FlowError extends Error {
  readonly code: string;
  override readonly cause: Readonly<Record<string, unknown>>;

  /** A short text for the node's status, which is too narrow for the sentence; not a fact for the flow. */
  readonly #short: string;

  constructor(message: string, code: string, cause: Readonly<Record<string, unknown>>, short = message) {
    super(message);
    this.code = code;
    this.cause = readable(cause);
    this.#short = short;
  }

  /** The text of the node's status. */
  get short(): string {
    return this.#short;
  }

  /** Catch nodes show `String(err)`; the prefix "Error: " would be noise. */
  override toString(): string {
    return this.message;
  }
}

/**
 * Turns any thrown value into the error for the flow. The message is the text `errors.<code>`, else the text of
 * the HTTP status (`errors.HTTP_404`, `errors.HTTP_4xx`), and includes the service's message if ours is
 * less specific.
 */
export function flowError(thrown: unknown, operation: string, translate: Translate): FlowError {
  if (thrown instanceof FlowError) return thrown;
  const { code, params, facts } = factsOf(thrown);
  const cause = { ...defined(facts), operation };
  const field = params.field ?? facts.field;
  const label = field === undefined ? "" : labelOf(String(field), translate);
  const known = sentence(translate, facts.perhapsNotOffered === true ? `${code}_EITHER` : code, {
    ...plain(facts),
    ...params,
    label,
  });
  const general = generalKey(facts.statusCode);
  const filled = { ...plain(facts), ...params, label };
  const short = shortOf(translate, code, filled) ?? shortOf(translate, general, filled);
  if (known !== undefined) return new FlowError(inBlock(known, params, translate), code, cause, short);
  const message = sentence(translate, general, { ...plain(facts), code, said: facts.serverMessage ?? code });
  return new FlowError(message ?? code, code, cause, short);
}

/** The short text of a code, or undefined if the catalog has none. */
function shortOf(
  translate: Translate,
  code: string,
  params: Readonly<Record<string, string | number>>,
): string | undefined {
  const key = `failures.${code}`;
  const found = translate(`shared:${key}`, params);
  return found.endsWith(key) ? undefined : found;
}

/** Node-RED's debug sidebar writes the cause of a logged error as text. */
function readable(cause: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  const text = (): string =>
    Object.entries(cause)
      .map(([key, value]) => `${key}: ${typeof value === "string" ? value : JSON.stringify(value)}`)
      .join(", ");
  // Not enumerable, so that it is in no copy and in no JSON.
  return Object.defineProperty({ ...cause }, "toString", { value: text, enumerable: false });
}

/** The label of a field in the dialog: the node's own, else that of an account setting, else the property's name. */
function labelOf(field: string, translate: Translate): string {
  const keys = [`inputs.${field}.label`, `settings.${field}.label`, `shared:settings.${field}.label`];
  for (const key of keys) {
    const found = translate(key);
    if (!found.endsWith(key.replace("shared:", ""))) return found;
  }
  return field;
}

/** A problem with one of several content blocks names it (`params.block`, counted from 1). */
function inBlock(problem: string, { block }: Failure["params"], translate: Translate): string {
  return block === undefined ? problem : translate("shared:errors.IN_BLOCK", { block, problem });
}

interface Failure {
  code: string;
  params: Readonly<Record<string, string | number>>;
  facts: Partial<ErrorFacts>;
}

function factsOf(thrown: unknown): Failure {
  if (thrown instanceof Annotated) {
    const failure = factsOf(thrown.thrown);
    return { ...failure, facts: { ...failure.facts, ...thrown.facts } };
  }
  const problem = problemOf(thrown);
  if (problem) {
    return { code: problem.code, params: problem.params, facts: { retryable: false, ...problem.facts } };
  }
  if (thrown instanceof VocuError) return { code: thrown.code, params: {}, facts: thrown.cause };
  const detail = detailOf(thrown);
  return { code: "INTERNAL", params: {}, facts: { retryable: false, detail } };
}

/**
 * The message of any thrown value: JSONata throws plain objects, flows may throw anything, and errors of other realms
 * are not instances of `Error`.
 */
export function detailOf(thrown: unknown): string {
  if (typeof thrown !== "object" || thrown === null) return String(thrown);
  try {
    const { message, code } = thrown as { message?: unknown; code?: unknown };
    if (typeof message === "string" && message !== "") return message;
    return typeof code === "string" ? code : JSON.stringify(thrown);
  } catch {
    return Object.prototype.toString.call(thrown);
  }
}

/** Codes of the operating system: our code for each, and whether a retry may succeed. */
const SYSTEM_CODES: Readonly<Record<string, { readonly code: string; readonly retryable: boolean }>> = {
  ENOSPC: { code: "DISK_FULL", retryable: false },
  EDQUOT: { code: "DISK_FULL", retryable: false },
  EACCES: { code: "NO_PERMISSION", retryable: false },
  EPERM: { code: "NO_PERMISSION", retryable: false },
  EROFS: { code: "NO_PERMISSION", retryable: false },
  EMFILE: { code: "TOO_MANY_OPEN_FILES", retryable: true },
  ENFILE: { code: "TOO_MANY_OPEN_FILES", retryable: true },
  ENOENT: { code: "FILE_GONE", retryable: true },
  ESTALE: { code: "FILE_GONE", retryable: true },
};

/**
 * A failure outside the API as a problem: a rejected value, or an error of the operating system.
 */
export function problemOf(thrown: unknown): Problem | undefined {
  if (thrown instanceof Problem) return thrown;
  if (thrown instanceof InputFault) {
    const { code, field, params } = thrown;
    return new Problem(code, { ...params, field }, { field });
  }
  return systemProblem(thrown);
}

function systemProblem(thrown: unknown): Problem | undefined {
  const { code: said, syscall } = (thrown ?? {}) as { code?: unknown; syscall?: unknown };
  if (!(thrown instanceof Error) || typeof said !== "string" || typeof syscall !== "string") return undefined;
  const { code, retryable } = SYSTEM_CODES[said] ?? { code: "SYSTEM_REFUSED", retryable: false };
  return new Problem(code, { detail: said }, { retryable, detail: said });
}

function generalKey(statusCode: number | undefined): string {
  if (statusCode === undefined) return "INTERNAL";
  if (statusCode >= 500) return "HTTP_5xx";
  return statusCode >= 400 ? "HTTP_4xx" : "BAD_REPLY";
}

/** The sentence of a code, or undefined if the catalog has none (i18next then answers with the key). */
function sentence(
  translate: Translate,
  code: string,
  params: Readonly<Record<string, string | number>>,
): string | undefined {
  const key = `errors.${code}`;
  const found = translate(`shared:${key}`, params);
  return found.endsWith(key) ? undefined : found;
}

/** Facts that may stand in a sentence. */
function plain(facts: Partial<ErrorFacts>): Record<string, string | number> {
  const out: Record<string, string | number> = {};
  for (const [key, value] of Object.entries(facts) as [string, unknown][]) {
    if (typeof value === "string" || typeof value === "number") out[key] = value;
  }
  return out;
}

function defined(facts: object): Record<string, unknown> {
  return Object.fromEntries(Object.entries(facts).filter(([, value]) => value !== undefined));
}
