/** `npm run dev`: see scripts/dev/main.ts. */
import { createRequire } from "node:module";
import { register } from "tsx/cjs/api";

register();
await createRequire(import.meta.url)("./dev/main.ts").develop(process.argv.slice(2));
