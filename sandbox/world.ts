/** The state that the routes of one sandbox share. */
import type { FaultBox } from "./faults";
import type { Channels } from "./live/channels";
import type { Log } from "./log";
import type { OpenApi } from "./openapi";
import type { Settings } from "./options";
import type { Account } from "./state/account";
import type { Clock } from "./state/clock";
import type { Files } from "./state/files";
import type { Queue } from "./state/queue";
import type { Splitter } from "./state/splitter";
import type { Recorder } from "./state/recorder";
import type { Task } from "./state/task";
import type { Template } from "./state/template";
import type { Uploads } from "./state/uploads";
import type { OwnedVoice } from "./state/voice";
import type { Voices } from "./state/voices";

/** The state that the routes of one sandbox share. Maps are by id, in order of creation. */
export interface World {
  readonly settings: Settings;
  readonly openApi: OpenApi;
  /** Origin of the storage host, without a slash at the end. */
  readonly storageUrl: string;
  readonly log: Log;
  readonly faults: FaultBox;
  readonly clock: Clock;
  readonly account: Account;
  readonly voices: Voices;
  /** Unused one-time share ids and the voices behind them. */
  readonly shares: Map<string, OwnedVoice>;
  readonly recorder: Recorder;
  readonly files: Files;
  readonly queue: Queue;
  readonly tasks: Map<string, Task>;
  readonly templates: Map<string, Template>;
  readonly splitters: Map<string, Splitter>;
  readonly uploads: Uploads;
  readonly channels: Channels;
}
