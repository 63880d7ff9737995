/**
 * Stands in for a player: tells the test at a port of this machine that it was started and what it hears.
 * Arguments: the port, how it behaves (`listen`, `deaf`, `die`, `quit`, `stubborn`, `parent`), then what a player would be given.
 */
import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { connect } from "node:net";

const [port, behaviour, ...args] = process.argv.slice(2);
const test = connect(Number(port), "127.0.0.1");
const tell = (what) => new Promise((resolve) => test.write(`${JSON.stringify(what)}\n`, resolve));
// The test ends this process, or takes the line away when it is over.
test.on("error", () => process.exit(9)).on("close", () => process.exit(9));
if (behaviour === "stubborn") process.on("SIGTERM", () => void tell({ asked: "SIGTERM" }));

await tell({ pid: process.pid, args, audioDevice: process.env.AUDIODEV });
if (behaviour === "deaf") setInterval(() => undefined, 60_000);
else if (behaviour === "parent") {
  const again = [process.argv[1], port, "listen", "child"];
  spawn(process.execPath, again, { stdio: ["inherit", "ignore", "ignore"] });
} else if (args.at(-1)?.startsWith("/")) {
  await tell({ file: readFileSync(args.at(-1)).toString("base64") });
  process.exit(0);
} else {
  process.stdin.on("data", async (audio) => {
    await tell({ heard: audio.toString("base64") });
    if (behaviour === "quit") process.exit(0);
    if (behaviour !== "die") return;
    process.stderr.write("\nno such device: speaker\nmore of it\n", () => process.exit(3));
  });
  process.stdin.on("end", async () => {
    await tell({ end: true });
    if (behaviour !== "stubborn") process.exit(0);
  });
}
