/** `npm run bench`: see bench/main.ts. */
import { createRequire } from "node:module";
import { register } from "tsx/cjs/api";

register();
const { bench } = createRequire(import.meta.url)("./main.ts");
process.exit(await bench(process.argv.slice(2)));
