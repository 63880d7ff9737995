/** What axe-core finds wrong with a part of the page. */
import assert from "node:assert/strict";
import { createRequire } from "node:module";
import type { Page } from "playwright-core";

const AXE = createRequire(__filename).resolve("axe-core/axe.min.js");

/** Markup that Node-RED itself makes: the buttons beside the list of config nodes. */
const NOT_OURS = /node-(config-)?input-(btn|lookup)-/;

interface Findings {
  readonly violations: readonly Violation[];
  /** Rules that something on the page kept. */
  readonly seen: readonly string[];
  /** The parts were elsewhere while axe looked. */
  readonly moved: boolean;
}

/** What axe looks for: everything, or only what depends on the colours. */
export type Look = "everything" | "colours";

/** Rules that must have found something to look at. */
const WANTED: Readonly<Record<Look, readonly string[]>> = {
  everything: ["color-contrast", "label"],
  colours: ["color-contrast"],
};

interface Violation {
  readonly id: string;
  readonly impact: string;
  readonly nodes: readonly { readonly html: string }[];
}

/** Loads axe-core into a page; needed once after each load of the page. */
export async function loadAxe(page: Page): Promise<void> {
  await page.addScriptTag({ path: AXE });
}

/**
 * The serious and critical violations, each as `rule: markup`. Meanwhile everything beside the open dialog is empty: axe looks at every element of a page for each of its rules, and the editor has thousands.
 * @throws AssertionError when axe did not see the parts as they are
 */
export async function violations(page: Page, parts: string, look: Look = "everything"): Promise<string[]> {
  const only = look === "colours" ? { runOnly: { type: "rule", values: WANTED.colours } } : {};
  const {
    violations: found,
    seen,
    moved,
  } = await page.evaluate<Findings>(`(async () => {
    const parts = [...document.querySelectorAll(${JSON.stringify(parts)})];
    const places = () => JSON.stringify(parts.map((part) => part.getBoundingClientRect()));
    const before = places();
    const emptied = [];
    const empty = (parent) => {
      for (const child of parent.children) {
        if (parts.includes(child) || child.matches("style, link, script")) continue;
        if (parts.some((part) => child.contains(part))) empty(child);
        else if (!child.closest(".red-ui-tray")) emptied.push([child, [...child.childNodes]]);
      }
    };
    empty(document.body);
    for (const [element] of emptied) element.replaceChildren();
    // The editor stands in a body without height that hides what overflows: axe would count all of it as invisible.
    document.body.style.height = "100vh";
    try {
      const moved = places() !== before;
      const { violations, passes } = await axe.run(parts, { resultTypes: ["violations"], ...${JSON.stringify(only)} });
      return { violations, seen: passes.map(({ id }) => id), moved };
    } finally {
      document.body.style.height = "";
      for (const [element, content] of emptied) element.replaceChildren(...content);
    }
  })()`);
  assert.ok(!moved, "the parts have another place without the rest of the page");
  for (const rule of WANTED[look]) assert.ok(seen.includes(rule), `nothing was there for ${rule}`);
  return found
    .filter(({ impact }) => impact === "serious" || impact === "critical")
    .flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html}`))
    .filter((text) => !NOT_OURS.test(text));
}

/** Ids that more than one element has: a label or a description of one could speak for another. */
export const repeatedIds = (page: Page): Promise<string[]> =>
  page.evaluate<string[]>(`(() => {
    const ids = $(".vocu-form [id], .vocu-list [id]").toArray().map(({ id }) => id);
    return ids.filter((id) => document.querySelectorAll("#" + CSS.escape(id)).length > 1);
  })()`);
