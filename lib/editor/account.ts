/** Brings the account's dialog to life, with the connection test. */
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
  offerTest(node, form.find(".vocu-test"));
}

function offerTest(node: EditorNode, row: JQuery): void {
  const button = $("<button>", { type: "button", class: "red-ui-button" }).text(word("dialog.test.button"));
  row.append($("<label>"), " ", button);
  const hint = new Hint(row);
  hint.clear(hint.begin());
  button.on("click", (event) => {
    event.preventDefault();
    void test(node, hint);
  });
}

async function test(node: EditorNode, hint: Hint): Promise<void> {
  const turn = hint.begin();
  hint.busyAfter(turn, word("dialog.test.testing"));
  try {
    hint.good(turn, summaryOf(await ask<AccountFacts>("account", accountPosted(node))));
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
