/** The quick steps of `npm run release:check`, so that a change that breaks a release is noticed at once. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { ROOT } from "../../scripts/build/paths";
import { verdictOf } from "../../scripts/release/audit";
import { licenceDocuments, licenceFaults, runtimePackages } from "../../scripts/release/licences";
import { manifest } from "../../scripts/release/manifest";
import { exampleFaults, flowFaults } from "../../scripts/release/nrlint";

describe("the version", () => {
  it("is the same in the lock file, and the newest in the CHANGELOG", () => {
    const [lock, changelog] = ["package-lock.json", "CHANGELOG.md"].map((file) =>
      readFileSync(join(ROOT, file), "utf8"),
    ) as [string, string];
    assert.equal((JSON.parse(lock) as { version: string }).version, manifest.version);
    const [, newest] = /^## \[(\d[^\]]*)\] - \d{4}-\d\d-\d\d$/m.exec(changelog) ?? [];
    assert.equal(newest, manifest.version);
  });
});

describe("licences", () => {
  it("of everything that is installed are allowed, and named where they must be", () => {
    assert.deepEqual(licenceFaults(runtimePackages(), licenceDocuments()), []);
  });

  it("are refused if nobody has allowed them, or if there is none", () => {
    const packages = [
      { name: "hpagent", version: "1", licence: "AGPL-3.0" },
      { name: "ws", version: "1", licence: undefined },
    ];
    assert.deepEqual(licenceFaults(packages, licenceDocuments()), [
      "hpagent: the licence AGPL-3.0 is not allowed",
      "ws: the licence (none) is not allowed",
    ]);
  });

  it("of compiled code must be named in every document", () => {
    const packages = [{ name: "mpg123-decoder", version: "1", licence: "MIT" }];
    const documents = { ...licenceDocuments(), "README.md": "mpg123-decoder (MIT)" };
    assert.deepEqual(licenceFaults(packages, documents), [
      "README.md must name mpg123-decoder and its compiled code under LGPL 2.1",
    ]);
  });

  it("of a new dependency must be in NOTICE", () => {
    const packages = [...runtimePackages(), { name: "left-pad", version: "1", licence: "MIT" }];
    assert.deepEqual(licenceFaults(packages, licenceDocuments()), ["NOTICE does not name left-pad"]);
  });
});

describe("nrlint", () => {
  it("finds nothing in the examples", function () {
    this.timeout(60_000);
    assert.deepEqual(exampleFaults(), []);
  });

  it("would find an unnamed function, an unknown variable in it, and nodes on top of each other", () => {
    const node = { type: "function", z: "tab", func: "return mgs;", outputs: 1, wires: [[]] };
    const flow = [
      { id: "tab", type: "tab" },
      { ...node, id: "a", name: "", x: 200, y: 100 },
      { ...node, id: "b", name: "Other", x: 220, y: 100, func: "return msg;" },
    ];
    const faults = flowFaults("test", flow).join("\n");
    assert.match(faults, /no name \(no-unnamed-functions\)/);
    assert.match(faults, /'mgs' is not defined/);
    assert.match(faults, /Overlapping/);
  });
});

describe("the audit", () => {
  it("says if a registry does not offer it", () => {
    assert.match(verdictOf({ message: "405 Method Not Allowed" }), /^NOT CHECKED: .*405/);
    assert.match(verdictOf({ error: { code: "ENOAUDIT" } }), /^NOT CHECKED/);
  });

  it("fails if a package has a known problem", () => {
    assert.equal(verdictOf({ vulnerabilities: {} }), "no known problems");
    assert.throws(() => verdictOf({ vulnerabilities: { ws: { severity: "high" } } }), /ws \(high\)/);
  });
});
