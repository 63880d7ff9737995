/** `npm run build`: see scripts/build/main.ts. */
import { createRequire } from "node:module";
import { register } from "tsx/cjs/api";

register();
const { build } = createRequire(import.meta.url)("./build/main.ts");
try {
  console.log(await build());
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
