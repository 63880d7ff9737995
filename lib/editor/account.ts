/** Brings the account's dialog to life: where keys are made, the connection test, and the button that clears the speech cache. */
import type { AccountReply, ClearedReply, UsageFacts } from "../schema/admin-replies";
import { keyProblem } from "./account-key";
import { accountPosted, ask } from "./admin-api";
import { restoreSetting } from "./dialog";
import { button as makeButton } from "./elements";
import { elementOf } from "./fields";
import { explain, foldAdvanced, followSettings } from "./form-rows";
import { Hint } from "./hint";
import { addKeptPhrases } from "./kept";
import { watchProblems } from "./problems";
import type { EditorNode } from "./red-types";
import { addSliders } from "./sliders";
import { specOf } from "./spec";
import { word } from "./words";

/** Where keys are created, by site; other sites are not known to have such a page. */
const KEY_PAGES: Readonly<Record<string, string>> = { "vocu.ai": "https://app.vocu.ai/apiKey" };

/** Node-RED's `oneditprepare` of the account. */
export function prepareAccount(node: EditorNode): void {
  const form = elementOf(node, "site").closest("form");
  for (const [name, setting] of Object.entries(specOf(node.type).settings)) {
    if (node[name] === undefined) restoreSetting(elementOf(node, name), setting.default);
  }
  followSettings(node, form);
  foldAdvanced(node, form);
  explain(node, form);
  linkKeyPage(node);
  addSliders(node);
  watchProblems(node, form, { apiKey: () => keyProblem(node) });
  offer(
    form.find(".vocu-test"),
    { button: "dialog.test.button", busy: "dialog.test.testing" },
    "plug",
    async () => summaryOf(await ask<AccountReply>("account", accountPosted(node))),
  );
  addKeptPhrases(form.find(".vocu-kept"));
  const clearing = { button: "dialog.cache.button", busy: "dialog.cache.clearing" };
  offer(form.find(".vocu-clear-cache"), clearing, "trash-o", async () => {
    const { cleared } = await ask<ClearedReply>("cache/clear", {});
    return word("dialog.cache.cleared", { count: cleared });
  });
}

/** A link below the key's field, for sites whose page is known. */
function linkKeyPage(node: EditorNode): void {
  const line = $("<div>", { class: "vocu-hint" }).appendTo(elementOf(node, "apiKey").closest(".form-row"));
  const link = $("<a>", { class: "vocu-link", target: "_blank", rel: "noopener" }).text(
    word("dialog.keyPage"),
  );
  line.append(link);
  const update = (): void => {
    const page = KEY_PAGES[String(elementOf(node, "site").val())];
    line.toggle(page !== undefined);
    if (page !== undefined) link.attr("href", page);
  };
  elementOf(node, "site").on("change", update);
  update();
}

/** A button that has something done, and a line that tells what came of it. */
function offer(
  row: JQuery,
  words: { readonly button: string; readonly busy: string },
  icon: string,
  work: () => Promise<string>,
): void {
  const hint = new Hint(row);
  const pressed = (): void => void run(work, hint, words.busy);
  row.prepend($("<label>"), " ", makeButton(icon, word(words.button), pressed));
  hint.clear(hint.begin());
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
function summaryOf({ name, paid, credits, usage }: AccountReply): string {
  return [
    word("dialog.test.connected", { name }),
    ...(paid === undefined ? [] : [word(paid ? "dialog.test.paid" : "dialog.test.free")]),
    ...(credits === undefined ? [] : [word("dialog.test.credits", { credits: credits.toLocaleString() })]),
    ...(usage && [usage.hour, usage.day].some(({ used, limit }) => used > 0 || limit > 0)
      ? [word("dialog.test.usage", { hour: spent(usage.hour), day: spent(usage.day) })]
      : []),
  ].join(" · ");
}

/** `12` or `12 / 500` */
const spent = ({ used, limit }: UsageFacts["hour"]): string =>
  [used, ...(limit > 0 ? [limit] : [])].map((credits) => credits.toLocaleString()).join(" / ");
