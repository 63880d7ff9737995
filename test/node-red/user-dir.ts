/** A Node-RED user directory of its own for each test: settings, flows, and the package installed in it. */
import { execFile } from "node:child_process";
import { mkdir, mkdtemp, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { promisify } from "node:util";

/** The root of this checkout. */
export const CHECKOUT = join(__dirname, "..", "..");

/** The package's name, as Node-RED lists it. */
export const PACKAGE = "@vocu-community/node-red-vocu";

/** A node of a flow file. */
export type FlowNode = { id: string; type: string } & Record<string, unknown>;

/** Secrets by node id, as in Node-RED's credentials file. */
export type Credentials = Record<string, Record<string, string>>;

/** What goes into a user directory. */
export interface UserDirContent {
  /** `checkout`: the built package linked; `nothing`; otherwise the path of a packed tarball, installed with npm. */
  readonly install: string;
  /** Folders of other packages with nodes, by name; they are linked. */
  readonly packages?: Readonly<Record<string, string>>;
  readonly flows: readonly FlowNode[];
  readonly credentials: Credentials;
  /** Anything of Node-RED's settings file that JSON can say. */
  readonly settings: Readonly<Record<string, unknown>>;
}

/** Keeps Node-RED on loopback and off the internet, on a port that the system chooses. */
const SETTINGS = {
  uiHost: "127.0.0.1",
  uiPort: 0,
  flowFile: "flows.json",
  credentialSecret: false,
  logging: { console: { level: "info", metrics: false, audit: false } },
  telemetry: { enabled: false, updateNotification: false },
  editorTheme: { tours: false, palette: { catalogues: [] } },
};

/** Makes a user directory under the system's temporary directory and answers with its path. */
export async function makeUserDir(content: UserDirContent): Promise<string> {
  const userDir = await mkdtemp(join(tmpdir(), "node-red-vocu-"));
  const settings = { ...SETTINGS, lang: "en-US", fileWorkingDirectory: userDir, ...content.settings };
  await Promise.all([
    writeFile(join(userDir, "settings.js"), `module.exports = ${JSON.stringify(settings, null, 2)};\n`),
    writeFile(join(userDir, "flows.json"), JSON.stringify(placed(content.flows))),
    writeFile(join(userDir, "flows_cred.json"), JSON.stringify(content.credentials)),
    provide(userDir, content),
  ]);
  return userDir;
}

/** Nodes with wires get a place on the canvas where they have none: Node-RED takes a node without one for a config node. */
export const placed = (flows: readonly FlowNode[]): FlowNode[] =>
  flows.map((node) => (Array.isArray(node.wires) ? { x: 0, y: 0, ...node } : node));

function provide(userDir: string, { install, packages }: UserDirContent): Promise<void> {
  if (install === "checkout") return linkPackages(userDir, { [PACKAGE]: CHECKOUT, ...packages });
  return install === "nothing" ? writePackageJson(userDir, {}) : installTarball(userDir, install);
}

async function linkPackages(userDir: string, folders: Readonly<Record<string, string>>): Promise<void> {
  for (const [name, folder] of Object.entries(folders)) {
    const link = join(userDir, "node_modules", name);
    await mkdir(dirname(link), { recursive: true });
    await symlink(folder, link, "junction");
  }
  const dependencies = Object.entries(folders).map(([name, folder]) => [name, `file:${folder}`]);
  await writePackageJson(userDir, Object.fromEntries(dependencies) as Record<string, string>);
}

/** Installs a packed tarball the way Node-RED's palette manager would: into the user directory, dependencies included. */
async function installTarball(userDir: string, tarball: string): Promise<void> {
  await writePackageJson(userDir, {});
  await npm(["install", "--prefer-offline", "--no-audit", "--no-fund", "--loglevel=error", tarball], userDir);
}

const writePackageJson = (userDir: string, dependencies: Record<string, string>): Promise<void> =>
  writeFile(
    join(userDir, "package.json"),
    JSON.stringify({ name: "node-red-project", version: "0.0.1", private: true, dependencies }),
  );

/** Runs npm in a directory and answers with what it printed. */
export async function npm(args: readonly string[], cwd: string): Promise<string> {
  // npm is a script on Windows, which only a shell starts.
  const { stdout } = await promisify(execFile)("npm", args, { cwd, shell: process.platform === "win32" });
  return stdout;
}
