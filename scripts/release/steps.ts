/** The steps of the release check, in their order. */
import { buildIfChanged } from "../build/main";
import { ROOT } from "../build/paths";
import { installPeers } from "../test/peers";
import { audit } from "./audit";
import { contentFaults, traceFaults } from "./content";
import { listingFaults, readListing } from "./flow-library";
import { checkInstallations } from "./install";
import { licenceDocuments, licenceFaults, runtimePackages } from "./licences";
import { manifest } from "./manifest";
import { exampleFaults } from "./nrlint";
import { pack } from "./pack";
import { publintFaults } from "./publint";
import { checkReproducible } from "./reproducible";
import { run } from "./run";
import { checkUpgrade } from "./upgrade";

/** What the person who runs the check may say. */
export interface CheckOptions {
  /** The revision to update from. */
  readonly previous: string | undefined;
}

/** One step: what it is called and what it does. `run` answers with one line and throws where something is wrong. */
export interface Step {
  readonly name: string;
  readonly what: string;
  readonly run: (options: CheckOptions) => Promise<string>;
}

export const STEPS: readonly Step[] = [
  { name: "lint", what: "style, import directions, types, unused exports", run: lint },
  { name: "tests", what: "every test", run: tests },
  { name: "licences", what: "licences of what is installed", run: licences },
  { name: "audit", what: "known security problems, where the registry tells them", run: audit },
  { name: "content", what: "what the tarball holds", run: content },
  { name: "publint", what: "publint --strict", run: checkPublint },
  { name: "flow-library", what: "the Flow Library's rules, offline", run: flowLibrary },
  { name: "nrlint", what: "Node-RED's linter on the examples", run: nrlint },
  { name: "reproducible", what: "two builds give the same bytes", run: checkReproducible },
  { name: "install", what: "npm, pnpm and yarn in clean Node-RED 4.1 and 5", run: checkInstallations },
  {
    name: "upgrade",
    what: "a saved flow with the previous release",
    run: ({ previous }) => checkUpgrade(previous),
  },
];

async function lint(): Promise<string> {
  await run("npm", ["run", "lint"], { cwd: ROOT });
  return "clean";
}

async function tests(): Promise<string> {
  const output = await run("npm", ["test"], { cwd: ROOT });
  const untested = output.match(/^.*NOT TESTED.*$/gm) ?? [];
  return [output.trim().split("\n").at(-1) ?? "", ...untested.map((line) => line.trim())].join("; ");
}

function licences(): Promise<string> {
  const packages = runtimePackages();
  refuse(licenceFaults(packages, licenceDocuments()));
  const names = [...new Set(packages.map(({ licence }) => licence))].join(", ");
  return Promise.resolve(`${packages.length} packages: ${names}`);
}

async function content(): Promise<string> {
  await buildIfChanged("release");
  const tarball = await pack();
  await tarball.remove();
  refuse([...contentFaults(tarball, manifest["node-red"].nodes), ...traceFaults(tarball.files)]);
  const [packed, unpacked] = [tarball.size, tarball.unpackedSize].map((bytes) => Math.round(bytes / 1000));
  return `${tarball.files.length} files, ${packed} kB, ${unpacked} kB installed`;
}

async function checkPublint(): Promise<string> {
  await buildIfChanged("release");
  refuse(await publintFaults());
  return "nothing to say";
}

async function flowLibrary(): Promise<string> {
  await Promise.all([buildIfChanged("release"), installPeers()]);
  const listing = readListing();
  refuse(listingFaults(listing));
  return `${Object.keys(listing.html).length} nodes, ${Object.keys(listing.examples).length} examples`;
}

function nrlint(): Promise<string> {
  refuse(exampleFaults());
  return Promise.resolve("no findings");
}

/** @throws Error with all faults, one a line, where there are any. */
function refuse(faults: readonly string[]): void {
  if (faults.length > 0) throw new Error(faults.join("\n"));
}
