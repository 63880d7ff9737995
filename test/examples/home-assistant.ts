/** A Home Assistant of the tests: speaks its WebSocket API, and checks the data of actions as its own schemas do. */
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { WebSocketServer, type WebSocket } from "ws";
import { Journal } from "../nodes/support/journal";

/** An action that was called and accepted. */
export interface Called {
  readonly action: string;
  readonly entity: string;
  readonly data: Record<string, unknown>;
}

interface Asked {
  readonly id: number;
  readonly type: string;
  readonly access_token?: string;
  readonly domain?: string;
  readonly service?: string;
  readonly service_data?: Record<string, unknown>;
  readonly target?: { entity_id?: unknown };
}

type Check = (value: unknown) => boolean;
const isText: Check = (value) => typeof value === "string" && value !== "";
const isSwitch: Check = (value) => typeof value === "boolean";
const isPercent: Check = (value) => Number.isInteger(value) && Number(value) >= 1 && Number(value) <= 100;

/** The fields of the two actions, required ones first (Home Assistant 2026.11). */
const SCHEMAS: Readonly<
  Record<string, { required: Record<string, Check>; optional: Record<string, Check> }>
> = {
  "media_player.play_media": {
    required: { media_content_id: isText, media_content_type: isText },
    optional: { announce: isSwitch, enqueue: isText, extra: (value) => typeof value === "object" },
  },
  "music_assistant.play_announcement": {
    required: { url: isText },
    optional: { use_pre_announce: isSwitch, pre_announce_url: isText, announce_volume: isPercent },
  },
};

/** The token that it lets in. */
export const TOKEN = "a-long-lived-access-token";

/** A running server. */
export class HomeAssistant {
  readonly called = new Journal<Called>("an action of Home Assistant");
  readonly refused: string[] = [];
  /** The kinds of messages that clients have sent, in order. */
  readonly asked = new Journal<string>("a message to Home Assistant");
  private readonly sockets: WebSocketServer;

  private constructor(private readonly server: Server) {
    this.sockets = new WebSocketServer({ server, path: "/api/websocket" });
    this.sockets.on("connection", (socket) => {
      socket.send(JSON.stringify({ type: "auth_required", ha_version: "2026.11.0" }));
      socket.on("message", (data: Buffer) => {
        const asked = JSON.parse(data.toString()) as Asked | Asked[];
        for (const each of [asked].flat()) this.answer(socket, each);
      });
    });
  }

  static async start(): Promise<HomeAssistant> {
    const server = createServer((_asked, answer) => answer.writeHead(404).end());
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    return new HomeAssistant(server);
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  async close(): Promise<void> {
    for (const socket of this.sockets.clients) socket.terminate();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private answer(socket: WebSocket, asked: Asked): void {
    const send = (message: object): void => socket.send(JSON.stringify(message));
    const { id, type } = asked;
    this.asked.add(type);
    if (type === "auth") {
      const known = asked.access_token === TOKEN;
      send({ type: known ? "auth_ok" : "auth_invalid", ha_version: "2026.11.0" });
      return;
    }
    if (type === "call_service") {
      const fault = this.call(asked);
      const error = { code: "invalid_format", message: fault };
      send({ id, type: "result", success: !fault, ...(fault ? { error } : { result: { context: {} } }) });
      return;
    }
    send({
      id,
      type: "result",
      success: true,
      result: RESULTS[type] ?? (type.endsWith("/list") ? [] : null),
    });
    if (type === "subscribe_entities")
      send({ id, type: "event", event: { a: { "media_player.kitchen": IDLE } } });
  }

  /** Takes a call; answers with what is wrong with it. */
  private call({ domain, service, service_data: data = {}, target }: Asked): string | undefined {
    const action = `${domain}.${service}`;
    const fault = faultOf(action, data, target?.entity_id);
    if (fault === undefined) this.called.add({ action, entity: String(target?.entity_id), data });
    else this.refused.push(fault);
    return fault;
  }
}

function faultOf(action: string, data: Record<string, unknown>, entity: unknown): string | undefined {
  const schema = SCHEMAS[action];
  if (!schema) return `unknown action ${action}`;
  if (!isText(entity)) return "must contain at least one of entity_id, device_id, area_id";
  const missing = Object.keys(schema.required).filter((name) => !(name in data));
  if (missing.length > 0) return `required key not provided: ${missing.join(", ")}`;
  const fields = { ...schema.required, ...schema.optional };
  const wrong = Object.entries(data).filter(([name, value]) => fields[name]?.(value) !== true);
  return wrong.length > 0 ? `not allowed: ${JSON.stringify(wrong)}` : undefined;
}

const IDLE = { s: "idle", a: {}, c: "context", lc: 1, lu: 1 };

const RESULTS: Readonly<Record<string, unknown>> = {
  "auth/current_user": { id: "user", name: "Node-RED", is_owner: true, is_admin: true },
  get_config: { components: [], state: "RUNNING", version: "2026.11.0" },
  get_services: {
    media_player: { play_media: { fields: {} } },
    music_assistant: { play_announcement: { fields: {} } },
  },
};
