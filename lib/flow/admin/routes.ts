/**
 * The admin routes of an account: the connection test, the lists of the pickers, and the stored speech. They work
 * before the first deploy, because the dialog posts its current values.
 */
import type { NodeAPI } from "node-red";
import type { VocuClient } from "../../api";
import type { AccountReply, AudioReply, ClearedReply, Lists } from "../../schema/admin-replies";
import { clearSpeeches, forgetKept, keptAudio, keptPhrases } from "../cache/speech-store";
import { adminRoute } from "./admin-route";
import { askAccount, reported, type Answer, type Asking } from "./ask-account";
import { registerHearingRoutes, voiceList } from "./preview";
import { accountFacts, keptOf, tasksOf, voicesOf } from "./replies";

/** The largest page of the splitter list (API reference H). */
const PAGE = 50;

/** Longer lists are not useful in a picker. */
const MOST_PAGES = 20;

/** Reads a list of the account. */
type ListReader<L extends keyof Lists> = (client: VocuClient, asking: Asking) => Promise<readonly Lists[L][]>;

/**
 * Registers `POST vocu/account` (API reference E.1) and the lists to pick from: `vocu/voices` (C.5), `vocu/templates`
 * (G.3), `vocu/splitters` (H) and `vocu/tasks` (D.5, the newest ones). The body is an account's configuration with its
 * `id`, and `apiKey` only if it was entered and is not deployed yet. The answer is the requested data, a list under its
 * own name, or `{ error }`; it never holds the key.
 *
 * `POST vocu/cache/clear` takes no parameters and answers `{ cleared }`, the number of deleted speeches.
 *
 * `POST vocu/kept` takes no parameters and answers `{ phrases, count }`, the speeches that are kept forever.
 * `vocu/kept/play` and `vocu/kept/delete` take the `entry` of one, and answer `{ type, base64 }` and `{ deleted }`.
 */
export function registerAccountRoutes(RED: NodeAPI): void {
  const serve = (path: `/vocu/${string}`, answer: Answer): void =>
    adminRoute(RED, path, (posted, leaving) => askAccount(RED, posted, leaving, answer));
  serve("/vocu/account", async (client, asking, budget) => {
    const request = { operation: "account-info", method: "GET", path: "/api/account/info" } as const;
    const facts = accountFacts((await client.call(request, asking)).body);
    return { ...facts, usage: budget.usage() } satisfies AccountReply;
  });
  const serveList = <L extends keyof Lists>(list: L, read: ListReader<L>): void =>
    serve(`/vocu/${list}`, async (client, asking) => ({ [list]: await read(client, asking) }));
  serveList("voices", async (client, asking) => voicesOf(await voiceList(client, asking)));
  serveList("templates", async (client, asking) =>
    keptOf(await wholeList(client, "template-list", "/api/template", asking)),
  );
  serveList("splitters", async (client, asking) =>
    keptOf(await wholeList(client, "splitter-list", "/api/splitter", asking)),
  );
  serveList("tasks", async (client, asking) => {
    const query = { limit: PAGE };
    const request = { operation: "task-list", method: "GET", path: "/api/tts/generate", query } as const;
    return tasksOf((await client.call(request, asking)).data);
  });
  adminRoute(RED, "/vocu/cache/clear", () =>
    reported(async () => ({ cleared: await clearSpeeches(RED) }) satisfies ClearedReply),
  );
  const kept = (path: `/vocu/${string}`, answer: (entry: string) => Promise<object>): void =>
    adminRoute(RED, path, ({ entry }) => reported(() => answer(typeof entry === "string" ? entry : "")));
  kept("/vocu/kept", () => keptPhrases(RED));
  kept("/vocu/kept/play", async (entry): Promise<AudioReply> => ({
    type: "audio/mpeg",
    base64: (await keptAudio(RED, entry)).toString("base64"),
  }));
  kept("/vocu/kept/delete", async (entry) => {
    await forgetKept(RED, entry);
    return { deleted: entry };
  });
  registerHearingRoutes(RED);
}

/** All pages of a list; a page that is not full is the last. */
async function wholeList(
  client: VocuClient,
  operation: string,
  path: string,
  asking: Asking,
): Promise<unknown[]> {
  const all: unknown[] = [];
  for (let page = 0; page < MOST_PAGES; page += 1) {
    const query = { limit: PAGE, offset: page * PAGE };
    const { data } = await client.call({ operation, method: "GET", path, query }, asking);
    const entries = Array.isArray(data) ? (data as unknown[]) : [];
    all.push(...entries);
    if (entries.length < PAGE) break;
  }
  return all;
}
