/** Reads a node's inputs for one message: TypedInput source -> value -> conversion. */
import type { Node, NodeAPI, NodeMessageInFlow } from "node-red";
import { convert, isBlank } from "../../schema/check";
import {
  applies,
  sourceOf,
  type Input,
  type Inputs,
  type InputValues,
  type Source,
} from "../../schema/description";
import { loadFile } from "./file";
import { detailOf, Problem } from "../message/problem";

/** A node's stored configuration: an input `x` sits in `x` and `xType`. */
export type Config = Readonly<Record<string, unknown>>;

/** The stored source of an input, or that of a new node if the flow leaves it out. */
function storedSource(config: Config, name: string, spec: Input): Source {
  const fresh = sourceOf(spec);
  const value = config[name];
  if (value === undefined || value === null) return fresh;
  const type = config[`${name}Type`];
  const text = typeof value === "string" ? value : JSON.stringify(value);
  // A flow written by hand may leave the type out; a number or a list is then not a message property.
  const assumed = typeof value === "string" ? fresh.type : "json";
  return { value: text, type: typeof type === "string" && type !== "" ? type : assumed };
}

/** An input that the node's settings use, and where its value comes from. */
interface Asked {
  readonly name: string;
  readonly spec: Input;
  readonly source: Source;
  /** A blank source has no value, whatever the message holds. */
  readonly blank: boolean;
}

/** Reads the inputs of one node. What does not change with the message is worked out once. */
export class InputReader<I extends Inputs> {
  private readonly asked: readonly Asked[];

  constructor(
    private readonly RED: NodeAPI,
    private readonly node: Node,
    config: Config,
    inputs: I,
    settings: Readonly<Record<string, unknown>>,
  ) {
    this.asked = Object.entries(inputs)
      .filter(([, spec]) => applies(spec.when, settings))
      .map(([name, spec]) => {
        const source = storedSource(config, name, spec);
        return { name, spec, source, blank: source.value.trim() === "" };
      });
  }

  /**
   * All inputs for this message, converted. Blank optional inputs are left out, as are those that the node's settings
   * do not use.
   * @throws Problem `INPUT_MISSING`, `INPUT_UNREADABLE` (the source itself failed, e.g. a JSONata error) and those of
   *   `convert` and `loadFile`.
   * @param mayBeBlank a required input that may be missing nevertheless
   */
  async read(msg: NodeMessageInFlow, mayBeBlank?: string): Promise<InputValues<I>> {
    const values: Record<string, unknown> = {};
    for (const asked of this.asked) {
      const found = this.rawValue(asked, msg);
      const raw = isPromise(found) ? await found : found;
      const { name, spec } = asked;
      if (isGiven(spec, raw)) values[name] = convert(spec, name, raw);
    }
    for (const { name, spec } of this.asked) {
      if (name !== mayBeBlank && values[name] === undefined && isWanted(spec, values))
        throw new Problem("INPUT_MISSING", { field: name }, { field: name });
    }
    // Files last: faults of the other inputs are found without reading them.
    for (const { name, spec } of this.asked) {
      if (spec.file && values[name] !== undefined) {
        values[name] = await loadFile(spec.file, name, values[name], workingDirectory(this.RED));
      }
    }
    return values as InputValues<I>;
  }

  /** The value of the message if the input allows that, else that of the dialog; a promise only where that takes time. */
  private rawValue({ name, spec, source, blank }: Asked, msg: NodeMessageInFlow): unknown {
    const carried = spec.messageWins === true ? (msg as unknown as Config)[name] : undefined;
    if (isGiven(spec, carried)) return carried;
    return blank ? undefined : evaluate(this.RED, this.node, source, name, msg);
  }
}

/** Whether an input must have a value beside these. */
function isWanted({ required, requiredUnless }: Input, values: Readonly<Record<string, unknown>>): boolean {
  if (required === true) return true;
  if (requiredUnless === undefined) return false;
  return ![requiredUnless].flat().some((other) => values[other] !== undefined);
}

/** White space is not blank if the input says so: a language model sends it between words. */
const isGiven = ({ spaces = false }: Input, raw: unknown): boolean =>
  !isBlank(raw) || (spaces && typeof raw === "string" && raw !== "");

/** The base of relative paths, as for Node-RED's own file nodes. */
const workingDirectory = (RED: NodeAPI): string | undefined =>
  (RED.settings as { fileWorkingDirectory?: string }).fileWorkingDirectory;

/**
 * Node-RED's evaluation. A promise only where it takes time (JSONata, some contexts): thousands of messages with dozens of
 * inputs may come at once.
 */
function evaluate(RED: NodeAPI, node: Node, source: Source, field: string, msg: NodeMessageInFlow): unknown {
  // Numbers, booleans and lists are read by convert(), which checks their bounds and reports faults.
  if (source.type === "num" || source.type === "bool" || source.type === "json") return source.value;
  const unreadable = (error: unknown): unknown => {
    if (source.type === "msg" && !isSyntaxError(error)) return undefined;
    const detail = detailOf(error);
    throw new Problem("INPUT_UNREADABLE", { field, detail }, { field });
  };
  try {
    const found = propertyOf(RED, node, source, msg);
    return found instanceof Promise ? found.catch(unreadable) : found;
  } catch (error) {
    return unreadable(error);
  }
}

/** The value of a source, or a promise of it where Node-RED does not answer at once. @throws Node-RED's error */
function propertyOf(RED: NodeAPI, node: Node, source: Source, msg: NodeMessageInFlow): unknown {
  const answer: { error?: unknown; value?: unknown; given: boolean } = { given: false };
  let late = (): void => undefined;
  RED.util.evaluateNodeProperty(source.value, source.type, node, msg, (error, value: unknown) => {
    Object.assign(answer, { error, value, given: true });
    late();
  });
  const take = (): unknown => {
    if (answer.error) throw answer.error as Error;
    return answer.value;
  };
  return answer.given ? take() : new Promise<void>((resolve) => (late = resolve)).then(take);
}

const isPromise = (value: unknown): value is PromiseLike<unknown> =>
  typeof value === "object" && value !== null && "then" in value && typeof value.then === "function";

/**
 * A path such as `payload.name` through a missing property means "not given"; a syntax error in the path is a fault.
 */
const isSyntaxError = (error: unknown): boolean =>
  error instanceof Error && "code" in error && error.code === "INVALID_EXPR";
