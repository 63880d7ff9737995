/** The dialogs of all nodes in Node-RED 5. */
import { nodeRed5 } from "../peers";
import { describeEveryDialog } from "./every-dialog";

describeEveryDialog({
  name: "Node-RED 5",
  label: "5",
  peer: nodeRed5,
  themes: ["light", "dark"],
  languages: ["en-US", "de"],
  offset: 3,
});
