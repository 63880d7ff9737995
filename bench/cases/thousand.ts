/** A thousand concurrent speeches. */
import { many } from "../harness/many";

export const run = many("thousand", 1000, { delay: { most: 50 }, memory: { most: 64 } });
