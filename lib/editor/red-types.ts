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

/** The members of a node that the editor itself keeps up to date. */
export interface EditableNode {
  [property: string]: unknown;
}

/** One source of a TypedInput. The functions are called with the widget as `this`. */
export interface TypedInputType {
  readonly value: string;
  readonly label: string;
  readonly icon?: string;
  readonly options?: readonly { readonly value: string; readonly label: string }[];
  readonly validate?: (value: string) => boolean;
  readonly expand?: (this: TypedInputWidget) => void;
  readonly valueLabel?: (this: TypedInputWidget, container: JQuery, value: string) => void;
}

export interface TypedInputWidget {
  readonly input: JQuery;
  readonly element: JQuery;
  readonly elementDiv: JQuery;
  readonly uiSelect: JQuery;
  readonly selectTrigger: JQuery;
  readonly optionSelectTrigger: JQuery;
  readonly optionExpandButton: JQuery;
  value(): string;
  value(value: string): void;
  type(): string;
  width(width: string): void;
}

interface TypedInputElement {
  typedInput(options: {
    types: readonly (string | TypedInputType)[];
    typeField: string;
    default: string;
  }): void;
  typedInput(method: "instance"): TypedInputWidget;
  typedInput(method: "type" | "value"): string;
  typedInput(method: "type" | "value", value: string): void;
}

/** The definition of a node type, as far as it is read here. */
interface NodeType {
  readonly paletteLabel?: () => string;
}

interface Editor {
  _(key: string, params?: object): string;
  readonly nodes: {
    node(id: string): EditorNode | null;
    eachNode(visit: (node: EditorNode) => void): void;
    eachConfig(visit: (node: EditorNode) => void): void;
    getType(type: string): NodeType | undefined;
    updateConfigNodeUsers(node: EditorNode, options: { action: "add" | "remove" }): void;
  };
  readonly editor: {
    getEditStack(): readonly EditorNode[];
    editText(options: EditOptions): void;
    editJSON(options: EditOptions): void;
    validateNode(node: EditorNode): void;
  };
  readonly i18n: { lang(): string };
  readonly events: { on(event: string, listener: (subject: never) => void): void };
  readonly settings: { getLocal(key: string): string | null; setLocal(key: string, value: string): void };
  readonly utils: { validateTypedProperty(value: string, type: string, options: object): true | string };
  readonly view: { redraw(update?: boolean): void };
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

/** The TypedInput of an element. */
export const widgetOf = (element: JQuery): TypedInputWidget => typedInput(element).typedInput("instance");
