/** A node that is one API call: the place of its inputs in the request, and its result (API reference, C to H). */
import { fieldsOf, newForm, VocuError, type ApiRequest, type Reply } from "../../api";
import type { RunContext, RunDescription } from "./run-context";
import {
  nameOf,
  type Description,
  type FilePart,
  type Input,
  type Inputs,
  type InputValues,
  type Place,
  type Settings,
  type SettingValues,
} from "../../schema/description";
import { defineNode, type NodeModule } from "./runner";

/** How an operation is called. */
export interface OperationRequest {
  readonly method: "GET" | "POST" | "DELETE";
  /** Path template, e.g. `/api/voice/{id}`. */
  readonly path: string;
  /** It is billed, so it waits in the account's generation lane and is retried only if it was not accepted. */
  readonly costsCredits?: boolean;
  /** An idempotent write, which is retried like a read. */
  readonly repeatable?: boolean;
  /** The service answers without content (API reference C.8, D.7, G, H), so `msg.payload` stays as it was. */
  readonly silent?: boolean;
  /** It has no ID, so a 404 can only refer to the operation itself. */
  readonly withoutId?: boolean;
}

/** A node that is one call. */
export interface OperationDescription<I extends Inputs, S extends Settings> extends Omit<
  Description<I, S>,
  "outputs"
> {
  readonly request: OperationRequest;
  /** 1 by default. */
  readonly outputs?: 1 | 2;
  /** The JSON body, if it is not simply the inputs by name. */
  readonly body?: (inputs: InputValues<I>, settings: SettingValues<S>) => unknown;
  /** Makes `msg.payload`; by default the envelope's `data`, or the whole envelope if it has none. */
  readonly output?: (reply: Reply) => unknown;
  /**
   * Runs around the call, for operations that need more than one request or a check before or after it. `call` makes
   * the request; throw a Problem to report an error; return undefined if everything has been sent already.
   */
  readonly around?: (
    context: OperationContext<I, S>,
    call: Call<InputValues<I>>,
  ) => Promise<Outcome | undefined>;
}

/** The context of an operation's `around`. */
export type OperationContext<I extends Inputs, S extends Settings> = RunContext<
  InputValues<I>,
  SettingValues<S>
>;

/** Makes an operation's request; given values replace the inputs. */
export type Call<V> = (values?: V) => Promise<Reply>;

/** The result of an operation. */
export interface Outcome {
  readonly reply: Reply;
  /** `msg.payload`; by default what the description's `output` makes of the reply. */
  readonly payload?: unknown;
  /** Members of `msg.vocu` in addition to the facts of the reply. */
  readonly facts?: Readonly<Record<string, unknown>>;
}

/** Makes the node module of an operation. */
export function operation<I extends Inputs, S extends Settings>(
  description: OperationDescription<I, S>,
): NodeModule<OperationDescription<I, S> & RunDescription<I, S>> {
  return defineNode({
    ...description,
    outputs: description.outputs ?? 1,
    run: (context: OperationContext<I, S>) => callOperation(description, context),
  });
}

async function callOperation<I extends Inputs, S extends Settings>(
  description: OperationDescription<I, S>,
  context: OperationContext<I, S>,
): Promise<void> {
  const call: Call<InputValues<I>> = async (values = context.inputs) => {
    const request = requestOf(description, values, context.settings);
    const { body } = description;
    try {
      return await callApi(context, body ? { ...request, json: body(values, context.settings) } : request);
    } catch (error) {
      throw explainMissing(error, description);
    }
  };
  const outcome = description.around ? await description.around(context, call) : { reply: await call() };
  if (!outcome) return;
  const { reply, facts, payload = (description.output ?? payloadOf)(reply) }: Outcome = outcome;
  const known = Object.entries(facts ?? {}).filter(([, value]) => value !== undefined);
  const vocu = { ...replyFacts(nameOf(description), reply), ...Object.fromEntries(known) };
  context.send({ ...context.msg, ...(description.request.silent === true ? {} : { payload }), vocu });
  context.status.idle("done");
}

/** The default payload of a success: its `data`, else the whole reply (API reference 10.1). */
export const payloadOf = ({ data, body }: Reply): unknown => data ?? body;

/**
 * A 404 of an edition without codes may mean the ID or the operation: older servers lack the newer operations and newer
 * servers the older ones (API reference 0.2). Reports which one, or that it may be either.
 */
export function explainMissing(
  error: unknown,
  { legacy, reference, request }: { legacy?: boolean; reference?: string; request?: OperationRequest },
): unknown {
  if (!(error instanceof VocuError) || error.code !== "HTTP_404") return error;
  if (request?.withoutId === true) return error.with({}, "OPERATION_NOT_OFFERED");
  return legacy === true || reference === "H" ? error.with({ perhapsNotOffered: true }) : error;
}

/** One call on behalf of a message: its turn, its abort signal, its time limit. */
export async function callApi(context: RunContext<unknown, unknown>, request: ApiRequest): Promise<Reply> {
  const { account, signal, requestTimeoutMs } = context;
  context.status.working("calling");
  const options = { signal, ...(requestTimeoutMs === undefined ? {} : { timeoutMs: requestTimeoutMs }) };
  if (request.costsCredits !== true) return account.client.call(request, options);
  const release = await account.generation.enter(context.queueOptions);
  try {
    const spending = { characters: charactersIn(request.json), priority: context.queueOptions.priority };
    return await account.budget.spend(spending, () => account.client.call(request, options), creditsIn);
  } finally {
    release();
  }
}

/** The text length of a request, including its blocks (API reference D.1, D.2). */
function charactersIn(json: unknown): number {
  const { text, contents } = fieldsOf(json);
  const blocks = Array.isArray(contents)
    ? contents.reduce((sum: number, block) => sum + charactersIn(block), 0)
    : 0;
  return (typeof text === "string" ? text.length : 0) + blocks;
}

/** The price in a reply (API reference D.1, 7.8). */
function creditsIn({ data }: Reply): number | undefined {
  const { credit_used: own, metadata } = fieldsOf(data);
  const credits = own ?? fieldsOf(metadata).credit_used;
  return typeof credits === "number" ? credits : undefined;
}

/** `msg.vocu` of a call. */
export function replyFacts(operation: string, reply: Reply): Record<string, unknown> {
  const { statusCode: status, requestId, durationMs, attempts } = reply;
  return { operation, status, ...(requestId === undefined ? {} : { requestId }), durationMs, attempts };
}

/**
 * The request for an operation's values. If the reference does not document a path or the name of a form field, a
 * setting with `replaces` replaces the assumed one.
 */
export function requestOf(
  description: Pick<OperationDescription<Inputs, Settings>, "type" | "request" | "inputs" | "settings">,
  values: Readonly<Record<string, unknown>>,
  settings: Readonly<Record<string, unknown>> = {},
): ApiRequest {
  const { method, path: template, costsCredits, repeatable } = description.request;
  const replaced = replacements(description.settings ?? {}, settings);
  const path = replaced.path ?? template;
  const sorted: Record<Place, Record<string, unknown>> = { path: {}, query: {}, body: {}, form: {} };
  for (const [name, spec] of Object.entries(description.inputs)) {
    if (values[name] === undefined) continue;
    const wireName = replaced.fields[name] ?? spec.as ?? name;
    sorted[placeOf(name, spec, { method, path })][wireName] = values[name];
  }
  return {
    operation: nameOf(description),
    method,
    path,
    pathParams: sorted.path as Record<string, string>,
    query: sorted.query,
    ...(Object.keys(sorted.body).length > 0 ? { json: sorted.body } : {}),
    ...(Object.keys(sorted.form).length > 0 ? { form: formOf(sorted.form) } : {}),
    ...(costsCredits === true ? { costsCredits } : {}),
    ...(repeatable === true ? { repeatable } : {}),
  };
}

/** The path and the names of form fields that settings give. */
function replacements(
  specs: Settings,
  settings: Readonly<Record<string, unknown>>,
): { path?: string; fields: Record<string, string> } {
  const replaced: { path?: string; fields: Record<string, string> } = { fields: {} };
  for (const [name, spec] of Object.entries(specs)) {
    const given = settings[name];
    if (spec.kind !== "line" || spec.replaces === undefined || typeof given !== "string") continue;
    if (spec.replaces === "path") replaced.path = given;
    else replaced.fields[spec.replaces.field] = given;
  }
  return replaced;
}

/** A multipart form: files as parts that are read while they are sent, everything else as text. */
export function formOf(fields: Readonly<Record<string, unknown>>): NonNullable<ApiRequest["form"]> {
  const form = newForm();
  for (const [name, value] of Object.entries(fields)) {
    if (isFilePart(value)) form.set(name, value.blob, value.filename);
    else form.set(name, typeof value === "string" ? value : JSON.stringify(value));
  }
  return form;
}

const isFilePart = (value: unknown): value is FilePart =>
  typeof value === "object" && value !== null && "blob" in value && value.blob instanceof Blob;

/** The place of an input in the request: as described, in the path if the template names it, else by the method. */
export function placeOf(name: string, spec: Input, request: OperationRequest): Place {
  if (spec.in) return spec.in;
  if (request.path.includes(`{${spec.as ?? name}}`)) return "path";
  return request.method === "POST" ? "body" : "query";
}
