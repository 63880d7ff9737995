import { nodeRed4 } from "../peers";
import { describeInstalled } from "./installed";

describeInstalled("4.1", nodeRed4);
