/** Speech at an address of its own, from its first chunk on. */
import type { Node, NodeAPI } from "node-red";
import { serveAudio, Shelf, ShelfFullError, type Served } from "../../audio";
import { httpNodesUrl } from "./address";
import { answerTo, type HearingContext, type Listener } from "./audio-node";
import { MB } from "../input/file";
import { Problem, type Translate } from "../message/problem";

/** Where below Node-RED's HTTP nodes the audio is. */
const PATH = "/vocu/audio";

/** How the node serves. */
export interface ServeSettings {
  /** The address of Node-RED's HTTP nodes as players reach it; blank: this machine's. */
  readonly publicUrl: string;
  /** Seconds that complete audio can be fetched. */
  readonly ttl: number;
  /** Most megabytes of audio at once. */
  readonly maxMb: number;
}

const prepared = new WeakSet();

/** Makes Node-RED's own HTTP server answer for the audio, once however many nodes there are. */
export function prepareServing(RED: NodeAPI): void {
  if (prepared.has(RED.httpNode)) return;
  prepared.add(RED.httpNode);
  RED.httpNode.get(`${PATH}/:name`, (request, response) => {
    void serveAudio(request, response, request.params.name);
  });
}

/** What one placed node serves. */
export function servingListener(RED: NodeAPI, node: Node, translate: Translate): Listener<ServeSettings> {
  const shelf = new Shelf();
  // Node-RED asks for the password before any route of its HTTP nodes is reached, so players must know it.
  if ((RED.settings as { httpNodeAuth?: unknown }).httpNodeAuth)
    node.warn(translate("shared:status.loginNeeded"));
  return {
    hear: (context) => serve(shelf, context),
    reset: () => shelf.clear(),
    close: () => shelf.clear(),
  };
}

async function serve(shelf: Shelf, context: HearingContext<ServeSettings>): Promise<void> {
  const { RED, speech, settings, signal, status } = context;
  const base = httpNodesUrl(RED, settings.publicUrl);
  const entry = await shelf.begin(speech.type);
  try {
    let announced = false;
    for await (const chunk of speech.audio(signal)) {
      await shelf.add(entry, chunk, settings.maxMb * MB).catch(refuse);
      signal.throwIfAborted();
      if (announced) continue;
      announced = true;
      const url = `${base}${PATH}/${entry.name}`;
      status.working("serving");
      context.send(answerTo(RED, speech.firstMessage, url, { url, type: entry.type }));
    }
  } catch (error) {
    await shelf.drop(entry);
    throw error;
  }
  shelf.finish(entry, settings.ttl * 1000);
  status.done(context.translate("shared:status.served", { size: sizeOf(entry) }));
}

const refuse = (error: unknown): never => {
  throw error instanceof ShelfFullError ? new Problem("AUDIO_TOO_LARGE") : error;
};

const sizeOf = ({ spool }: Served): string => (spool.bytes / MB).toFixed(1);
