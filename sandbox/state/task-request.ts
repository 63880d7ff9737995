/** Reads the body that creates a task. */
import { badRequest, missingField, notFound } from "../errors";
import { fields, flag, text, type Fields } from "../read";
import type { World } from "../world";
import { readBlock } from "./blocks";
import { checkSplitter, split } from "./splitting";
import type { TaskPlan } from "./task";

/** The one project that the account has. */
export const projectId = "9a9b9c9d-0000-4000-8000-000000000001";

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** Refuses a malformed or unknown project. API reference D.5. */
export function checkProject(id: string | undefined): void {
  if (id === undefined) return;
  if (!UUID.test(id)) throw badRequest("VALIDATION_INVALID_FORMAT", "projectId is no UUID");
  if (id !== projectId) throw notFound("PROJECT_NOT_FOUND", "Project not found");
}

/** The blocks of whichever of the three shapes the body has. API reference D.2. */
function contents(asked: Fields, world: World): unknown[] {
  const { contents: blocks, splitter, splitterId } = asked;
  const words = text(asked, "text");
  const shapes = [blocks ?? words, splitter, splitterId].filter((part) => part !== undefined);
  const conflict = blocks === undefined ? shapes.length > 2 : shapes.length > 1 || words !== undefined;
  if (conflict) throw badRequest("VALIDATION_CONFLICT", "Send contents, or text with one splitter");
  if (blocks !== undefined) {
    if (!Array.isArray(blocks) || blocks.length === 0)
      throw badRequest("TTS_CONTENTS_INVALID", "contents is invalid");
    return blocks;
  }
  if (words === undefined) throw missingField("contents");
  if (words.trim() === "") throw badRequest("TTS_TEXT_EMPTY", "There is nothing to say");
  if (splitter !== undefined) return split(words, checkSplitter(splitter));
  if (typeof splitterId !== "string") throw missingField("splitter");
  const known = world.splitters.get(splitterId);
  if (!known) throw notFound("SPLITTER_NOT_FOUND", "Splitter not found");
  return split(words, known.config);
}

/** Reads and strictly checks the body that creates a task. */
export async function readTask(body: unknown, world: World): Promise<TaskPlan> {
  const asked = fields(body);
  checkProject(text(asked, "projectId"));
  const blocks = await Promise.all(contents(asked, world).map((block) => readBlock(block, world)));
  return {
    blocks,
    srt: flag(asked, "srt") ?? false,
    projectId: text(asked, "projectId"),
    trackId: text(asked, "trackId"),
  };
}
