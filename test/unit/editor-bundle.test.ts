/** How much the browser loads for all nodes together. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";

const LIMIT_KB = 60;

it(`the editor's code stays below ${LIMIT_KB} KB compressed`, () => {
  const bundle = readFileSync(join(__dirname, "..", "..", "resources", "vocu-editor.js"));
  const size = gzipSync(bundle).length / 1024;
  assert.ok(size > 1 && size < LIMIT_KB, `${size.toFixed(1)} KB`);
});
