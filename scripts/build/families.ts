/** How the families look in the palette: one muted colour each, of those Node-RED's documentation suggests. */
import type { Family } from "../../lib/schema/description";

/** The palette category as Node-RED writes it, and the colour. */
export const FAMILIES: Readonly<Record<Family, { readonly category: string; readonly color: string }>> = {
  speech: { category: "vocu_speech", color: "#3FADB5" },
  voices: { category: "vocu_voices", color: "#87A980" },
  library: { category: "vocu_library", color: "#A6BBCF" },
};
