/** Stored splitter configurations. */
import { randomUUID } from "node:crypto";
import { badRequest, missingField } from "../errors";
import { requiredText, type Fields } from "../read";
import { checkSplitter } from "./splitting";

const LONGEST_NAME = 100;

/** A stored splitter configuration, API reference H. */
export interface Splitter {
  id: string;
  name: string;
  config: Fields;
  createdAt: string;
  updatedAt: string;
}

function nameOf(asked: Fields): string {
  const name = requiredText(asked, "name");
  if (name.length > LONGEST_NAME)
    throw badRequest("VALIDATION_TOO_LONG", "name is longer than 100 characters");
  return name;
}

/** A new configuration from a request. */
export function newSplitter(asked: Fields): Splitter {
  const name = nameOf(asked);
  if (asked["config"] === undefined) throw missingField("config");
  const now = new Date().toISOString();
  return { id: randomUUID(), name, config: checkSplitter(asked["config"]), createdAt: now, updatedAt: now };
}

/**
 * Changes name or configuration. The format of the configuration's difference is not documented; the given members
 * replace the old ones, and null removes a member.
 */
export function changeSplitter(splitter: Splitter, asked: Fields): void {
  if (asked["name"] === undefined && asked["config"] === undefined) throw missingField("name");
  const name = asked["name"] === undefined ? splitter.name : nameOf(asked);
  const merged = Object.entries({ ...splitter.config, ...(asked["config"] as Fields | undefined) });
  const config = checkSplitter(Object.fromEntries(merged.filter(([, value]) => value !== null)));
  Object.assign(splitter, { name, config, updatedAt: new Date().toISOString() });
}
