/** What a list offers to pick from, and in what order a search shows it. */

/** Something to pick. */
export interface Offer {
  readonly value: string;
  readonly name: string;
  /** The heading it stands under. */
  readonly group?: string;
  /** Short facts shown as small marks, e.g. language and version. */
  readonly marks?: readonly string[];
  readonly description?: string;
  /** Address of a picture. */
  readonly avatar?: string;
  /** Why it cannot be used; such offers come last. */
  readonly note?: string;
  /** A recording of it can be played. */
  readonly hasSample?: boolean;
}

/** Offers under one heading. */
export interface OfferGroup {
  /** Undefined where the list has no headings. */
  readonly heading: string | undefined;
  readonly offers: readonly Offer[];
}

const EXACT = 0;
const PREFIX = 1;
const WORD = 2;
const INSIDE = 3;
const ELSEWHERE = 4;
const NONE = Infinity;

/** How well an offer matches a search: the name before everything else, its beginning before its middle. */
function rankOf(offer: Offer, typed: string): number {
  const wanted = fold(typed);
  const name = fold(offer.name);
  if (wanted === "" || name === wanted || fold(offer.value) === wanted) return EXACT;
  if (name.startsWith(wanted)) return PREFIX;
  if (name.split(/[\s\p{P}]+/u).some((word) => word.startsWith(wanted))) return WORD;
  if (name.includes(wanted)) return INSIDE;
  const rest = [offer.value, offer.description ?? "", ...(offer.marks ?? [])];
  return rest.some((text) => fold(text).includes(wanted)) ? ELSEWHERE : NONE;
}

/**
 * The offers that match a search, best first, grouped by their headings; those that cannot be used are last.
 * A list that is not searched keeps the order it has.
 */
export function search(offers: readonly Offer[], typed: string, unusableHeading?: string): OfferGroup[] {
  const ranked = offers
    .map((offer) => ({ offer, rank: rankOf(offer, typed) }))
    .filter(({ rank }) => rank !== NONE);
  ranked.sort((a, b) => unusable(a.offer) - unusable(b.offer) || a.rank - b.rank);
  const groups = new Map<string | undefined, Offer[]>();
  for (const { offer } of ranked) {
    const heading = offer.note === undefined ? offer.group : (unusableHeading ?? offer.group);
    const group = groups.get(heading);
    if (group) group.push(offer);
    else groups.set(heading, [offer]);
  }
  return [...groups].map(([heading, members]) => ({ heading, offers: members }));
}

/** The one offer of exactly this name or value; undefined without one, or with several. */
export function exactly(offers: readonly Offer[], typed: string): Offer | undefined {
  const wanted = typed.trim();
  const byValue = offers.find(({ value }) => value === wanted);
  if (byValue) return byValue;
  const named = offers.filter(({ name }) => fold(name) === fold(wanted));
  return named.length === 1 ? named[0] : undefined;
}

const unusable = ({ note }: Offer): number => (note === undefined ? 0 : 1);

const fold = (text: string): string => text.trim().toLowerCase();
