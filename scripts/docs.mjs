/** `npm run docs`: see scripts/docs/main.ts. */
import { createRequire } from "node:module";
import { register } from "tsx/cjs/api";

register();
const { writeNodePages } = createRequire(import.meta.url)("./docs/main.ts");
console.log(await writeNodePages());
