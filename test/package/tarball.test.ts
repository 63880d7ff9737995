/** What is published: only what a user needs, and all of it. */
import assert from "node:assert/strict";
import { buildIfChanged } from "../../scripts/build/main";
import { contentFaults, LIMITS, traceFaults } from "../../scripts/release/content";
import { manifest } from "../../scripts/release/manifest";
import { pack, type Tarball } from "../../scripts/release/pack";

/** A build on a busy machine may take this long, in ms. */
const BUILD_MS = 240_000;

describe("the packed package", () => {
  const nodes = manifest["node-red"].nodes;
  let tarball: Tarball;
  before(async function () {
    // A quick build for single test files has source maps.
    this.timeout(BUILD_MS);
    await buildIfChanged("release");
    tarball = await pack();
  });
  after(() => tarball.remove());

  it("holds what a user needs and nothing else, within its limits", () => {
    assert.deepEqual(contentFaults(tarball, nodes), []);
  });

  it("holds no source map and no path of the machine that built it", () => {
    assert.deepEqual(traceFaults(tarball.files), []);
  });

  it("is built whenever it is packed or published, so that it never goes out empty or stale", () => {
    assert.equal(manifest.scripts.prepack, "npm run build");
  });

  for (const file of ["test/unit/docs.test.ts", "sandbox/main.ts", "dist/nodes/account.js.map", ".npmrc"]) {
    it(`would be refused with ${file}`, () => {
      const files = [...tarball.files, file];
      assert.deepEqual(contentFaults({ ...tarball, files }, nodes), [`${file} does not belong`]);
    });
  }

  it("would be refused without the words of a language, a licence or an example", () => {
    const missing = ["dist/nodes/locales/ja/voice-list.json", "LICENSE", "examples/04 One Buffer.json"];
    const files = tarball.files.filter((file) => !missing.includes(file));
    assert.deepEqual(
      contentFaults({ ...tarball, files }, nodes).sort(),
      missing.map((file) => `${file} is missing`).sort(),
    );
  });

  it("would be refused where it is too large", () => {
    const large = { ...tarball, size: LIMITS.packed + 1, unpackedSize: LIMITS.unpacked + 1 };
    assert.equal(contentFaults(large, nodes).length, 2);
  });

  it("would be refused with a source map in it", () => {
    const found = traceFaults(["dist/a.js"], () => "code\n//# sourceMappingURL=a.js.map");
    assert.deepEqual(found, ["dist/a.js holds a source map"]);
  });
});
