import assert from "node:assert/strict";
import { once } from "node:events";
import { useFlows } from "../nodes/support/flows";
import { assertOutcome, runCell, speechOf, type Outcome } from "./support/cells";
import { nodeAt, Stations } from "./support/stations";
import { AUDIO } from "./tables/audio";
import { CONNECTION, FRAMING } from "./tables/connection";
import { cellsOf, type Row } from "./tables/row";
import { PRETENCE, STATUS, STORAGE } from "./tables/status";

/** So many cells run side by side: most of those that take long only wait. */
const STATIONS = 12;

const TABLES: Readonly<Record<string, readonly Row[]>> = {
  "before and during the headers": CONNECTION,
  "lying about the body": FRAMING,
  "each status": STATUS,
  "storage hosts": STORAGE,
  "redirects, and successes that are none": PRETENCE,
  "the audio": AUDIO,
};

describe("fault matrix", () => {
  const flows = useFlows();
  const tables = Object.entries(TABLES).map(([name, rows]) => ({ name, cells: rows.flatMap(cellsOf) }));
  const outcomes = new Map<unknown, Promise<Outcome>>();
  let stations: Stations | undefined;
  /** Connections at each station just before the flows stopped. */
  let idle: readonly number[] = [];

  before(async function () {
    this.timeout(300_000);
    stations = await Stations.start(STATIONS);
    await stations.use(speechOf);
    const { flow: nodes, credentials } = stations;
    const flow = await flows.load(nodes, credentials);
    for (const cell of tables.flatMap(({ cells }) => cells)) {
      outcomes.set(
        cell,
        stations.use((station) => runCell(cell, flow, station)),
      );
    }
    await Promise.allSettled(outcomes.values());
    // A fresh idle connection at each station: those of long ago are closed by whoever is tired of them first.
    const reads = stations.all.map((station) =>
      flow.ended(flow.input({ payload: "" }, nodeAt(station, "gated", "read"))),
    );
    await Promise.all(reads);
    idle = stations.all.map(({ gate }) => gate.sockets.size);
    await flow.end();
  });
  after(() => stations?.close());

  for (const { name, cells } of tables) {
    describe(name, () => {
      for (const cell of cells) {
        const result = cell.expected === "whole" ? "is made good" : `is ${cell.expected.code}`;
        it(`${cell.kind}: ${cell.what} ${result}`, async () => {
          const outcome = await outcomes.get(cell);
          assert.ok(outcome);
          assertOutcome(cell, outcome);
        });
      }
    });
  }

  it("leaves no connection open once the flows have stopped", async function () {
    // Well before either side would close an idle connection by itself (after 4 s).
    this.timeout(2500);
    assert.ok(idle.length > 0 && idle.every((count) => count > 0));
    const open = (stations?.all ?? []).flatMap(({ gate }) => [...gate.sockets]);
    await Promise.all(open.map((socket) => once(socket, "close")));
  });

  it("sends nothing that the API does not describe, and the key nowhere else", () => {
    for (const { sandbox } of stations?.all ?? []) assert.deepEqual(sandbox.violations, []);
  });
});
