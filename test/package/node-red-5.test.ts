import { nodeRed5 } from "../peers";
import { describeInstalled } from "./installed";

describeInstalled("5.0", nodeRed5);
