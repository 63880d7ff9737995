import assert from "node:assert/strict";
import { LANGUAGES } from "../languages";
import { CHECKOUT } from "../node-red";
import { manifest, read } from "./manifest";
import { pack, type Tarball } from "./tarball";

describe("the packed package", () => {
  let tarball: Tarball;
  before(async () => {
    tarball = await pack();
  });
  after(() => tarball.remove());

  it("holds only what a user needs", () => {
    const wanted =
      /^(dist|resources|examples)\/|^(package\.json|README(\.zh-CN)?\.md|LICENSE|CHANGELOG\.md)$/;
    const kinds = /\.(js|html|json|svg|md)$|^LICENSE$/;
    assert.deepEqual(
      tarball.files.filter((file) => !wanted.test(file) || !kinds.test(file)),
      [],
    );
  });

  it("is built whenever it is packed or published, so that it never goes out empty or stale", () => {
    assert.equal(manifest.scripts.prepack, "npm run build");
  });

  it("has a README, a licence and examples", () => {
    for (const file of ["README.md", "LICENSE"]) assert.ok(tarball.files.includes(file), file);
    assert.ok(tarball.files.some((file) => /^examples\/.+\.json$/.test(file)));
  });

  it("has code, dialog, icon and words in every language for every node", () => {
    const missing = Object.entries(manifest["node-red"].nodes).flatMap(([name, script]) =>
      [
        script,
        `dist/nodes/${name}.html`,
        `dist/nodes/icons/${name}.svg`,
        ...LANGUAGES.flatMap((language) =>
          ["json", "html"].map((kind) => `dist/nodes/locales/${language}/${name}.${kind}`),
        ),
      ].filter((file) => !tarball.files.includes(file)),
    );
    assert.deepEqual(missing, []);
  });

  it("takes less than 4 MB on disk without its dependencies", () => {
    assert.ok(tarball.unpackedSize < 4_000_000, `${tarball.unpackedSize} bytes`);
  });

  it("mentions no path of the machine that built it", async () => {
    const texts = await Promise.all(tarball.files.map(async (file) => ({ file, text: await read(file) })));
    assert.deepEqual(
      texts.filter(({ text }) => text.includes(CHECKOUT)).map(({ file }) => file),
      [],
    );
  });
});
