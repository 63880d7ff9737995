/** `npm run mutation -- PATH`: see scripts/mutation/main.ts. */
import { createRequire } from "node:module";
import { register } from "tsx/cjs/api";

register();
await createRequire(import.meta.url)("./mutation/main.ts").mutate(process.argv.slice(2));
