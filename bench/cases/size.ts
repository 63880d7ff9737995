/** The bytes sent to the editor, and the size of the package compared with others for the same purpose. */
import { execFile } from "node:child_process";
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { gzipSync } from "node:zlib";
import type { Case, Figure } from "../harness/result";

const ROOT = join(__dirname, "..", "..");
const KB = 1000;
const OTHERS = {
  "node-red-contrib-tts-ultimate": "tts-ultimate",
  "@elevenlabs/elevenlabs-js": "elevenlabs-js",
  openai: "openai",
};

export const run: Case = async () => {
  const editor = editorText();
  const own = await packed(".");
  if (own === undefined) throw new Error("npm could not pack the package");
  const size = (id: string, bytes: number): Figure => ({ id, unit: "kB", ours: bytes / KB, ratio: {} });
  const others = await Promise.all(
    Object.entries(OTHERS).map(async ([name, id]) => {
      const other = await packed(name);
      return other ? [size(`package-${id}`, other.unpackedSize)] : [];
    }),
  );
  return [
    size("editor", editor.length),
    size("editor-compressed", gzipSync(editor).length),
    size("tarball", own.size),
    size("package", own.unpackedSize),
    size("package-with-dependencies", own.unpackedSize + dependencyBytes()),
    ...others.flat(),
  ];
};

/** Everything that the editor loads: the script, the dialogs and one language. */
function editorText(): Buffer {
  const nodes = join(ROOT, "dist", "nodes");
  const files = [join(ROOT, "resources", "vocu-editor.js")];
  for (const folder of [nodes, join(nodes, "locales", "en-US")])
    for (const name of readdirSync(folder))
      if (name.endsWith(".html") || (folder !== nodes && name.endsWith(".json")))
        files.push(join(folder, name));
  return Buffer.concat(files.map((file) => readFileSync(file)));
}

/** The installed sizes of the runtime dependencies and of what those need. */
function dependencyBytes(): number {
  const lock = JSON.parse(readFileSync(join(ROOT, "package-lock.json"), "utf8")) as {
    packages: Record<string, { dev?: boolean }>;
  };
  return Object.entries(lock.packages)
    .filter(([place, { dev }]) => place !== "" && !dev)
    .flatMap(([place]) => readdirSync(join(ROOT, place), { recursive: true, withFileTypes: true }))
    .filter((entry) => entry.isFile())
    .reduce((sum, entry) => sum + statSync(join(entry.parentPath, entry.name)).size, 0);
}

interface Packed {
  readonly size: number;
  readonly unpackedSize: number;
}

/** The sizes of a package as it is published; undefined if the registry does not answer. */
async function packed(name: string): Promise<Packed | undefined> {
  const args = ["pack", name, "--dry-run", "--json", "--ignore-scripts"];
  try {
    const { stdout } = await promisify(execFile)("npm", args, {
      cwd: ROOT,
      shell: process.platform === "win32",
      timeout: 120_000,
      maxBuffer: 64 * 1024 * 1024,
    });
    return (JSON.parse(stdout) as Packed[])[0];
  } catch {
    return undefined;
  }
}
