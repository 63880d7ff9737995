/** The dialogs of all nodes in Node-RED 4.1. */
import { nodeRed4 } from "../peers";
import { describeEveryDialog } from "./every-dialog";

describeEveryDialog({
  name: "Node-RED 4.1",
  label: "4.1",
  peer: nodeRed4,
  themes: ["light"],
  languages: ["en-US", "zh-CN"],
  offset: 0,
});
