import assert from "node:assert/strict";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { CHECKOUT } from "../node-red";
import { lockedPackages, manifest } from "../../scripts/release/manifest";

describe("what the package depends on", () => {
  const production = lockedPackages("package-lock.json").filter(([, entry]) => !entry.dev);

  it("is six packages at most", () => {
    assert.ok(Object.keys(manifest.dependencies).length <= 6);
  });

  it("is locked, with what those need themselves", () => {
    const places = production.map(([place]) => place);
    for (const name of Object.keys(manifest.dependencies))
      assert.ok(places.includes(`node_modules/${name}`), name);
  });

  it("runs no script when it is installed and is the same on every platform", () => {
    const bound = production.filter(
      ([, { hasInstallScript, os, cpu }]) => hasInstallScript === true || os || cpu,
    );
    assert.deepEqual(bound, []);
  });

  it("holds no native code", async () => {
    const files = await Promise.all(
      production.map(([place]) => readdir(join(CHECKOUT, place), { recursive: true })),
    );
    assert.deepEqual(
      files.flat().filter((file) => /\.node$|binding\.gyp$/.test(file)),
      [],
    );
  });

  for (const lock of ["package-lock.json", "test/peers/package-lock.json"]) {
    it(`is checked by its hash and tied to no registry: ${lock}`, () => {
      const entries = lockedPackages(lock).filter(([, { inBundle }]) => !inBundle);
      assert.ok(entries.length > 0);
      assert.deepEqual(
        entries.filter(([, { resolved, integrity }]) => resolved !== undefined || integrity === undefined),
        [],
      );
    });
  }
});
