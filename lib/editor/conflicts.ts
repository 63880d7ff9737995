/** Values that exclude or need each other: a yellow line below the field that says so, with a button that mends it. */
import { literalTypeOf } from "../schema/description";
import { chosenVoice } from "./choices";
import { currentValue, elementOf, isLiteral, isShown } from "./fields";
import { button, element } from "./elements";
import { hideEmptyGroups } from "./form-rows";
import { typedInput, type EditorNode } from "./red-types";
import { isBlank } from "./rules";
import { specOf } from "./spec";
import { word } from "./words";

/** What the rules ask about a dialog. */
interface Dialog {
  /** The input is there and has been given this literal. */
  readonly has: (input: string, value: string) => boolean;
  /** The input is there and not blank, whatever its source. */
  readonly isSet: (input: string) => boolean;
  readonly voiceVersion: string | undefined;
}

interface Conflict {
  /** A word of `dialog.conflicts`. */
  readonly key: string;
  /** The input that the line stands below. */
  readonly at: string;
  readonly applies: (dialog: Dialog) => boolean;
  /** The input that the button changes, and to what. */
  readonly mend: { readonly input: string; readonly value: string };
}

const V4 = "v4.0";

/** Only V3 voices use them (API reference 7.5). */
const V3_ONLY = ["language", "vivid", "emo_switch"];

/** Make sense only together with another input. */
const NEEDS: Readonly<Record<string, (dialog: Dialog) => boolean>> = {
  ...Object.fromEntries(V3_ONLY.map((input) => [input, ({ voiceVersion }: Dialog) => voiceVersion !== V4])),
  reference_mode: ({ isSet }) => isSet("instruct_mode"),
  vc_mode: ({ isSet }) => isSet("input_audio"),
  high_quality: ({ isSet }) => isSet("input_audio"),
};

const CONFLICTS: readonly Conflict[] = [
  {
    key: "instructNeeded",
    at: "voiceId",
    applies: ({ voiceVersion, has, isSet }) =>
      voiceVersion === V4 && (has("instruct_mode", "false") || !isSet("instruct_mode")),
    mend: { input: "instruct_mode", value: "true" },
  },
  {
    key: "subtitlesOrFlash",
    at: "srt",
    applies: ({ has }) => has("srt", "true") && has("flash", "true"),
    mend: { input: "flash", value: "false" },
  },
  {
    key: "subtitlesOrInstruct",
    at: "srt",
    applies: ({ has }) => has("srt", "true") && has("instruct_mode", "true"),
    mend: { input: "srt", value: "false" },
  },
  {
    key: "textOrAudio",
    at: "input_audio",
    applies: ({ isSet }) => isSet("input_audio") && isSet("text"),
    mend: { input: "text", value: "" },
  },
  {
    key: "referenceNeedsInstruct",
    at: "reference_mode",
    applies: ({ isSet, has }) =>
      isSet("reference_mode") && (has("instruct_mode", "false") || !isSet("instruct_mode")),
    mend: { input: "instruct_mode", value: "true" },
  },
  ...["vc_mode", "high_quality"].map((input): Conflict => ({
    key: "audioNeeded",
    at: input,
    applies: ({ isSet }) => isSet(input) && !isSet("input_audio"),
    mend: { input, value: "" },
  })),
  ...V3_ONLY.map((input): Conflict => ({
    key: "onlyV3",
    at: input,
    applies: ({ isSet, voiceVersion, has }) => voiceVersion === V4 && isSet(input) && !has(input, "auto"),
    mend: { input, value: "" },
  })),
];

/** Keeps the lines up to date, and hides inputs that make no sense with the others unless they are set. */
export function watchConflicts(node: EditorNode, form: JQuery): void {
  const { inputs } = specOf(node.type);
  const there = CONFLICTS.filter(({ at, mend }) => at in inputs && mend.input in inputs);
  const lines = there.map((conflict) => ({ conflict, line: lineOf(node, conflict) }));
  const needing = Object.entries(NEEDS).filter(([input]) => input in inputs);
  if (lines.length === 0 && needing.length === 0) return;
  let turn = 0;
  const update = async (): Promise<void> => {
    const mine = ++turn;
    const voice = await chosenVoice(node);
    if (mine !== turn) return;
    const dialog = dialogOf(node, voice?.version);
    for (const { conflict, line } of lines) line.style.display = conflict.applies(dialog) ? "block" : "none";
    for (const [input, applies] of needing) {
      const shown = isShown(node, inputs[input]?.when) && (applies(dialog) || dialog.isSet(input));
      elementOf(node, input).closest(".form-row").toggle(shown);
    }
    hideEmptyGroups(form);
  };
  form.on("change", () => void update());
  void update();
}

function dialogOf(node: EditorNode, voiceVersion: string | undefined): Dialog {
  const { inputs } = specOf(node.type);
  const isSet = (name: string): boolean => name in inputs && !isBlank(currentValue(node, name));
  const has = (name: string, value: string): boolean => {
    const input = inputs[name];
    return input !== undefined && isLiteral(node, name, input) && String(currentValue(node, name)) === value;
  };
  return { voiceVersion, isSet, has };
}

function lineOf(node: EditorNode, { key, at, mend }: Conflict): HTMLElement {
  const label = node._(`inputs.${at}.label`);
  const other = node._(`inputs.${mend.input}.label`);
  const act = mend.value === "" ? "clear" : mend.value === "true" ? "switchOn" : "switchOff";
  const line = element(
    "div",
    "vocu-conflict",
    element("i", "fa fa-exclamation-triangle"),
    element("span", "", word(`dialog.conflicts.${key}`, { label, other })),
    button("magic", word(`dialog.conflicts.${act}`, { other }), () => setInput(node, mend)),
  );
  line.setAttribute("role", "status");
  elementOf(node, at).closest(".form-row").append(line);
  return line;
}

/** Gives an input a literal value. */
function setInput(node: EditorNode, { input, value }: Conflict["mend"]): void {
  const spec = specOf(node.type).inputs[input];
  if (!spec) return;
  const element = typedInput(elementOf(node, input));
  if (!isLiteral(node, input, spec)) element.typedInput("type", literalTypeOf(spec.kind));
  element.typedInput("value", value);
}
