import type { FaultBox } from "./faults";
import type { Log } from "./log";
import type { Settings } from "./options";
import type { Account } from "./state/account";
import type { Queue } from "./state/queue";
import type { Studio } from "./state/studio";
import type { Voices } from "./state/voices";

/** Everything that the routes of one sandbox share. */
export interface World {
  readonly settings: Settings;
  /** Origin of the storage host, without a slash at the end. */
  readonly storageUrl: string;
  readonly log: Log;
  readonly faults: FaultBox;
  readonly account: Account;
  readonly voices: Voices;
  readonly studio: Studio;
  readonly queue: Queue;
}
