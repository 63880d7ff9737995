/** The line under a node. */
import assert from "node:assert/strict";
import type { NodeStatus } from "node-red";
import { StatusLine } from "../../lib/flow/message/status";

const setUp = (): { line: StatusLine; shown: (string | NodeStatus)[] } => {
  const shown: (string | NodeStatus)[] = [];
  const translate = (key: string, params: object = {}): string => `${key} ${JSON.stringify(params)}`;
  return { line: new StatusLine({ status: (status) => void shown.push(status) }, translate), shown };
};

describe("the status line", () => {
  it("has a colour and a shape for each state, with words of the shared catalog", () => {
    const { line, shown } = setUp();
    line.working("speaking", { seconds: 3 });
    line.waiting(2);
    line.done("3.0 s");
    line.idle("stopped");
    line.failed("voice not found");
    assert.deepEqual(shown, [
      { fill: "blue", shape: "dot", text: 'shared:status.speaking {"seconds":3}' },
      { fill: "yellow", shape: "ring", text: 'shared:status.waiting {"count":2}' },
      { fill: "green", shape: "dot", text: "3.0 s" },
      { fill: "grey", shape: "ring", text: "shared:status.stopped {}" },
      { fill: "red", shape: "ring", text: "voice not found" },
    ]);
  });

  it("is not sent to the editors again as long as it stays the same", () => {
    const { line, shown } = setUp();
    line.waiting(2);
    line.waiting(2);
    line.done("3.0 s");
    line.done("3.0 s");
    assert.equal(shown.length, 2);
  });

  it("tells of the same number that waits again after something else was shown", () => {
    const { line, shown } = setUp();
    line.waiting(2);
    line.done("3.0 s");
    line.waiting(2);
    assert.equal(shown.length, 3);
  });

  it("has room for 40 characters", () => {
    const { line, shown } = setUp();
    line.failed("x".repeat(40));
    line.failed("y".repeat(41));
    assert.deepEqual(
      shown.map((status) => (status as NodeStatus).text),
      ["x".repeat(40), `${"y".repeat(39)}…`],
    );
  });

  it("is empty when the node is closed, and stays so", () => {
    const { line, shown } = setUp();
    line.close();
    line.done("3.0 s");
    assert.deepEqual(shown, [{}]);
  });
});
