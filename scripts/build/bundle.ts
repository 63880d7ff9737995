/** Bundles `lib/editor` for the browser. */
import { join } from "node:path";
import { build } from "esbuild";
import { PATHS, ROOT } from "./paths";
import type { BuildMode } from "./stamp";

/** Writes `resources/vocu-editor.js`, which defines the global `vocuEditor`. */
export async function bundleEditor(mode: BuildMode): Promise<void> {
  await build({
    entryPoints: [join(ROOT, "lib", "editor", "index.ts")],
    outfile: join(PATHS.resources, "vocu-editor.js"),
    bundle: true,
    format: "iife",
    globalName: "vocuEditor",
    target: "es2019",
    minifySyntax: mode === "release",
    minifyWhitespace: mode === "release",
    sourcemap: mode === "release" ? false : "inline",
    legalComments: "none",
    logLevel: "error",
  });
}
