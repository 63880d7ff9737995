/** Splits a text into blocks by a splitter configuration. */
import { badRequest } from "../errors";
import { fields, text, type Fields } from "../read";

const RESERVED = ["splitterMarks", "lookupTable", "fallbackConfig"];
const USUAL_MARKS = ["[]", "【】"];

interface Passage {
  tags: string[];
  text: string;
}

const invalid = (why: string) => badRequest("TTS_SPLITTER_INVALID", why);

/** Checks a splitter configuration, API reference H. */
export function checkSplitter(config: unknown): Fields {
  if (typeof config !== "object" || config === null || Array.isArray(config))
    throw invalid("config is no object");
  const checked = fields(config);
  marksOf(checked);
  for (const entry of Object.values(fields(checked["lookupTable"]))) {
    const tags = fields(entry)["tags"];
    if (!Array.isArray(tags) || tags.length === 0) throw invalid("An entry of lookupTable needs tags");
  }
  const fallback = checked["fallbackConfig"];
  if (fallback !== undefined && !text(fields(fallback), "voiceId")) {
    throw invalid("fallbackConfig needs a voiceId");
  }
  return checked;
}

function marksOf(config: Fields): string[] {
  const marks = config["splitterMarks"] ?? USUAL_MARKS;
  const pairs = (Array.isArray(marks) ? marks : []) as unknown[];
  const known = pairs.filter(
    (pair): pair is string => typeof pair === "string" && Array.from(pair).length === 2,
  );
  if (known.length === 0 || known.length < pairs.length) throw invalid("splitterMarks are pairs of brackets");
  return known;
}

const escaped = (character: string) => character.replace(/[\\^$.*+?()[\]{}|]/g, "\\$&");

/** Splits a text at its placeholders; adjacent placeholders tag the same passage. */
function passages(words: string, marks: string[]): Passage[] {
  const placeholder = marks
    .map((pair) => {
      const [open = "", close = ""] = Array.from(pair);
      return `${escaped(open)}([^${escaped(close)}]*)${escaped(close)}`;
    })
    .join("|");
  const found: Passage[] = [];
  let tags: string[] = [];
  let from = 0;
  const take = (until: number) => {
    const passage = words.slice(from, until).trim();
    if (passage === "") return;
    found.push({ tags, text: passage });
    tags = [];
  };
  for (const match of words.matchAll(new RegExp(placeholder, "gu"))) {
    take(match.index);
    tags = [...tags, match.slice(1).join("")];
    from = match.index + match[0].length;
  }
  take(words.length);
  return found;
}

/** Outer list: any of them; inner list: all of them. */
function fits(wanted: unknown, tags: string[]): boolean {
  return (
    Array.isArray(wanted) &&
    wanted.some((one: unknown) =>
      Array.isArray(one) ? one.every((tag) => tags.includes(String(tag))) : tags.includes(String(one)),
    )
  );
}

function parametersFor(tags: string[], config: Fields): Fields | undefined {
  const placeholder = tags.find((tag) => !RESERVED.includes(tag) && tag in config);
  if (placeholder !== undefined) return fields(config[placeholder]);
  for (const entry of Object.values(fields(config["lookupTable"]))) {
    const { tags: wanted, ...parameters } = fields(entry);
    if (fits(wanted, tags)) return parameters;
  }
  return config["fallbackConfig"] === undefined ? undefined : fields(config["fallbackConfig"]);
}

/** Turns a text with placeholders into blocks; passages that nothing matches are discarded. API reference 7.6 and H. */
export function split(words: string, config: Fields): Fields[] {
  const blocks = passages(words, marksOf(config)).flatMap((passage) => {
    const parameters = parametersFor(passage.tags, config);
    return parameters ? [{ type: "text", ...parameters, text: passage.text }] : [];
  });
  if (blocks.length === 0) throw badRequest("TTS_CONTENTS_INVALID", "No passage matches the splitter");
  return blocks;
}
