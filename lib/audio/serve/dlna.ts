/** What DLNA renderers ask of the audio they fetch (DLNA guidelines, HTTP transport). */
import type { IncomingHttpHeaders } from "node:http";

/** The profile of media types that have one. */
const PROFILES: Readonly<Record<string, string>> = { "audio/mpeg": "DLNA.ORG_PN=MP3;" };

/** Streaming and background transfer, stalling of the connection, DLNA 1.5; the rest of the 128 bits is reserved. */
const FLAGS = `017000${"0".repeat(26)}`;

/** Audio is sent as fast as it is taken, or saved in the background; `Interactive` is for pictures. */
const MODES = ["Streaming", "Background"];

/**
 * The reply headers for what a renderer asked for; none where it asked for nothing.
 * @param seekable whether ranges are answered
 */
export function dlnaHeaders(
  headers: IncomingHttpHeaders,
  { type, seekable }: { type: string; seekable: boolean },
): Readonly<Record<string, string>> {
  const mode = headers["transfermode.dlna.org"];
  const wanted = MODES.find((each) => each.toLowerCase() === String(mode).toLowerCase());
  const features = headers["getcontentfeatures.dlna.org"] === "1";
  return {
    ...(mode === undefined && !features ? {} : { "transferMode.dlna.org": wanted ?? "Streaming" }),
    ...(features ? { "contentFeatures.dlna.org": featuresOf(type, seekable) } : {}),
  };
}

const featuresOf = (type: string, seekable: boolean): string =>
  `${PROFILES[type] ?? ""}DLNA.ORG_OP=${seekable ? "01" : "00"};DLNA.ORG_CI=0;DLNA.ORG_FLAGS=${FLAGS}`;
