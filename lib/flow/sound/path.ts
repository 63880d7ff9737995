/** Paths as people write them. */
import { homedir } from "node:os";
import { join } from "node:path";

/** A path that begins with `~/` begins in the home folder of the user that Node-RED runs as. */
export const withHome = (path: string): string =>
  /^~(?=$|[/\\])/.test(path) ? join(homedir(), path.slice(1)) : path;
