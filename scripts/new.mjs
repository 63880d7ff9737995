/** `npm run new -- <node> <method> <path>`: see scripts/new/main.ts. */
import { createRequire } from "node:module";
import { register } from "tsx/cjs/api";

register();
try {
  console.log(createRequire(import.meta.url)("./new/main.ts").layOut(process.argv.slice(2)));
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
