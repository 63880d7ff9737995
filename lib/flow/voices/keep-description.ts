/** Keeps the description when renaming: a request without it erases it (API reference G.2, H). */
import type { Settings } from "../../schema/description";

/** The choice of a node that renames. */
export const KEEP_DESCRIPTION = {
  keepDescription: { kind: "check", default: true },
} as const satisfies Settings;

/** The values to write. */
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
