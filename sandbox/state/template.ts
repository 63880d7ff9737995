/** Content templates. */
import { randomUUID } from "node:crypto";
import { badRequest, missingField } from "../errors";
import { fields, text, type Fields } from "../read";

const KEPT = ["type", "text", "input_audio", "vc_mode", "high_quality"];

/** A content template, API reference 7.9. */
export interface Template {
  id: string;
  name: string;
  userId: string;
  contents: Fields[];
  metadata: { metaVoiceId?: number; description?: string };
  from: "self";
}

/**
 * The parts of a template that depend on its contents. Voice ids become numbers, "0" becomes null. API reference G.1.
 */
export function readContents(body: unknown): Pick<Template, "contents" | "metadata"> {
  const asked = fields(body);
  const blocks = asked["contents"];
  if (blocks === undefined) throw missingField("contents");
  if (!Array.isArray(blocks)) throw badRequest("VALIDATION_INVALID_FORMAT", "contents is no list");
  const voices: string[] = [];
  const contents = blocks.map((each) => {
    const block = fields(each);
    for (const name of ["voiceId", "text"]) if (text(block, name) === undefined) throw missingField(name);
    const kept = Object.fromEntries(Object.entries(block).filter(([key]) => KEPT.includes(key)));
    return { ...kept, metaVoiceId: numbered(text(block, "voiceId") ?? "", voices) };
  });
  const description = text(asked, "description");
  return {
    contents,
    metadata: {
      ...(voices.length > 0 && { metaVoiceId: voices.length }),
      ...(description !== undefined && { description }),
    },
  };
}

function numbered(voiceId: string, voices: string[]): number | null {
  if (voiceId === "0") return null;
  if (!voices.includes(voiceId)) voices.push(voiceId);
  return voices.indexOf(voiceId) + 1;
}

/** A new template. */
export function newTemplate(
  name: string,
  userId: string,
  parts: Pick<Template, "contents" | "metadata">,
): Template {
  return { id: randomUUID(), name, userId, ...parts, from: "self" };
}
