/**
 * Stryker's runner for Mocha, with the Mocha 11 of this folder. The runner takes the Mocha of the working directory, and
 * does not find the files of Mocha 12, which the tests use otherwise.
 */
import { fileURLToPath } from "node:url";

const workingDirectory = process.cwd();
process.chdir(fileURLToPath(new URL(".", import.meta.url)));
export const { strykerPlugins, strykerValidationSchema } = await import("@stryker-mutator/mocha-runner");
process.chdir(workingDirectory);
