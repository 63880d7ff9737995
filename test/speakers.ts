/**
 * The nodes of other packages that the guides and the cross-checks are tested with. `npm ci --prefix test/speakers` installs them
 * (`npm test` does); a package that is not there leaves its part of the tests out, and they say so.
 */
import { existsSync } from "node:fs";
import { join } from "node:path";

const MODULES = join(__dirname, "speakers", "node_modules");

/** The folder of an installed package; `undefined`, and a line on the console, where it is not installed. */
export function speakerPackage(name: string): string | undefined {
  const folder = join(MODULES, name);
  if (existsSync(join(folder, "package.json"))) return folder;
  console.log(`    NOT TESTED with ${name}: it is not installed`);
  return undefined;
}
