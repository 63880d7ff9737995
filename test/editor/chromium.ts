/** A Chromium to drive the editor with: the system's own, or the one that comes with the development dependencies. */
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { chromium, type Browser } from "playwright-core";
import { CHECKOUT } from "../node-red";

const SYSTEM = [
  process.env.CHROMIUM_PATH,
  "/usr/bin/chromium",
  "/usr/bin/chromium-browser",
  "/usr/bin/google-chrome",
  "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
];

const FLAGS = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  "--force-color-profile=srgb",
];

/** Starts Chromium without a window; `flags` are added to the usual ones. */
export async function startChromium(...flags: readonly string[]): Promise<Browser> {
  const args = [...FLAGS, ...flags];
  const system = SYSTEM.find((path) => path !== undefined && existsSync(path));
  if (system !== undefined) return chromium.launch({ executablePath: system, args });
  const bundle = await bundledChromium();
  return chromium.launch({
    executablePath: join(bundle, "chromium"),
    // It is built for a small container: one process, and its libraries beside it.
    args: [...args, "--single-process", "--no-zygote", "--headless=shell"],
    env: { ...definedEnvironment(), ...librariesOf(bundle) },
  });
}

function librariesOf(bundle: string): Record<string, string> {
  const fonts = existsSync("/etc/fonts/fonts.conf") ? "/etc/fonts" : join(bundle, "fonts");
  const libraries = [join(bundle, "al2023", "lib"), process.env.LD_LIBRARY_PATH].filter(Boolean).join(":");
  return { LD_LIBRARY_PATH: libraries, FONTCONFIG_PATH: fonts };
}

const definedEnvironment = (): Record<string, string> =>
  Object.fromEntries(
    Object.entries(process.env).filter((entry): entry is [string, string] => entry[1] !== undefined),
  );

/** Unpacks the bundled Chromium once for this checkout, complete or not at all, and answers with its folder. */
async function bundledChromium(): Promise<string> {
  const folder = join(CHECKOUT, "node_modules", ".cache", "vocu-chromium");
  if (existsSync(folder)) return folder;
  await mkdir(join(folder, ".."), { recursive: true });
  const unpacking = await mkdtemp(`${folder}-`);
  // The package unpacks into the temporary directory, and its libraries only where it believes to be in a container.
  await withEnvironment({ TMPDIR: unpacking, AWS_EXECUTION_ENV: "AWS_Lambda_nodejs20.x" }, async () => {
    const { default: bundle } = await import("@sparticuz/chromium");
    await bundle.executablePath();
  });
  try {
    await rename(unpacking, folder);
  } catch (error) {
    // Another test run was quicker.
    await rm(unpacking, { recursive: true, force: true });
    if (!existsSync(folder)) throw error;
  }
  return folder;
}

async function withEnvironment(
  changes: Readonly<Record<string, string>>,
  work: () => Promise<void>,
): Promise<void> {
  const before = { ...process.env };
  Object.assign(process.env, changes);
  try {
    await work();
  } finally {
    for (const name of Object.keys(process.env)) {
      if (!(name in before)) Reflect.deleteProperty(process.env, name);
    }
    Object.assign(process.env, before);
  }
}
