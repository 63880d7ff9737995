/** A hundred speeches at once. */
import { many } from "../harness/many";

export const run = many("hundred", 100, { cpu: { most: 15 }, delay: { most: 5 }, memory: { most: 64 } });
