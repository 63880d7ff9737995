/** The process in which one case runs, so that no case finds the memory and the compiled code of another. */
import { createRequire } from "node:module";
import { register } from "tsx/cjs/api";

register();
const [, , name, quick] = process.argv;
const { run } = createRequire(import.meta.url)(`../cases/${name}.ts`);
process.send(await run({ quick: quick === "quick" }), () => process.exit(0));
