/** The text that makes a voice or a task fail. */

/** A task whose text, or a voice whose name, contains this ends in `failed`. */
export const failMarker = "sandbox:fail";
