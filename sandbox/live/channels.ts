/** The open live channels and how long each is kept. */
import { randomUUID } from "node:crypto";
import type { Settings } from "../options";
import type { Clock } from "../state/clock";
import type { OwnedVoice } from "../state/voice";

/** A live channel: one voice, kept while clients connect and disconnect. API reference B.1. */
export interface Channel {
  id: string;
  voice: OwnedVoice;
  clients: number;
  /** Time of the clock (ms) at which it is closed if no client is connected. */
  goneAt: number;
}

/** The open live channels. */
export class Channels {
  readonly #channels = new Map<string, Channel>();

  constructor(
    private readonly times: Settings["live"],
    private readonly clock: Clock,
  ) {}

  open(voice: OwnedVoice): Channel {
    const goneAt = this.clock.now() + this.times.cancelAfterMs;
    const channel: Channel = { id: randomUUID(), voice, clients: 0, goneAt };
    this.#channels.set(channel.id, channel);
    return channel;
  }

  /** The channel, unless it never existed, was closed, or had no client for too long. */
  find(id: string): Channel | undefined {
    const channel = this.#channels.get(id);
    if (!channel) return undefined;
    if (channel.clients > 0 || this.clock.now() < channel.goneAt) return channel;
    this.close(channel);
    return undefined;
  }

  join(channel: Channel): void {
    channel.clients++;
  }

  leave(channel: Channel): void {
    channel.clients--;
    channel.goneAt = this.clock.now() + this.times.idleMs;
  }

  close(channel: Channel): void {
    this.#channels.delete(channel.id);
  }
}
