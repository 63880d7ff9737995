/** Compiles the runtime to CommonJS: with type checks for a release, without them during development. */
import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { build, formatMessages, type BuildFailure, type BuildOptions } from "esbuild";
import { ROOT, STAGE } from "./paths";
import type { BuildMode } from "./stamp";

/**
 * Writes `dist/nodes`, a file for each node, and `dist/lib/flow.js`, all of the library that they share: Node-RED loads
 * every node when it starts, and one file takes a fraction of the time that two hundred take. Development builds have
 * source maps, which debuggers and stack traces follow.
 * @throws Error with the compiler's messages.
 */
export async function compile(mode: BuildMode): Promise<void> {
  if (mode === "release") await checkTypes();
  const options: BuildOptions = {
    absWorkingDir: ROOT,
    outbase: ROOT,
    outdir: join(STAGE, "dist"),
    format: "cjs",
    platform: "node",
    target: "node20",
    sourcemap: mode === "development" ? "inline" : false,
    sourcesContent: false,
    logLevel: "silent",
  };
  try {
    await Promise.all([
      build({ ...options, entryPoints: ["nodes/**/*.ts"] }),
      build({
        ...options,
        entryPoints: { "lib/flow": "lib/flow/index.ts" },
        bundle: true,
        packages: "external",
      }),
    ]);
  } catch (error) {
    const { errors } = error as BuildFailure;
    throw new Error((await formatMessages(errors, { kind: "error" })).join("\n"), { cause: error });
  }
}

async function checkTypes(): Promise<void> {
  const tsc = join(ROOT, "node_modules", "typescript", "bin", "tsc");
  try {
    await promisify(execFile)(process.execPath, [tsc, "-p", "tsconfig.build.json"], { cwd: ROOT });
  } catch (error) {
    throw new Error((error as { stdout?: string }).stdout?.trim() ?? String(error), { cause: error });
  }
}
