/** The editor half of all nodes, loaded once as the global `vocuEditor`. */
import { addStyles } from "./style";

export { prepareAccount } from "./account";
export { prepare } from "./dialog";
export { describe } from "./spec";
export { validate } from "./validate";

addStyles();
