/** Every node of the package, as its description says it. */
import { createRequire } from "node:module";
import packageJson from "../../package.json";
import type { Description, Input } from "../../lib/schema/description";
import { placeOf, type OperationRequest } from "../../lib/flow/node/operation";
import type { DocumentOperation, Where } from "./document";

const load = createRequire(__filename);

/** A node's description; nodes that are one call have a `request`. */
export type PaletteNode = Description & { readonly request?: OperationRequest };

/** All nodes of the palette. */
export const nodes: readonly PaletteNode[] = Object.keys(packageJson["node-red"].nodes)
  .filter((name) => name !== "account")
  .map((name) => (load(`../../nodes/${name}`) as { description: PaletteNode }).description);

/** An input as it reaches the service. */
export interface Sent {
  /** The node's property. */
  readonly property: string;
  /** The name on the wire. */
  readonly name: string;
  readonly in: Where;
  readonly spec: Input;
}

/** What a node sends to its operation. A node with more than one way to call it is measured by the document's. */
export function sentBy({ inputs, request }: PaletteNode, operation: DocumentOperation): Sent[] {
  const { method, path } = request ?? (operation as OperationRequest);
  const own = Object.entries(inputs).filter(([, { local }]) => local !== true);
  return own.map(([property, spec]) => ({
    property,
    name: spec.as ?? property,
    in: placeOf(property, spec, { method, path }),
    spec,
  }));
}
