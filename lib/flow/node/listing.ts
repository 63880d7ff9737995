/** List operations: one page, or all pages as a sequence of single items (API reference D.5, G.3, H). */
import { fieldsOf, textOf, type Reply } from "../../api";
import { integer, nameOf, type Inputs, type InputValues, type Settings } from "../../schema/description";
import {
  callApi,
  explainMissing,
  replyFacts,
  requestOf,
  type OperationContext,
  type OperationDescription,
} from "./operation";
import type { RunDescription } from "./run-context";
import { defineNode, type NodeModule } from "./runner";
import { MessageSequence } from "../message/sequence";

/** The service's own page size. */
const PAGE_SIZE = 20;

/** The inputs of every list. The largest `limit` is documented for splitters only. */
export const PAGE_INPUTS = {
  limit: integer({ min: 1, default: PAGE_SIZE }),
  offset: integer({ min: 0, default: 0 }),
} as const satisfies Inputs;

/** `one`: a message with an array; `all`: page after page, a message for each item. */
export const PAGE_SETTINGS = {
  pages: { icon: "files-o", kind: "select", choices: ["one", "all"], default: "one" },
} as const satisfies Settings;

/** A list operation: like any other, with `limit` and `offset` among its inputs. */
export type ListingDescription<I extends typeof PAGE_INPUTS & Inputs> = Omit<
  OperationDescription<I, typeof PAGE_SETTINGS>,
  "settings" | "output" | "around"
>;

/** Marks the description of a list operation. */
interface Paged {
  readonly pages: true;
}

/**
 * Makes the node module of a list operation. With `all`, items are sent while further pages are fetched, so the count
 * is on the last message only; an empty list sends nothing. After a reset or an error the sequence is retracted.
 */
export function listing<I extends typeof PAGE_INPUTS & Inputs>(
  description: ListingDescription<I>,
): NodeModule<ListingDescription<I> & Paged & RunDescription<I, typeof PAGE_SETTINGS>> {
  return defineNode({
    ...description,
    pages: true as const,
    settings: PAGE_SETTINGS,
    outputs: 1 as const,
    run: (context: Context<I>) =>
      context.settings.pages === "all" ? sendAll(description, context) : sendOne(description, context),
  });
}

type Context<I extends Inputs> = OperationContext<I, typeof PAGE_SETTINGS>;

async function sendOne<I extends Inputs>(
  description: ListingDescription<I & typeof PAGE_INPUTS>,
  context: Context<I>,
): Promise<void> {
  const reply = await callList(description, context, context.inputs);
  context.send({ ...context.msg, payload: reply.data ?? [], vocu: factsOf(description, reply) });
  context.status.done(context.translate("shared:status.listed", { count: itemsOf(reply).length }));
}

async function sendAll<I extends Inputs>(
  description: ListingDescription<I & typeof PAGE_INPUTS>,
  context: Context<I>,
): Promise<void> {
  const sequence = new MessageSequence(context.RED.util, context.msg);
  await sequence.retractOnError(context, async () => {
    // One item is held back: only the last may carry the count.
    let held: Item | undefined;
    for await (const item of allItems(description, context)) {
      if (held) context.send(sequence.next(held.thing, held.facts, false));
      held = item;
    }
    if (held) context.send(sequence.next(held.thing, held.facts, true));
  });
  if (sequence.count === 0) context.status.idle("empty");
  else context.status.done(context.translate("shared:status.listed", { count: sequence.count }));
}

async function callList<I extends Inputs>(
  description: ListingDescription<I & typeof PAGE_INPUTS>,
  context: Context<I>,
  values: Readonly<Record<string, unknown>>,
): Promise<Reply> {
  try {
    return await callApi(context, requestOf(description, values));
  } catch (error) {
    throw explainMissing(error, { request: { ...description.request, withoutId: true } });
  }
}

interface Item {
  readonly thing: unknown;
  readonly facts: Readonly<Record<string, unknown>>;
}

/**
 * Page after page; an item that moved to the next page because a new one was added is not returned twice. A page
 * without new items is the last: a server that ignores `offset` would return it forever.
 */
async function* allItems<I extends Inputs>(
  description: ListingDescription<I & typeof PAGE_INPUTS>,
  context: Context<I>,
): AsyncGenerator<Item> {
  const inputs = context.inputs as InputValues<typeof PAGE_INPUTS>;
  const limit = inputs.limit ?? PAGE_SIZE;
  const seen = new Set<string>();
  for (let offset = inputs.offset ?? 0; ;) {
    const reply = await callList(description, context, { ...context.inputs, limit, offset });
    context.signal.throwIfAborted();
    const page = itemsOf(reply);
    const facts = factsOf(description, reply);
    const fresh = page.filter((thing) => !seen.has(identityOf(thing)));
    for (const thing of fresh) {
      seen.add(identityOf(thing));
      yield { thing, facts };
      context.signal.throwIfAborted();
    }
    offset += page.length;
    if (fresh.length === 0 || isLast(reply, page.length, limit, offset)) return;
  }
}

/**
 * A page that is shorter than requested is the last one; but a server may cap a large `limit`, so only a page below the
 * standard size counts as the last one.
 */
function isLast(reply: Reply, length: number, limit: number, reached: number): boolean {
  const { total } = reply.body;
  return length < Math.min(limit, PAGE_SIZE) || (typeof total === "number" && reached >= total);
}

const itemsOf = ({ data }: Reply): readonly unknown[] => (Array.isArray(data) ? (data as unknown[]) : []);

/** Identifies an item on two pages: its id, else its whole content. */
const identityOf = (thing: unknown): string => textOf(fieldsOf(thing).id) ?? JSON.stringify(thing);

/** `msg.vocu`, with `total` if the service returns it (splitters). */
function factsOf(
  description: Pick<RunDescription<Inputs, Settings>, "type">,
  reply: Reply,
): Record<string, unknown> {
  const { total } = reply.body;
  return { ...replyFacts(nameOf(description), reply), ...(typeof total === "number" ? { total } : {}) };
}
