/** A node that is one API call: where its inputs travel, and what comes back (API reference, sections C to H). */
import type { ApiRequest, Reply } from "../api";
import type { RunContext } from "./context";
import {
  nameOf,
  type Description,
  type Input,
  type Inputs,
  type InputValues,
  type Place,
  type Settings,
  type SettingValues,
} from "./description";
import { defineNode, type NodeModule } from "./register";

/** How an operation is called. */
export interface OperationRequest {
  readonly method: "GET" | "POST" | "DELETE";
  /** Path template, e.g. `/api/voice/{id}`. */
  readonly path: string;
  /** It is billed, so it waits in the account's generation lane and is retried only where nothing was accepted. */
  readonly costsCredits?: boolean;
}

/** A node that is one call. */
export interface OperationDescription<I extends Inputs, S extends Settings> extends Omit<Description<I, S>, "outputs"> {
  readonly request: OperationRequest;
  /** What `msg.payload` becomes; by default the envelope's `data`. */
  readonly output?: (reply: Reply) => unknown;
}

/** Makes the node module of an operation. */
export function operation<I extends Inputs, S extends Settings>(
  description: OperationDescription<I, S>,
): NodeModule<OperationDescription<I, S>> {
  return defineNode({ ...description, outputs: 1, run: (context) => callOperation(description, context) });
}

async function callOperation<I extends Inputs, S extends Settings>(
  description: OperationDescription<I, S>,
  context: RunContext<InputValues<I>, SettingValues<S>>,
): Promise<void> {
  const reply = await callApi(context, requestOf(description, context.inputs, context.settings));
  const payload = description.output ? description.output(reply) : reply.data;
  context.send({ ...context.msg, payload, vocu: replyFacts(nameOf(description), reply) });
  context.status.idle("done");
}

/** One call on behalf of a message: its turn, its abort signal, its time limit. */
export async function callApi(context: RunContext<unknown, unknown>, request: ApiRequest): Promise<Reply> {
  const { account, signal, requestTimeoutMs } = context;
  context.status.working("calling");
  const options = { signal, ...(requestTimeoutMs === undefined ? {} : { timeoutMs: requestTimeoutMs }) };
  if (request.costsCredits !== true) return account.client.call(request, options);
  const release = await account.generation.enter(context.ticket);
  try {
    return await account.client.call(request, options);
  } finally {
    release();
  }
}

/** `msg.vocu` of a call. */
export function replyFacts(operation: string, reply: Reply): Record<string, unknown> {
  const { statusCode: status, requestId, durationMs, attempts } = reply;
  return { operation, status, ...(requestId === undefined ? {} : { requestId }), durationMs, attempts };
}

/** The request that an operation's values make. */
export function requestOf(
  description: Pick<OperationDescription<Inputs, Settings>, "type" | "request" | "inputs">,
  values: Readonly<Record<string, unknown>>,
  settings: Readonly<Record<string, unknown>> = {},
): ApiRequest {
  const { method, path: template, costsCredits } = description.request;
  const path = typeof settings.path === "string" ? settings.path : template;
  const sorted: Record<Exclude<Place, "form">, Record<string, unknown>> = { path: {}, query: {}, body: {} };
  for (const [name, spec] of Object.entries(description.inputs)) {
    const value = values[name];
    const place = placeOf(name, spec, description.request);
    if (value !== undefined && place !== "form") sorted[place][spec.as ?? name] = value;
  }
  const hasBody = Object.keys(sorted.body).length > 0;
  return {
    operation: nameOf(description),
    method,
    path,
    pathParams: sorted.path as Record<string, string>,
    query: sorted.query,
    ...(hasBody ? { json: sorted.body } : {}),
    ...(costsCredits === true ? { costsCredits } : {}),
  };
}

/** Where an input travels: where it says, in the path when the template names it, else as the method suggests. */
export function placeOf(name: string, spec: Input, request: OperationRequest): Place {
  if (spec.in) return spec.in;
  if (request.path.includes(`{${spec.as ?? name}}`)) return "path";
  return request.method === "POST" ? "body" : "query";
}
