import assert from "node:assert/strict";
import fs from "node:fs";
import path from "node:path";

/**
 * The story: an AsyncLocalStorage in the transport, switched on by the first request, made every promise of the process
 * about thirty times slower on Node 20 and 22 (they implement it with hooks on each promise): those of all other nodes,
 * too. Measuring that would be a timed test, so this one keeps the means away.
 */
describe("a package in a process that it shares with a whole home", () => {
  it("hooks into no promise but its own", () => {
    const lib = path.join(__dirname, "../../lib");
    const files = fs
      .readdirSync(lib, { recursive: true, encoding: "utf8" })
      .filter((file) => file.endsWith(".ts"));
    const hooking = files.filter((file) =>
      /from "(?:node:)?async_hooks"/.test(fs.readFileSync(path.join(lib, file), "utf8")),
    );
    assert.deepEqual(hooking, []);
  });
});
