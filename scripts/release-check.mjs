/** `npm run release:check`: see scripts/release/main.ts. */
import { createRequire } from "node:module";
import { register } from "tsx/cjs/api";

register();
await createRequire(import.meta.url)("./release/main.ts").check(process.argv.slice(2));
