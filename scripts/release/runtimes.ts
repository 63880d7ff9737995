/** The editions of Node-RED, the Node.js lines and the package managers that an installation is tried with. */
import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { nodeRed4, nodeRed5 } from "../../test/peers";
import { ROOT } from "../build/paths";
import { run } from "./run";

const HERE = join(ROOT, "scripts", "release");
const MODULES = join(HERE, "node_modules");

/** The lines of Node.js that the package supports. */
export const NODE_LINES = [20, 22, 24] as const;

/** The oldest line that each edition of Node-RED runs on. */
export const NODE_REDS: readonly { edition: string; path: () => string; oldest: number }[] = [
  { edition: "4.1", path: () => nodeRed4().nodeRed, oldest: 20 },
  { edition: "5", path: () => nodeRed5().nodeRed, oldest: 22 },
];

/** Installs a tarball in a user directory with one package manager. */
export interface Manager {
  readonly name: string;
  install(tarball: string, userDir: string, nodeBinary: string): Promise<unknown>;
}

/** Installs the package managers and the Node.js of each line, where they are not there yet. */
export async function provideRuntimes(): Promise<void> {
  if (existsSync(join(MODULES, "yarn", "package.json"))) return;
  const quiet = ["--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"];
  await run("npm", ["ci", "--prefix", HERE, ...quiet], { cwd: ROOT });
}

/** A Node.js of a line: the running one where it is of that line; undefined where npm has none for this machine. */
export function nodeOf(line: number): string | undefined {
  if (process.versions.node.startsWith(`${line}.`)) return process.execPath;
  const file = process.platform === "win32" ? "node.exe" : "node";
  const path = join(MODULES, `node-${line}-${process.platform}-${process.arch}`, "bin", file);
  return existsSync(path) ? path : undefined;
}

/** npm, pnpm and yarn; each runs on the Node.js that Node-RED will run on. */
export const MANAGERS: readonly Manager[] = [
  {
    name: "npm",
    install: (tarball, userDir, node) =>
      started(
        node,
        npmScript(),
        ["install", "--no-audit", "--no-fund", "--prefer-offline", tarball],
        userDir,
      ),
  },
  {
    name: "pnpm",
    install: (tarball, userDir, node) =>
      started(node, join(MODULES, "pnpm", "bin", "pnpm.cjs"), ["add", "--prefer-offline", tarball], userDir),
  },
  {
    name: "yarn",
    install: (tarball, userDir, node) =>
      started(
        node,
        join(MODULES, "yarn", "bin", "yarn.js"),
        ["add", "--non-interactive", "--prefer-offline", `file:${tarball}`],
        userDir,
      ),
  },
];

function started(node: string, script: string, args: readonly string[], cwd: string): Promise<string> {
  const path = `${dirname(node)}${process.platform === "win32" ? ";" : ":"}${process.env.PATH ?? ""}`;
  return run(node, [script, ...args], { cwd, env: { PATH: path } });
}

/** The script of the npm that runs this check. */
function npmScript(): string {
  const script = process.env.npm_execpath;
  if (script === undefined) throw new Error("run the check with npm run release:check");
  return script;
}
