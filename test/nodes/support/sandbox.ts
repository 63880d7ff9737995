/** The Vocu API on this machine for the tests of one file. */
import assert from "node:assert/strict";
import { startSandbox, type Sandbox, type SandboxOptions } from "../../../sandbox";

/**
 * Starts a sandbox before the first test of a file and ends it after the last; between tests faults and requests are
 * forgotten. After each test, nothing that was sent or answered may have broken the API's own description.
 */
export function useSandbox(options: SandboxOptions = {}): () => Sandbox {
  let sandbox: Sandbox | undefined;
  const running = (): Sandbox => {
    assert.ok(sandbox, "the sandbox runs only during tests");
    return sandbox;
  };
  before(async () => {
    sandbox = await startSandbox(options);
  });
  after(() => running().close());
  beforeEach(() => {
    running().clearFaults();
    running().requests.length = 0;
    running().violations.length = 0;
  });
  afterEach(() => {
    assert.deepEqual(running().violations, []);
  });
  return running;
}
