/** Lets the palette's filter find nodes by what people type: Node-RED compares it with the type and the label only. */
import { hasSpec, specOf } from "./spec";

/** Adds each node's search words to what the filter compares. */
export function addSearchWords(): void {
  RED.events.on("registry:node-type-added", (type: string) => {
    if (!hasSpec(type)) return;
    const { keywords } = specOf(type);
    const entry = $(`.red-ui-palette-node[data-palette-type="${type}"]`);
    const label = entry.attr("data-palette-label");
    // The attribute serves the filter alone; what is shown is drawn before.
    if (keywords && label !== undefined) entry.attr("data-palette-label", `${label} ${keywords}`);
  });
}
