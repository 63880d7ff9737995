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

/**
 * All inputs of a node for this message, converted. Blank optional inputs are left out, as are those that the node's
 * settings do not use.
 * @throws Problem `INPUT_MISSING`, `INPUT_UNREADABLE` (the source itself failed, e.g. a JSONata error) and those of
 *   `convert` and `loadFile`.
 * @param mayBeBlank a required input that may be missing nevertheless
 */
export async function readInputs<I extends Inputs>(
  RED: NodeAPI,
  node: Node,
  config: Config,
  inputs: I,
  msg: NodeMessageInFlow,
  settings: Readonly<Record<string, unknown>> = {},
  mayBeBlank?: string,
): Promise<InputValues<I>> {
  const values: Record<string, unknown> = {};
  const asked = Object.entries(inputs).filter(([, spec]) => applies(spec.when, settings));
  for (const [name, spec] of asked) {
    const found = rawValue(RED, node, config, name, spec, msg);
    const raw = isPromise(found) ? await found : found;
    if (isGiven(spec, raw)) values[name] = convert(spec, name, raw);
  }
  for (const [name, spec] of asked) {
    const excused = [spec.requiredUnless ?? []].flat().some((other) => values[other] !== undefined);
    const wanted = spec.required === true || (spec.requiredUnless !== undefined && !excused);
    if (wanted && name !== mayBeBlank && values[name] === undefined)
      throw new Problem("INPUT_MISSING", { field: name }, { field: name });
  }
  // Files last: faults of the other inputs are found without reading them.
  for (const [name, { file }] of asked) {
    if (file && values[name] !== undefined) {
      values[name] = await loadFile(file, name, values[name], workingDirectory(RED));
    }
  }
  return values as InputValues<I>;
}

/** The value of the message if the input allows that, else that of the dialog; a promise only where that takes time. */
function rawValue(
  RED: NodeAPI,
  node: Node,
  config: Config,
  name: string,
  spec: Input,
  msg: NodeMessageInFlow,
): unknown {
  const carried = spec.messageWins === true ? (msg as unknown as Config)[name] : undefined;
  return isGiven(spec, carried) ? carried : evaluate(RED, node, storedSource(config, name, spec), name, msg);
}

/** White space is not blank if the input says so: a language model sends it between words. */
const isGiven = ({ spaces = false }: Input, raw: unknown): boolean =>
  !isBlank(raw) || (spaces && typeof raw === "string" && raw !== "");

/** The base of relative paths, as for Node-RED's own file nodes. */
const workingDirectory = (RED: NodeAPI): string | undefined =>
  (RED.settings as { fileWorkingDirectory?: string }).fileWorkingDirectory;

/**
 * Node-RED's evaluation; blank sources are "not given" whatever their type. A promise only where it takes time (JSONata, some
 * contexts): thousands of messages with dozens of inputs may come at once.
 */
function evaluate(RED: NodeAPI, node: Node, source: Source, field: string, msg: NodeMessageInFlow): unknown {
  if (source.value.trim() === "") return undefined;
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
