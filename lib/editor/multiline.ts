/**
 * Text of several lines in a TypedInput. Its field is a single line, which a browser strips of line breaks; while the
 * text has some, the field is hidden (hidden fields keep them) and a summary stands in its place.
 */
import type { TypedInputType, TypedInputWidget } from "./red-types";
import { word } from "./words";

/** The members of a TypedInput type that make its text multi-line. */
export const manyLines: Required<Pick<TypedInputType, "valueLabel" | "expand">> = {
  valueLabel(container, value) {
    const lines = value.split("\n");
    const several = lines.length > 1;
    this.elementDiv.toggle(!several);
    container.toggle(several).empty();
    if (!several) return;
    $("<span>")
      .text(`${lines[0] ?? ""} …`)
      .appendTo(container);
    $("<span>", { class: "vocu-lines" })
      .text(word("dialog.lines", { count: lines.length }))
      .appendTo(container);
  },
  expand() {
    RED.editor.editText({
      title: word("dialog.editText"),
      mode: "ace/mode/text",
      value: this.value(),
      focus: true,
      complete: (text) => setText(this, text.replace(/\s+$/, "")),
    });
  },
};

/** Puts text into the field, line breaks and all. */
function setText(widget: TypedInputWidget, text: string): void {
  widget.input.attr("type", text.includes("\n") ? "hidden" : "text");
  widget.value(text);
}

/** Puts stored text into a TypedInput that has just been made. */
export function restoreText(element: JQuery, text: unknown): void {
  if (typeof text !== "string" || !text.includes("\n")) return;
  const widget = (element as unknown as { typedInput(method: "instance"): TypedInputWidget }).typedInput(
    "instance",
  );
  setText(widget, text);
}
