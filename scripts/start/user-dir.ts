/** The demo's Node-RED user directory. */
import { mkdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { demoFlow } from "./demo-flow";

const ROOT = join(__dirname, "..", "..");
const PACKAGE = "@vocu-community/node-red-vocu";

/** A copy of the written flow, to detect later changes. */
const SHIPPED = ".shipped-flows.json";

/** The key stays in the environment; Node-RED fills it in when the flow starts. */
const CREDENTIALS = { account: { apiKey: "${VOCU_API_KEY}" } };

/**
 * Prepares the directory: links the built package, and writes the demo flow, unless it has been changed: a
 * flow deployed in the editor survives a restart.
 * @returns whether a changed flow was kept.
 */
export async function prepareUserDir(dir: string): Promise<boolean> {
  await linkPackage(dir);
  const shipped = await demoFlow();
  const present = await read(join(dir, "flows.json"));
  if (present !== undefined && present !== (await read(join(dir, SHIPPED)))) return true;
  await writeFile(join(dir, "flows.json"), shipped);
  await writeFile(join(dir, SHIPPED), shipped);
  await writeFile(join(dir, "flows_cred.json"), JSON.stringify(CREDENTIALS));
  return false;
}

async function linkPackage(dir: string): Promise<void> {
  const link = join(dir, "node_modules", PACKAGE);
  await mkdir(dirname(link), { recursive: true });
  await rm(link, { recursive: true, force: true });
  await symlink(ROOT, link, "junction");
  const manifest = { name: "demo", private: true, dependencies: { [PACKAGE]: `file:${ROOT}` } };
  await writeFile(join(dir, "package.json"), JSON.stringify(manifest, null, 2));
}

async function read(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}
