/** Resolves paths that users enter. */
import { homedir } from "node:os";
import { join } from "node:path";

/** Replaces `~/` at the start of a path by the home folder of the user that Node-RED runs as. */
export const withHome = (path: string): string =>
  /^~(?=$|[/\\])/.test(path) ? join(homedir(), path.slice(1)) : path;
