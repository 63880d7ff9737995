/**
 * `npm run build`: see scripts/build/main.ts. `--development` builds quickly, without type checks and with
 * source maps; `--if-changed` does nothing if the build is up to date.
 */
import { createRequire } from "node:module";
import { parseArgs } from "node:util";
import { register } from "tsx/cjs/api";

const flag = { type: "boolean", default: false };

register();
const { build, buildIfChanged } = createRequire(import.meta.url)("./build/main.ts");
try {
  const { values } = parseArgs({ options: { development: flag, "if-changed": flag } });
  const mode = values.development ? "development" : "release";
  console.log((await (values["if-changed"] ? buildIfChanged(mode) : build(mode))) ?? "built already");
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
