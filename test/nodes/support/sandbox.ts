/** The Vocu API on this machine for the tests of one file. */
import assert from "node:assert/strict";
import { startSandbox, type Sandbox, type SandboxOptions } from "../../../sandbox";

/**
 * Starts a sandbox before the first test of a file and ends it after the last; between tests faults and requests are
 * forgotten. Nothing that was sent or answered may have broken the API's own description: the last hook names the tests
 * in which something did. (A failure between two tests would skip the rest of the file.)
 */
export function useSandbox(options: SandboxOptions = {}): () => Sandbox {
  let sandbox: Sandbox | undefined;
  const violations: [test: string, found: string][] = [];
  const running = (): Sandbox => {
    assert.ok(sandbox, "the sandbox runs only during tests");
    return sandbox;
  };
  before(async () => {
    sandbox = await startSandbox(options);
  });
  beforeEach(() => {
    running().clearFaults();
    running().requests.length = 0;
    running().violations.length = 0;
  });
  afterEach(function () {
    const test = this.currentTest?.fullTitle() ?? "";
    for (const found of sandbox?.violations.splice(0) ?? []) violations.push([test, found]);
  });
  after(async () => {
    await sandbox?.close();
    assert.deepEqual(violations, []);
  });
  return running;
}
