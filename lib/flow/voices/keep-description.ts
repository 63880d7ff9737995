/** Renaming without losing the description: leaving it out of the request erases it (API reference G.2, H). */
import type { Settings } from "../../schema/description";

/** The choice of a node that renames. */
export const KEEP_DESCRIPTION = {
  keepDescription: { kind: "check", default: true },
} as const satisfies Settings;

/** What is to be written. */
export interface Rename {
  readonly name: string | undefined;
  readonly description: string | undefined;
}

/**
 * The values to write: where a description is to be kept and none is given, the present one, which `read` looks up.
 * A name that is not given is then written again as well.
 */
export async function keepDescription<V extends Rename>(
  { inputs, settings }: { readonly inputs: V; readonly settings: { readonly keepDescription: boolean } },
  read: () => Promise<Rename>,
): Promise<V> {
  if (inputs.description !== undefined || !settings.keepDescription) return inputs;
  const present = await read();
  return { ...inputs, description: present.description, name: inputs.name ?? present.name };
}
