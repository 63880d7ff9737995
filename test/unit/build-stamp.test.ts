/** When a build may be skipped. */
import assert from "node:assert/strict";
import { mkdir, mkdtemp, rename, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { hashOfSources, isCurrent, type Stamp } from "../../scripts/build/stamp";

describe("the hash of a build's sources", () => {
  let root = "";
  let before = "";
  const hash = (): string => hashOfSources(root, ["lib", "package.json"]);
  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), "vocu-test-"));
    await mkdir(join(root, "lib", "deep"), { recursive: true });
    await writeFile(join(root, "package.json"), "{}");
    await writeFile(join(root, "lib", "deep", "a.ts"), "a");
    before = hash();
  });
  afterEach(() => rm(root, { recursive: true, force: true }));

  it("is the same while nothing changes", () => {
    assert.equal(hash(), before);
  });

  const changes: [string, () => Promise<void>][] = [
    ["the content of a file", () => writeFile(join(root, "lib", "deep", "a.ts"), "b")],
    [
      "the name of a file",
      () => rename(join(root, "lib", "deep", "a.ts"), join(root, "lib", "deep", "b.ts")),
    ],
    ["the folder of a file", () => rename(join(root, "lib", "deep", "a.ts"), join(root, "lib", "a.ts"))],
    ["a new file", () => writeFile(join(root, "lib", "b.ts"), "")],
  ];
  for (const [what, change] of changes) {
    it(`changes with ${what}`, async () => {
      await change();
      assert.notEqual(hash(), before);
    });
  }
});

describe("a build", () => {
  const of = (mode: Stamp["mode"], hash = "1"): Stamp => ({ mode, hash });

  it("is skipped where one of the same kind and the same sources is there", () => {
    for (const mode of ["release", "development"] as const) assert.ok(isCurrent(of(mode), of(mode)));
  });

  it("for development is skipped where a release build is there, and not the other way round", () => {
    assert.ok(isCurrent(of("release"), of("development")));
    assert.equal(isCurrent(of("development"), of("release")), false);
  });

  it("is not skipped where the sources have changed, or an earlier build did not end", () => {
    assert.equal(isCurrent(of("release", "1"), of("release", "2")), false);
    assert.equal(isCurrent({}, of("development")), false);
  });
});
