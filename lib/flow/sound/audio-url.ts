/** Publishes speech at a URL, from its first chunk on. */
import type { Node, NodeAPI } from "node-red";
import {
  LengthMeter,
  NoRoomError,
  PublishedAudio,
  serveAudio,
  shapeAudio,
  type Publication,
} from "../../audio";
import { MB } from "../input/file";
import { Problem, type Translate } from "../message/problem";
import type { Facts } from "../message/sequence";
import type { ShapeSettings, ShapeValues } from "../../schema/shape-inputs";
import { shifted, SpeakerMemory } from "../node/shaping";
import { httpNodesUrl } from "./address";
import type { AddressReply } from "../../schema/admin-replies";
import { inContainer, isHidden, ownAddresses } from "./own-address";
import { answerTo } from "./answer";
import type { AudioSink, AudioSinkContext } from "./audio-sink";

/** The path of the audio below Node-RED's HTTP nodes. */
const PATH = "/vocu/audio";

/** How the node publishes. */
export interface UrlSettings extends ShapeSettings {
  /** The address of Node-RED's HTTP nodes as players reach it; blank: this machine's. */
  readonly publicUrl: string;
  /** When the address is sent: `chunked` with the first chunk, `wait` when the audio is complete. */
  readonly growing: string;
  /** Seconds that complete audio can be fetched. */
  readonly ttl: number;
  /** Limit of published audio, in megabytes. */
  readonly maxMb: number;
}

type Context = AudioSinkContext<ShapeValues, UrlSettings>;

/** Registers the route of the audio at Node-RED's HTTP server; called once for all nodes. */
export function prepareServing(RED: NodeAPI): void {
  RED.httpNode.get(`${PATH}/:name`, (request, response, next) => {
    serveAudio(request, response, request.params.name).catch(next);
  });
}

/** The published audio of one placed node. */
export function publishingSink(
  RED: NodeAPI,
  node: Node,
  translate: Translate,
): AudioSink<ShapeValues, UrlSettings> {
  const memory = new SpeakerMemory();
  const published = new PublishedAudio((code) => node.log(translate("shared:status.notRemoved", { code })));
  // Node-RED asks for the password before any route of its HTTP nodes is reached, so players need it.
  if ((RED.settings as { httpNodeAuth?: unknown }).httpNodeAuth)
    node.warn(translate("shared:status.loginNeeded"));
  let told = false;
  const tellOfContainer = ({ publicUrl }: UrlSettings): void => {
    if (told || publicUrl.trim() !== "" || !isHidden()) return;
    told = true;
    node.warn(translate("shared:status.inContainer"));
  };
  return {
    handle: (context) => {
      tellOfContainer(context.settings);
      return publish(published, memory, context);
    },
    reset: () => published.clear(),
    close: () => published.clear(),
  };
}

async function publish(published: PublishedAudio, memory: SpeakerMemory, context: Context): Promise<void> {
  const { RED, speech, settings, signal, status, translate } = context;
  const { type, audio: original } = await speech.open(signal);
  const { audio, facts } = shapeAudio(original, memory.shapeFor(context.inputs, settings));
  const base = httpNodesUrl(RED, settings.publicUrl, speech.firstMessage.req);
  const publication = await published.begin(type);
  const url = `${base}${PATH}/${publication.name}`;
  const announcement = new Announcement(type);
  const announce = (): void => {
    announcement.begin();
    const known = shifted((speech.firstMessage.vocu ?? {}) as Facts, facts.silenceMs);
    context.send(answerTo(RED, speech.firstMessage, url, { ...known, url, type }));
  };
  const early = settings.growing !== "wait";
  try {
    for await (const chunk of audio) {
      announcement.length.push(chunk);
      await published.add(publication, chunk, settings.maxMb * MB).catch(refuse);
      signal.throwIfAborted();
      if (announcement.begun || !early) continue;
      status.working("serving", { address: new URL(base).host });
      announce();
    }
  } catch (error) {
    await published.drop(publication);
    throw error;
  }
  published.finish(publication, settings.ttl * 1000);
  if (!announcement.begun) announce();
  memory.heard(announcement.facts);
  status.done(translate("shared:status.served", { size: sizeOf(publication), address: new URL(base).host }));
}

/** When an address was sent, and how long its audio plays: players start at about that time. */
class Announcement {
  readonly length: LengthMeter;
  private at: number | undefined;

  constructor(type: string) {
    this.length = new LengthMeter(type);
  }

  get begun(): boolean {
    return this.at !== undefined;
  }

  begin(): void {
    this.at = performance.now();
  }

  get facts(): Facts {
    const { at = performance.now() } = this;
    return { audioMs: this.length.audioMs, totalMs: performance.now() - at };
  }
}

const refuse = (error: unknown): never => {
  throw error instanceof NoRoomError ? new Problem("AUDIO_TOO_LARGE") : error;
};

const sizeOf = ({ spool }: Publication): string => (spool.bytes / MB).toFixed(1);

/**
 * Answers to `POST vocu/audio-url`: the address (`url`) of a node with the posted `publicUrl`, the other network
 * addresses of this machine, and whether this is a container, whose own address cannot be reached.
 * @throws Problem `HTTP_NODES_OFF`, `BAD_PUBLIC_URL`
 */
export function askAddress(RED: NodeAPI, { publicUrl }: Readonly<Record<string, unknown>>): AddressReply {
  const url = httpNodesUrl(RED, typeof publicUrl === "string" ? publicUrl : "");
  return { url, addresses: ownAddresses(), container: inContainer() };
}
