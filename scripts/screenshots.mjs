/** `npm run screenshots`: a picture of every dialog, light and dark, in `artifacts/`; the build must be there. */
import { spawn } from "node:child_process";
import { join } from "node:path";

const root = join(import.meta.dirname, "..");
const mocha = join(root, "node_modules", "mocha", "bin", "mocha.js");
const files = ["test/editor/dialogs-4.test.ts", "test/editor/dialogs-5.test.ts", "test/editor/story.test.ts"];
spawn(process.execPath, [mocha, ...files], {
  cwd: root,
  stdio: "inherit",
  env: { ...process.env, SCREENSHOTS: "1" },
}).on("exit", (code) => (process.exitCode = code ?? 1));
