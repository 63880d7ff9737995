/**
 * Removes the marks of Markdown, links, code blocks and HTML tags; the words stay. Marks that plain text uses too (`1.
 * May`, `- 5 °C`, `2*3*4`, `snake_case`) are left alone. Every step takes time in proportion to the length of the text.
 */
import { joinParts, REMOVED, type Part } from "./gaps";
import { withoutBlockMarks } from "./markdown-blocks";

/** Stands for something removed until the parts are joined; no text contains it, as it is not a character. */
const GAP = "\uFFFE";

/** Literal (escaped) punctuation is replaced by these non-characters until all marks are removed. */
const PUNCTUATION = "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~";
const FIRST_LITERAL = 0xfdd0;
const NON_CHARACTERS = /[\uFDD0-\uFDEF\uFFFE]/gu;

const TAGS =
  "a|abbr|article|aside|audio|b|big|blockquote|body|br|center|cite|code|dd|del|details|div|dl|dt|em|figcaption|figure|font|footer|h[1-6]|head|header|hr|html|i|img|ins|kbd|li|main|mark|nav|ol|p|pre|q|s|samp|section|small|source|span|strike|strong|sub|summary|sup|table|tbody|td|tfoot|th|thead|tr|tt|u|ul|var|video";
const TAG = new RegExp(`</?(?:${TAGS})(?:\\s[^<>]*)?/?>`, "giu");
const LINE_BREAK = /<br\s*\/?>/giu;

const CODE = /(?<!`)(`+)([^`]+)\1(?!`)/gu;
const ESCAPE = /\\([!-/:-@[-`{-~])/gu;
const LINK = /!?\[([^[\]\n]*)\]\((?:[^()\s]|\([^()\s]*\))*(?:\s+"[^"\n]*")?\)/gu;
const REFERENCE = /!?\[([^[\]\n]+)\]\[([^[\]\n]*)\]/gu;
const DEFINITION = /^[ \t]{0,3}\[([^[\]\n]+)\]:[ \t]*<?(?:[a-z][a-z\d+.-]*:|www\.|\/|#)\S*[^\n]*$/gimu;
const MAIL = /<((?:mailto:)?[^\s<>@]+@[^\s<>@]+)>/gu;
const URL =
  /<?(?<![\w+.-])(?:[a-z][a-z\d+-]{1,20}:\/\/|www\.)[^\s<>"\uFDD0-\uFDEF\uFFFE]*[^\s<>".,;:!?)\]}'，。；：！？、）】》」』\uFDD0-\uFDEF\uFFFE]>?/giu;
const IS_URL = /^(?:[a-z][a-z\d+-]{1,20}:\/\/|www\.)\S+$/iu;

const WORD = "\\p{Script=Latin}\\p{N}";
const EMPHASIS = new RegExp(`(?<![${WORD}*])\\*(?=[^\\s*])([^*\\n]*[^\\s*])\\*(?![${WORD}*])`, "gu");
const STRONG = /(?<![\d*])(\*{2,3})(?=[^\s*])([^*\n]*[^\s*])\1(?!\*)/gu;
const UNDERSCORES = /(?<![\p{L}\p{N}_])(_{1,3})(?=[^\s_])([^_\n]*[^\s_])\1(?![\p{L}\p{N}_])/gu;
const STRUCK = /~~(?=[^\s~])([^~\n]*[^\s~])~~/gu;

const ENTITIES: Readonly<Record<string, string>> = {
  amp: "&",
  lt: "<",
  gt: ">",
  quot: '"',
  apos: "'",
  nbsp: " ",
  "#39": "'",
};

/** `text` without Markdown. */
export function withoutMarkdown(text: string): string {
  const clean = text.replace(NON_CHARACTERS, "").replace(/\r\n?/gu, "\n");
  const shown = ["<!-- -->", "<script </script>", "<style </style>"].reduce(withoutHidden, clean);
  const [bare, defined] = withoutDefinitions(shown);
  const marked = withoutLinks(literal(withoutBlockMarks(bare)), defined)
    .replace(LINE_BREAK, "\n")
    .replace(TAG, GAP)
    .replace(EMPHASIS, "$1")
    .replace(STRONG, "$2")
    .replace(EMPHASIS, "$1")
    .replace(UNDERSCORES, "$2")
    .replace(UNDERSCORES, "$2")
    .replace(STRUCK, "$1");
  return unliteral(joinParts(parts(marked)))
    .replace(/&(#39|[a-z]+);/giu, (entity, name: string) => ENTITIES[name.toLowerCase()] ?? entity)
    .replace(/\n{3,}/gu, "\n\n")
    .trim();
}

function* parts(marked: string): Generator<Part> {
  for (const [index, part] of marked.split(GAP).entries()) {
    if (index > 0) yield REMOVED;
    yield part;
  }
}

/** Removes everything from `opening` to `closing`, which are given as one text with a space between. */
function withoutHidden(text: string, marks: string): string {
  const [opening = "", closing = ""] = marks.split(" ");
  const searched = text.toLowerCase();
  let kept = "";
  let from = 0;
  for (;;) {
    const start = searched.indexOf(opening, from);
    const end = start < 0 ? -1 : searched.indexOf(closing, start + opening.length);
    if (end < 0) return kept + text.slice(from);
    kept += text.slice(from, start) + GAP;
    from = end + closing.length;
  }
}

/** Definitions of links, and the labels that they define. */
function withoutDefinitions(text: string): [string, ReadonlySet<string>] {
  const defined = new Set<string>();
  const rest = text.replace(DEFINITION, (_line, label: string) => {
    defined.add(label.toLowerCase());
    return "";
  });
  return [rest, defined];
}

/** Links and pictures keep their words; addresses are removed. */
function withoutLinks(text: string, defined: ReadonlySet<string>): string {
  const words = (_link: string, label: string): string => (IS_URL.test(label.trim()) ? GAP : label);
  return (
    text
      .replace(LINK, words)
      // A link around a picture.
      .replace(LINK, words)
      .replace(REFERENCE, (link, label: string, reference: string) =>
        defined.has((reference || label).toLowerCase()) ? label : link,
      )
      .replace(MAIL, "$1")
      .replace(URL, GAP)
  );
}

/** Code keeps its characters, and so does punctuation behind a backslash. */
const literal = (text: string): string =>
  text
    .replace(CODE, (_code, _marks, content: string) => content.trim().replace(/[!-/:-@[-`{-~]/gu, literalOf))
    .replace(ESCAPE, (_escape, character: string) => literalOf(character));

const literalOf = (character: string): string =>
  String.fromCharCode(FIRST_LITERAL + PUNCTUATION.indexOf(character));

const unliteral = (text: string): string =>
  text.replace(/[\uFDD0-\uFDEF]/gu, (held) => PUNCTUATION.charAt(held.charCodeAt(0) - FIRST_LITERAL));
