/** The editor as a person uses it, in a real browser. Whatever the page complains about fails the test that closes it. */
import assert from "node:assert/strict";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import type { Browser, Locator, Page } from "playwright-core";
import { CHECKOUT, type FlowNode } from "../node-red";
import { WITHOUT_SLIDING } from "./sliding";

export interface EditorOptions {
  /** Where Node-RED serves its editor. */
  readonly url: string;
  /** Language of the person, default en-US. */
  readonly language?: string;
  readonly colorScheme?: "light" | "dark";
  /** Goes before the names of screenshots, e.g. the edition of Node-RED. */
  readonly label?: string;
  /** Dialogs slide in and out as they do for a person; default false, they are there and gone at once. */
  readonly sliding?: boolean;
  /** Palette, canvas and sidebar are hidden: each change of a dialog would lay them out, too. Not for screenshots. */
  readonly onlyDialogs?: boolean;
}

/** What stands around the dialogs. */
const AROUND = "#red-ui-header, #red-ui-palette, #red-ui-workspace, #red-ui-sidebar";

/** A field that every node's dialog has: the node's label, or an input of that name. */
const NODE_FORM = "#node-input-name";

/** Opens the editor in a page of its own and waits until its palette is there. */
export async function openEditor(browser: Browser, options: EditorOptions): Promise<Editor> {
  const context = await browser.newContext({
    viewport: { width: 1400, height: 1000 },
    locale: options.language ?? "en-US",
    colorScheme: options.colorScheme ?? "light",
  });
  try {
    // Where Node-RED 5 keeps the person's choice of theme; 4.1 is always light.
    await context.addInitScript(
      `if (location.protocol === "http:") localStorage.setItem("view-dark-theme", "${options.colorScheme ?? "light"}")`,
    );
    const editor = new Editor(await context.newPage(), options);
    await editor.load();
    return editor;
  } catch (error) {
    await context.close();
    throw error;
  }
}

export class Editor {
  private readonly problems: string[] = [];

  constructor(
    readonly page: Page,
    private readonly options: EditorOptions,
  ) {
    page.on("pageerror", (error) => this.problems.push(error.stack ?? error.message));
    page.on("console", (message) => {
      if (message.type() === "error") this.problems.push(`${message.text()} (${message.location().url})`);
    });
    page.setDefaultTimeout(15_000);
  }

  async load(): Promise<void> {
    await this.page.goto(this.options.url, { waitUntil: "domcontentloaded" });
    await this.paletteItem("vocu-speech-stream").waitFor({ state: "visible", timeout: 60_000 });
    await this.page.locator("#red-ui-loading-progress").waitFor({ state: "hidden" });
    // The tips of Node-RED 5 begin after a while even where there is no place for them, which is an error of the page.
    await this.page.evaluate('RED.actions.invoke("core:toggle-show-tips", false)');
    if (this.options.sliding !== true) await this.page.evaluate(WITHOUT_SLIDING);
    if (this.options.onlyDialogs === true && process.env.SCREENSHOTS === undefined) {
      await this.page.addStyleTag({ content: `${AROUND} { display: none !important }` });
    }
  }

  /** Leaves the editor. @throws AssertionError when the page complained about anything */
  async close(): Promise<void> {
    // The bundled Chromium is a single process, which would end with the page.
    await this.page.goto("about:blank");
    assert.deepEqual(this.problems, []);
  }

  /** A node's entry in the palette. */
  paletteItem(type: string): Locator {
    return this.page.locator(`.red-ui-palette-node[data-palette-type="${type}"]`);
  }

  /** Drags a node from the palette to the flow and answers with its id. */
  async drag(type: string, to: { x: number; y: number } = { x: 420, y: 220 }): Promise<string> {
    const { mouse } = this.page;
    const item = this.paletteItem(type);
    await item.scrollIntoViewIfNeeded();
    const from = await box(item);
    const chart = await box(this.page.locator("#red-ui-workspace-chart"));
    await mouse.move(from.x + 20, from.y + 10);
    await mouse.down();
    // jQuery UI begins to drag after some movement, not at the first.
    await mouse.move(from.x + 60, from.y + 40, { steps: 4 });
    await mouse.move(chart.x + to.x, chart.y + to.y, { steps: 12 });
    await mouse.up();
    const found = await this.page.waitForFunction(`(() => {
      let id;
      RED.nodes.eachNode((node) => { if (node.type === ${JSON.stringify(type)}) id = node.id; });
      return id;
    })()`);
    return (await found.jsonValue()) as string;
  }

  /** Opens a node's dialog. */
  async open(id: string): Promise<void> {
    await this.page.locator(`[id="${id}"]`).dblclick();
    await this.settled(NODE_FORM);
  }

  /** Opens a node's dialog wherever the node is. */
  async edit(id: string): Promise<void> {
    await this.page.evaluate(`RED.editor.edit(RED.nodes.node(${JSON.stringify(id)}))`);
    await this.settled(NODE_FORM);
  }

  /** Presses the button that adds an account. */
  async addAccount(): Promise<void> {
    await this.page.click("#node-input-btn-account-add");
    await this.settled("#node-config-input-site");
  }

  /** Presses the button that edits the chosen account. */
  async editAccount(): Promise<void> {
    await this.page.click("#node-input-btn-account-edit");
    await this.settled("#node-config-input-site");
  }

  /** Presses "Add", "Update" or "Done" of the topmost dialog. */
  async done(dialog: "node" | "config"): Promise<void> {
    await this.press(dialog === "config" ? "#node-config-dialog-ok" : "#node-dialog-ok");
  }

  /** Closes whatever dialogs are open, as if nothing had been changed. */
  async cancel(): Promise<void> {
    for (let open = await this.openDialogs(); open > 0; open -= 1) {
      await this.press("#node-config-dialog-cancel, #node-dialog-cancel");
    }
  }

  private openDialogs(): Promise<number> {
    return this.page.evaluate<number>("RED.editor.getEditStack().length");
  }

  /** Presses a button that closes the topmost dialog, as its keyboard shortcut does: whatever has the focus loses it first. */
  private async press(button: string): Promise<void> {
    await this.atRest();
    const open = await this.page.evaluate<number>(`(() => {
      const open = RED.editor.getEditStack().length;
      document.activeElement.blur();
      $(${JSON.stringify(button)}).last().trigger("click");
      return open;
    })()`);
    await this.page.waitForFunction(`RED.editor.getEditStack().length < ${open}`);
    await this.atRest();
  }

  /** Chooses one of an input's sources. */
  async chooseSource(input: string, source: string): Promise<void> {
    await this.widget(input).locator(".red-ui-typedInput-type-select").click();
    await this.page.locator(`.red-ui-typedInput-options:visible a[value="${source}"]`).click();
  }

  /** Types into an input's field, as a person would. */
  async type(input: string, text: string): Promise<void> {
    const field = this.widget(input).locator("input:visible");
    await field.click();
    await field.fill("");
    await field.pressSequentially(text);
    await this.page.keyboard.press("Escape");
    await field.evaluate((element) => {
      element.dispatchEvent(new Event("change", { bubbles: true }));
    });
  }

  /** Opens the list that an input offers and answers with its entries. */
  async list(input: string): Promise<string[]> {
    await this.widget(input).locator(".red-ui-typedInput-option-expand").click();
    await this.page.locator(".vocu-list .vocu-offer").first().waitFor({ state: "visible" });
    return this.offered();
  }

  /** The names in the open list, in order. */
  offered(): Promise<string[]> {
    return this.page.locator(".vocu-list .vocu-offer-name").allInnerTexts();
  }

  /** Picks an entry of the open list. */
  async pick(text: string): Promise<void> {
    await this.page.locator(".vocu-list .vocu-offer", { hasText: text }).first().click();
  }

  /** The field of an input that is picked from a list. */
  combobox(input: string): Locator {
    return this.page.locator(`#node-input-${input}-combo`);
  }

  /** The sentence below a field that says why it is wrong; blank where nothing is wrong. */
  async problem(field: string): Promise<string> {
    const line = this.page.locator(`#node-input-${field}-problem, #node-config-input-${field}-problem`);
    return (await line.isVisible()) ? line.innerText() : "";
  }

  /** Chooses from an input that is a plain list. */
  async choose(input: string, label: string): Promise<void> {
    await this.widget(input).locator(".red-ui-typedInput-option-trigger").click();
    await this.page.locator(".red-ui-typedInput-options:visible a", { hasText: label }).click();
  }

  /** Fills a plain field and leaves it. */
  async fill(field: string, text: string): Promise<void> {
    await this.page.fill(field, text);
    await this.page.locator(field).blur();
  }

  /** What an input shows. */
  shown(input: string): Promise<string> {
    return this.widget(input).innerText();
  }

  /** What an input holds: its source and value. */
  async held(input: string): Promise<{ type: string; value: string }> {
    const [type, value] = await Promise.all([
      this.page.inputValue(`#node-input-${input}Type`),
      this.page.inputValue(`#node-input-${input}`),
    ]);
    return { type, value };
  }

  /** The TypedInput of an input. */
  widget(input: string): Locator {
    return this.page.locator(`#node-input-${input} + .red-ui-typedInput-container`);
  }

  /** The line below a field or a button. */
  hint(row: string): Locator {
    return this.page.locator(`.form-row:is([data-vocu="${row}"], .${row}) .vocu-hint`);
  }

  /** Whether Node-RED marks the field of a property as wrong. */
  isWrong(selector: string): Promise<boolean> {
    return this.page.locator(selector).evaluate((element) => element.classList.contains("input-error"));
  }

  /** What Node-RED says is wrong with a node. */
  complaints(id: string): Promise<string[]> {
    return this.page.evaluate<string[]>(`RED.nodes.node(${JSON.stringify(id)}).validationErrors ?? []`);
  }

  /** Presses Deploy and waits until the runtime has the flow. */
  async deploy(): Promise<void> {
    const posted = this.page.waitForResponse(
      (response) => response.url().endsWith("/flows") && response.request().method() === "POST",
    );
    await this.page.click("#red-ui-header-button-deploy");
    assert.ok((await posted).ok());
  }

  /** Adds nodes to the flow as an import does, with the ids they bring. */
  async bring(...nodes: readonly FlowNode[]): Promise<void> {
    await this.page.evaluate(`RED.nodes.import(${JSON.stringify(nodes)}); RED.view.redraw(true);`);
  }

  /** Takes a node out of the flow, and off the canvas at once, so that another one may have its id; none is no fault. */
  async remove(id: string): Promise<void> {
    const node = `RED.nodes.node(${JSON.stringify(id)})`;
    await this.page.evaluate(
      `${node} && (RED.nodes.remove(${JSON.stringify(id)}), RED.view.redraw(true, true))`,
    );
  }

  /** A node as a deploy would save it. */
  saved(id: string): Promise<FlowNode> {
    return this.page.evaluate<FlowNode>(`RED.nodes.convertNode(RED.nodes.node(${JSON.stringify(id)}))`);
  }

  /** What the runtime has deployed. */
  async flows(): Promise<FlowNode[]> {
    const response = await this.page.request.get(`${this.options.url}/flows`);
    return (await response.json()) as FlowNode[];
  }

  /** Leaves a picture in `artifacts/`. */
  async screenshot(name: string): Promise<void> {
    const folder = join(CHECKOUT, "artifacts");
    await mkdir(folder, { recursive: true });
    const label = this.options.label === undefined ? "" : `${this.options.label}-`;
    await this.page.screenshot({ path: join(folder, `${label}${name}.png`) });
  }

  /** Waits until a dialog with this field has slid in; clicks before that can miss. */
  private async settled(field: string): Promise<void> {
    await this.page.waitForFunction(`$(${JSON.stringify(field)}).length > 0 && ${AT_REST}`);
  }

  /** Waits until nothing slides any more. */
  private async atRest(): Promise<void> {
    await this.page.waitForFunction(AT_REST);
  }
}

/** True in the page when no dialog and no popover is on its way in or out. */
const AT_REST = `(() => {
  const trays = $(".red-ui-tray");
  return !$(".red-ui-popover-panel").is(":animated") && trays.length <= 1 && (trays.length === 0 || trays.css("right") === "0px");
})()`;

async function box(locator: Locator): Promise<{ x: number; y: number }> {
  const found = await locator.boundingBox();
  assert.ok(found, "it is not on the page");
  return found;
}
