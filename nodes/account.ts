import { defineAccount } from "../lib/flow";

export = defineAccount();
