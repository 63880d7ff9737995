/** Finds the examples that show a node. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { ROOT } from "../build/paths";

const FOLDER = join(ROOT, "examples");

/** The names of the examples that hold a node of a type, in the order of their numbers, by type. */
export function examplesByType(): ReadonlyMap<string, readonly string[]> {
  const names = new Map<string, string[]>();
  const files = readdirSync(FOLDER).filter((file) => file.endsWith(".json"));
  for (const file of files.sort()) {
    const flow = JSON.parse(readFileSync(join(FOLDER, file), "utf8")) as { type: string }[];
    for (const type of new Set(flow.map((node) => node.type)))
      names.set(type, [...(names.get(type) ?? []), file.slice(0, -".json".length)]);
  }
  return names;
}
