/** A hundred concurrent speeches. */
import { many } from "../harness/many";

export const run = many("hundred", 100, { cpu: { most: 15 }, delay: { most: 5 }, memory: { most: 64 } });
