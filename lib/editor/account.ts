/** Brings the account's dialog to life, with the connection test and the button that clears the speech cache. */
import { accountPosted, ask } from "./ask";
import { restoreSetting } from "./dialog";
import { elementOf } from "./fields";
import { Hint } from "./hint";
import type { EditorNode } from "./red";
import { explain, foldAdvanced, followSettings } from "./rows";
import { specOf } from "./spec";
import { word } from "./words";

interface AccountFacts {
  readonly name: string;
  readonly paid?: boolean;
  readonly credits?: number;
}

/** Node-RED's `oneditprepare` of the account. */
export function prepareAccount(node: EditorNode): void {
  const form = elementOf(node, "site").closest("form");
  for (const [name, setting] of Object.entries(specOf(node.type).settings)) {
    if (node[name] === undefined) restoreSetting(elementOf(node, name), setting.default);
  }
  followSettings(node, form);
  foldAdvanced(node, form);
  explain(node, form);
  offer(form.find(".vocu-test"), { button: "dialog.test.button", busy: "dialog.test.testing" }, async () =>
    summaryOf(await ask<AccountFacts>("account", accountPosted(node))),
  );
  const clearing = { button: "dialog.cache.button", busy: "dialog.cache.clearing" };
  offer(form.find(".vocu-clear-cache"), clearing, async () => {
    const { cleared } = await ask<{ cleared: number }>("cache/clear", {});
    return word("dialog.cache.cleared", { count: cleared });
  });
}

/** A button that has something done, and a line that tells what came of it. */
function offer(
  row: JQuery,
  words: { readonly button: string; readonly busy: string },
  work: () => Promise<string>,
): void {
  const button = $("<button>", { type: "button", class: "red-ui-button" }).text(word(words.button));
  row.append($("<label>"), " ", button);
  const hint = new Hint(row);
  hint.clear(hint.begin());
  button.on("click", (event) => {
    event.preventDefault();
    void run(work, hint, words.busy);
  });
}

async function run(work: () => Promise<string>, hint: Hint, busy: string): Promise<void> {
  const turn = hint.begin();
  hint.busyAfter(turn, word(busy));
  try {
    hint.good(turn, await work());
  } catch (error) {
    hint.bad(turn, error instanceof Error ? error.message : String(error));
  }
}

/** `Connected as Ada · paid plan · 1280 credits` */
function summaryOf({ name, paid, credits }: AccountFacts): string {
  return [
    word("dialog.test.connected", { name }),
    ...(paid === undefined ? [] : [word(paid ? "dialog.test.paid" : "dialog.test.free")]),
    ...(credits === undefined ? [] : [word("dialog.test.credits", { credits: credits.toLocaleString() })]),
  ].join(" · ");
}
