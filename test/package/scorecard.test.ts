/** The rules by which the Flow Library lists and scores a package (scripts/release/flow-library.ts), and publint's. */
import assert from "node:assert/strict";
import { listingFaults, readListing, type Listing } from "../../scripts/release/flow-library";
import { publintFaults } from "../../scripts/release/publint";

describe("the Flow Library", () => {
  let listing: Listing;
  before(() => {
    listing = readListing();
  });

  it("finds nothing wrong with the package", () => {
    assert.deepEqual(listingFaults(listing), []);
  });

  it("would find a missing keyword, a missing scope and too many dependencies", () => {
    const dependencies = Object.fromEntries(
      Array.from({ length: 7 }, (_, index) => [`package-${index}`, "1"]),
    );
    const manifest = { ...listing.manifest, name: "node-red-vocu", keywords: [], dependencies };
    const faults = listingFaults({ ...listing, manifest });
    assert.deepEqual(
      [/scoped/, /keywords/, /dependencies/].filter((rule) => !faults.some((fault) => rule.test(fault))),
      [],
    );
  });

  it("would find a Node-RED that is not supported", () => {
    assert.equal(listingFaults({ ...listing, nodeReds: ["3.1.0"] }).length, 1);
  });

  it("would find an example that is no flow, one with credentials, and a node without one", () => {
    const broken = { "a.json": "{", "b.json": '[{"id":"1","type":"debug","credentials":{}}]' };
    const faults = listingFaults({ ...listing, examples: broken });
    assert.ok(faults.includes("examples/a.json is not a flow"));
    assert.ok(faults.includes("examples/b.json holds credentials"));
    assert.ok(faults.includes("no example shows vocu-speech-stream"));
  });

  it("would find a node whose html it cannot read, and a type that Node-RED has", () => {
    const html = { ...listing.html, "voice-list": "<script>RED.nodes.registerType(TYPE, {})</script>" };
    assert.equal(listingFaults({ ...listing, html }).length, 1);
    assert.equal(listingFaults({ ...listing, taken: new Set(["vocu-voice-get"]) }).length, 1);
  });
});

describe("publint", () => {
  it("has nothing to say about the package", async function () {
    this.timeout(120_000);
    assert.deepEqual(await publintFaults(), []);
  });
});
