/** `npm test`: see scripts/test/main.ts. */
import { createRequire } from "node:module";
import { register } from "tsx/cjs/api";

register();
await createRequire(import.meta.url)("./test/main.ts").test(process.argv.slice(2));
