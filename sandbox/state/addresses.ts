/** Addresses of audio on the storage host. */
import { createHash } from "node:crypto";

/** Address of a finished audio; answers 404 until the audio is complete. API reference 6. */
export const audioUrl = (storageUrl: string, id: string): string => `${storageUrl}/generate/${id}.mp3`;

/**
 * Address that plays an audio from its beginning while it is being generated, with its own permission. API reference 6.
 */
export const streamUrl = (storageUrl: string, id: string): string =>
  `${storageUrl}/stream/${id}.mp3?auth=${permission(id)}`;

/** The `auth` value that opens a stream address. */
export const permission = (id: string): string =>
  createHash("sha256").update(`stream ${id}`).digest("hex").slice(0, 24);
