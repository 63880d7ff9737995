/** Which inputs are picked from a list of the account, and the property that keeps the name of what was picked. */
import type { Input } from "../schema/description";

export type ListName = "voices" | "templates" | "splitters" | "tasks";

/** The lists behind the text inputs that hold an id. */
const LISTS: Readonly<Record<string, Exclude<ListName, "voices">>> = {
  templateId: "templates",
  splitterId: "splitters",
  splitter: "splitters",
  taskId: "tasks",
};

/** The list that an input's values come from; undefined for inputs that are not picked. */
export function listOf(name: string, input: Pick<Input, "kind">): ListName | undefined {
  if (input.kind === "voice" || input.kind === "style") return "voices";
  return input.kind === "text" ? LISTS[name] : undefined;
}

/** The property that keeps the name of what an input's id stands for. */
export const nameProperty = (input: string): string => `${input}Name`;
