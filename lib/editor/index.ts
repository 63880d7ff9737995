/** The editor half of all nodes, loaded once as the global `vocuEditor`. */
import { watchKeys } from "./account-key";
import { takeOnlyAccount } from "./only-account";
import { addSearchWords } from "./palette";
import { stopWithDialogs } from "./sound";
import { addStyles } from "./style";

export { prepareAccount } from "./account";
export { validateKey } from "./account-key";
export { prepare } from "./dialog";
export { labelOf } from "./node-label";
export { describe } from "./spec";
export { validate } from "./validate";

addStyles();
stopWithDialogs();
takeOnlyAccount();
watchKeys();
addSearchWords();
