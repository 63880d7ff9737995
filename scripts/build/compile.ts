/** Compiles the runtime to CommonJS: with the checks of the compiler for a release, quickly during development. */
import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { build, formatMessages, type BuildFailure } from "esbuild";
import { ROOT, STAGE } from "./paths";
import type { BuildMode } from "./stamp";

/** Writes `dist/nodes` and `dist/lib`. @throws Error with the compiler's words. */
export function compile(mode: BuildMode): Promise<void> {
  return mode === "release" ? compileChecked() : compileQuickly();
}

async function compileChecked(): Promise<void> {
  const tsc = join(ROOT, "node_modules", "typescript", "bin", "tsc");
  try {
    await promisify(execFile)(
      process.execPath,
      [tsc, "-p", "tsconfig.build.json", "--outDir", join(STAGE, "dist")],
      { cwd: ROOT },
    );
  } catch (error) {
    throw new Error((error as { stdout?: string }).stdout?.trim() ?? String(error), { cause: error });
  }
}

/** File by file, without types, and with source maps that debuggers and stack traces follow. */
async function compileQuickly(): Promise<void> {
  try {
    await build({
      absWorkingDir: ROOT,
      entryPoints: ["nodes/**/*.ts", "lib/**/*.ts"],
      outdir: join(STAGE, "dist"),
      outbase: ROOT,
      format: "cjs",
      platform: "node",
      target: "node20",
      sourcemap: "inline",
      sourcesContent: false,
      logLevel: "silent",
    });
  } catch (error) {
    const { errors } = error as BuildFailure;
    throw new Error((await formatMessages(errors, { kind: "error" })).join("\n"), { cause: error });
  }
}
