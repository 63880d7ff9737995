/** `npm run bench:scale-out`: see bench/scale-out/main.ts. */
import { createRequire } from "node:module";
import { register } from "tsx/cjs/api";

register();
const { benchScaleOut } = createRequire(import.meta.url)("./scale-out/main.ts");
process.exit(await benchScaleOut(process.argv.slice(2)));
