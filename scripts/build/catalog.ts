/** The message catalogs that Node-RED serves: a node's own one, and the shared words inside the account's. */
import { FAMILIES } from "./families";
import type { FieldWords, NodeWords } from "./node-words";
import { SHARED_NAMESPACE } from "./paths";
import type { Source } from "./sources";
import type { Language, WordTree } from "./words";

/** The texts of a node's dialog and labels, under the keys that `lib/editor` and the generated html use. */
export function nodeCatalog(source: Source, words: NodeWords): WordTree {
  const outputs = Object.fromEntries(words.outputs.map(({ label }, index) => [String(index + 1), label]));
  return {
    ...(source.kind === "node"
      ? { palette: { label: { [FAMILIES[source.description.family].category]: words.category ?? "" } } }
      : {}),
    label: words.label,
    ...(words.short === undefined ? {} : { short: words.short }),
    outputs,
    inputs: fieldTree(words.inputs),
    settings: fieldTree({ ...words.credentials, ...words.settings, ...words.references }),
  };
}

/** The parts of `shared.json` that are looked up while Node-RED runs. */
export function sharedCatalog(language: Language): WordTree {
  const { errors, wanted, status, failures, dialog } = language.shared;
  return linked({ errors, wanted, status, failures, dialog });
}

/** i18next keys may not contain dots, which some choices (`v3.0`) do; lib/editor makes the same replacement. */
const wordKey = (value: string): string => value.replace(/[.:]/g, "_");

function fieldTree(fields: Readonly<Record<string, FieldWords>>): WordTree {
  return Object.fromEntries(
    Object.entries(fields).map(([name, { label, help, choices }]) => [
      name,
      {
        label,
        help: help.replace(/`/g, ""),
        choices: Object.fromEntries(Object.entries(choices).map(([value, word]) => [wordKey(value), word])),
      },
    ]),
  );
}

/** Adds the namespace to links in words, `$t(wanted.text)`, because they are looked up from any node's namespace. */
function linked(tree: Readonly<Record<string, string | WordTree | undefined>>): WordTree {
  return Object.fromEntries(
    Object.entries(tree).map(([key, value]) => [
      key,
      typeof value === "object"
        ? linked(value)
        : (value ?? "").replace(/\$t\((\w+)\./g, `$t(${SHARED_NAMESPACE}:$1.`),
    ]),
  );
}
