/** The part of Node-RED's editor that is used here; its published types leave much of it out. */

/** A node as the editor holds it: the configuration, and credentials that were typed since the last deploy. */
export interface EditorNode {
  readonly id: string;
  readonly type: string;
  readonly credentials?: Readonly<Record<string, unknown>>;
  readonly [property: string]: unknown;
  /** A word of the node's own catalog. */
  readonly _: (key: string, params?: object) => string;
}

/** One source of a TypedInput. The functions are called with the widget as `this`. */
export interface TypedInputType {
  readonly value: string;
  readonly label: string;
  readonly icon?: string;
  readonly options?: readonly { readonly value: string; readonly label: string }[];
  readonly autoComplete?: (value: string, done: (found: readonly Completion[]) => void) => void;
  readonly validate?: (value: string) => boolean;
  readonly expand?: (this: TypedInputWidget) => void;
  readonly valueLabel?: (this: TypedInputWidget, container: JQuery, value: string) => void;
}

/** An entry of a completion list. */
export interface Completion {
  readonly value: string;
  readonly label: JQuery;
}

export interface TypedInputWidget {
  readonly input: JQuery;
  readonly element: JQuery;
  readonly elementDiv: JQuery;
  value(): string;
  value(value: string): void;
}

interface TypedInputElement {
  typedInput(options: {
    types: readonly (string | TypedInputType)[];
    typeField: string;
    default: string;
  }): void;
  typedInput(method: "type" | "value"): string;
  typedInput(method: "type" | "value", value: string): void;
}

interface Editor {
  _(key: string, params?: object): string;
  readonly nodes: { node(id: string): EditorNode | null };
  readonly editor: {
    getEditStack(): readonly EditorNode[];
    editText(options: EditOptions): void;
    editJSON(options: EditOptions): void;
    validateNode(node: EditorNode): void;
  };
  readonly utils: { validateTypedProperty(value: string, type: string, options: object): true | string };
  readonly popover: { tooltip(target: JQuery, content: string): void };
}

interface EditOptions {
  readonly title?: string;
  readonly mode?: string;
  readonly value: string;
  readonly focus?: boolean;
  readonly complete: (value: string) => void;
}

declare global {
  const RED: Editor;
}

/** An input element with the TypedInput methods. */
export const typedInput = (element: JQuery): TypedInputElement => element as unknown as TypedInputElement;
