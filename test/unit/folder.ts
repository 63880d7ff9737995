/** An empty folder for each test. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** Makes a folder before each test of a suite, and removes it afterwards; the function returns its path. */
export function useFolder(): () => string {
  let folder = "";
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "vocu-test-"));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));
  return () => folder;
}
