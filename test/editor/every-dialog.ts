/**
 * The dialog of every node in one edition of Node-RED: it has a row for everything that the description of the node
 * names, keeps what it is given from every source, says what is missing, and is accessible. With `SCREENSHOTS=1` a
 * picture of each is left in `artifacts/` (`npm run screenshots`).
 */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { listOf, nameProperty } from "../../lib/editor/picked";
import { literalTypeOf, nameOf, sourceOf, type Input } from "../../lib/schema/description";
import { styleIds, voiceIds } from "../../sandbox";
import { nodes, type PaletteNode } from "../contract/palette";
import { CHECKOUT, type FlowNode } from "../node-red";
import type { Peer } from "../peers";
import { loadAxe, repeatedIds, violations, type Look } from "./axe";
import { setStage, WITH_ACCOUNT, type Stage } from "./stage";

export interface Edition {
  readonly name: string;
  /** Goes before the names of screenshots. */
  readonly label: string;
  readonly peer: () => Peer;
  readonly themes: readonly Theme[];
  /** English, in which everything is tried, and one more, whose words are looked at. */
  readonly languages: readonly ["en-US", string];
  /** How many inputs are skipped before the first source is used, so that editions and languages differ. */
  readonly offset: number;
}

type Theme = "light" | "dark";

/** The themes differ only in their colours. */
const LOOK: Readonly<Record<Theme, Look>> = { light: "everything", dark: "colours" };

/** How many offsets English takes: one for each time that a dialog is confirmed. */
const IN_ENGLISH = 2;

/** The sources beside the literal one, each with a value that it accepts. */
const SOURCES: readonly (readonly [type: string, value: string])[] = [
  ["msg", "other"],
  ["flow", "theFlow"],
  ["global", "everywhere"],
  ["env", "VARIABLE"],
  ["jsonata", "1 + 1"],
];

/** A literal that the description accepts. */
function literalFor({ kind, min, max, choices, length, integers }: Input): string {
  switch (kind) {
    case "number":
    case "integer":
      return String(min ?? max ?? 3);
    case "toggle":
      return "true";
    case "choice":
      return choices?.at(-1) ?? "any";
    case "object":
      return '{"key":"value"}';
    case "list":
      return JSON.stringify(
        Array.from({ length: length ?? 1 }, () => (integers === true ? (max ?? 1) : "a")),
      );
    case "voice":
      return voiceIds.english;
    case "style":
      return styleIds.warm;
    default:
      return "some words";
  }
}

/** A value and a source for every input: after as many offsets as there are sources, each has had all. */
function valuesFor(inputs: PaletteNode["inputs"], offset: number): Record<string, string> {
  const given = Object.entries(inputs).map(([name, input], index): [string, string][] => {
    const literal = [literalTypeOf(input.kind), literalFor(input)] as const;
    const sources = [literal, ...SOURCES];
    const [type, value] = sources[(index + offset) % sources.length] ?? literal;
    return [
      [name, value],
      [`${name}Type`, type],
    ];
  });
  return Object.fromEntries(given.flat());
}

/** What is kept beside values that are not picked from a list: no names. */
const unnamed = ({ inputs }: PaletteNode): Record<string, string> =>
  Object.fromEntries(
    Object.entries(inputs).flatMap(([name, input]) =>
      listOf(name, input) === undefined ? [] : [[nameProperty(name), ""]],
    ),
  );

/** The words of a node in a language, as they are delivered. */
interface Words {
  readonly inputs: Readonly<Record<string, { readonly label: string }>>;
  readonly settings: Readonly<Record<string, { readonly label: string }>>;
  readonly errors: Readonly<Record<string, string>>;
}

const wordsOf = (name: string, language: string): Words =>
  JSON.parse(
    readFileSync(join(CHECKOUT, "dist", "nodes", "locales", language, `${name}.json`), "utf8"),
  ) as Words;

/** A row of a dialog as it stands in the page. */
interface Row {
  readonly property: string;
  readonly label: string;
  /** The sources that its field offers; none where it is a setting. */
  readonly sources: readonly string[];
}

const ROWS = `$(".vocu-form [data-vocu]").toArray().map((row) => {
  const field = $("#node-input-" + row.dataset.vocu);
  return {
    property: row.dataset.vocu,
    label: $(row).children("label").text().trim(),
    sources: field.hasClass("red-ui-typedInput")
      ? field.typedInput("instance").typeList.map(({ value }) => value)
      : [],
  };
})`;

/** The rows that a description asks for. */
function rowsFor({ inputs, settings = {} }: PaletteNode, words: Words): Row[] {
  const elsewhere = SOURCES.map(([type]) => type);
  return [
    ...Object.entries(inputs).map(([property, { kind }]) => ({
      property,
      label: words.inputs[property]?.label ?? "(none)",
      sources: [literalTypeOf(kind), ...elsewhere],
    })),
    ...Object.keys(settings).map((property) => ({
      property,
      label: words.settings[property]?.label ?? "(none)",
      sources: [],
    })),
  ];
}

const byProperty = (rows: readonly Row[]): Row[] =>
  [...rows].sort((one, other) => one.property.localeCompare(other.property));

/** Registers the tests of all dialogs. */
export function describeEveryDialog({
  name: edition,
  label,
  peer,
  themes,
  languages,
  offset,
}: Edition): void {
  languages.forEach((language, index) => {
    describe(`the dialogs of all nodes in ${edition}, ${language}`, function () {
      this.timeout(60_000);
      let stage: Stage;

      before(async () => {
        stage = await setStage({
          ...WITH_ACCOUNT,
          peer: peer(),
          label: `${label}-${language}`,
          language,
          onlyDialogs: true,
        });
        await loadAxe(stage.editor.page);
      });
      afterEach(async () => {
        await stage.editor.cancel();
        await stage.editor.remove("node");
      });
      after(() => stage.close());

      const bring = (description: PaletteNode, properties: object): Promise<void> =>
        stage.editor.bring({
          id: "node",
          type: description.type,
          z: "tab",
          x: 300,
          y: 100,
          wires: Array.from({ length: description.outputs }, () => []),
          ...((description as { account?: false }).account === false ? {} : { account: "account" }),
          ...properties,
        });

      for (const description of nodes) {
        const name = nameOf(description);

        it(`of ${name} has what the description names, and keeps values of every source`, async () => {
          const { editor } = stage;
          const given = valuesFor(description.inputs, offset + index * IN_ENGLISH);
          await bring(description, given);
          await editor.edit("node");
          const rows = await editor.page.evaluate<Row[]>(ROWS);
          assert.deepEqual(byProperty(rows), byProperty(rowsFor(description, wordsOf(name, language))));
          const form = editor.page.locator(".vocu-form");
          assert.doesNotMatch(await form.innerText(), /\b(inputs|settings|dialog|errors|groups)\.\w+/);
          if (process.env.SCREENSHOTS !== undefined) await editor.screenshot(`dialog-${name}`);
          await editor.done("node");
          const first = await editor.saved("node");
          assert.deepEqual({ ...first, ...given }, first);
          assert.equal(first.settingsVersion, 1);
          // What is kept does not depend on the language.
          if (language !== "en-US") return;
          await editor.remove("node");
          const stored = { ...first, ...unnamed(description), ...valuesFor(description.inputs, offset + 1) };
          await editor.bring(stored);
          await editor.edit("node");
          await editor.done("node");
          // The canvas centres a node again whose label has become longer.
          assert.deepEqual({ ...(await editor.saved("node")), x: first.x }, stored);
          assert.notEqual(await editor.page.evaluate('RED.nodes.node("node").changed'), true);
        });

        it(`of ${name} says which of its inputs are missing, and nothing else`, async () => {
          const blank = Object.entries(description.inputs).flatMap(([input, spec]) => [
            [input, ""],
            [`${input}Type`, sourceOf({ ...spec, from: "" }).type],
          ]);
          await bring(description, Object.fromEntries(blank) as object);
          const { inputs, errors } = wordsOf(name, language);
          const shared = { ...wordsOf("account", language).errors, ...errors };
          const missing = Object.entries(description.inputs)
            .filter(
              ([, { required, requiredUnless, when }]) =>
                when === undefined && (required === true || requiredUnless !== undefined),
            )
            .map(([input]) => (shared.INPUT_MISSING ?? "").replace("__label__", inputs[input]?.label ?? ""));
          const said = await stage.editor.complaints("node");
          assert.deepEqual(said.filter((sentence) => missing.includes(sentence)).sort(), missing.sort());
        });

        if (language === "en-US")
          it(`of ${name} is accessible, ${themes.join(" and ")}`, async () => {
            const { editor } = stage;
            await bring(description, {});
            await editor.edit("node");
            await unfold(stage);
            assert.deepEqual(await repeatedIds(editor.page), []);
            for (const theme of themes) {
              await inTheme(stage, theme, async () => {
                assert.deepEqual(await violations(editor.page, ".vocu-form", LOOK[theme]), [], theme);
              });
            }
          });
      }

      if (language === "en-US") {
        it(`is accessible with an open list, ${themes.join(" and ")}`, async () => {
          const { editor } = stage;
          const speech = nodes.find(({ type }) => type === "vocu-speech-stream") ?? assert.fail();
          await bring(speech, { voiceId: voiceIds.english, voiceIdType: "str" });
          await editor.edit("node");
          await editor.list("voiceId");
          assert.deepEqual(await repeatedIds(editor.page), []);
          for (const theme of themes) {
            await inTheme(stage, theme, async () => {
              const parts = ".vocu-list, .vocu-form";
              assert.deepEqual(await violations(editor.page, parts, LOOK[theme]), [], theme);
            });
          }
          await editor.page.keyboard.press("Escape");
        });

        it(`of the account is accessible, ${themes.join(" and ")}`, async () => {
          const { editor } = stage;
          const speech = nodes.find(({ type }) => type === "vocu-speech-stream") ?? assert.fail();
          await bring(speech, {});
          await editor.edit("node");
          await editor.editAccount();
          await unfold(stage);
          for (const theme of themes) {
            await inTheme(stage, theme, async () => {
              assert.deepEqual(await violations(editor.page, ".vocu-form", LOOK[theme]), [], theme);
            });
          }
        });
      }

      it("takes the only account for a node that is imported without one", async () => {
        const node: FlowNode = { id: "node", type: "vocu-voice-list", z: "tab", x: 100, y: 300, wires: [] };
        const { page } = stage.editor;
        await page.evaluate(`RED.nodes.import(${JSON.stringify([node])}, { markChanged: true })`);
        await page.waitForFunction(`RED.nodes.node("node").account === "account"`);
      });

      it("takes a node that the first versions saved as it is", async () => {
        const file = join(CHECKOUT, "test", "fixtures", "speech-stream-0.1.json");
        const stored = { ...(JSON.parse(readFileSync(file, "utf8")) as FlowNode), id: "node" };
        const { editor } = stage;
        await editor.bring(stored);
        await editor.edit("node");
        await editor.done("node");
        const saved = await editor.saved("node");
        for (const [property, value] of Object.entries(stored)) {
          assert.deepEqual(saved[property], value, property);
        }
      });
    });
  });
}

/** Shows every row that is folded away. */
const unfold = ({ editor }: Stage): Promise<unknown> => editor.page.evaluate('$(".vocu-advanced").show()');

/** Does something in one of Node-RED 5's themes; 4.1 is always light. */
async function inTheme({ editor }: Stage, theme: Theme, work: () => Promise<void>): Promise<void> {
  const dark = (on: boolean): string => `document.documentElement.classList.toggle("nr-theme-dark", ${on})`;
  if (theme === "light") return work();
  const ink = '$(".vocu-form").css("color")';
  const before = await editor.page.evaluate(ink);
  await editor.page.evaluate(dark(true));
  try {
    assert.notEqual(await editor.page.evaluate(ink), before, "it is not dark");
    await work();
  } finally {
    await editor.page.evaluate(dark(false));
  }
}
