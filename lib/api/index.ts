/** What the rest of the package uses of the API client. */
export { VocuClient, type Reply } from "./client";
export { systemClock, type Clock } from "./clock";
export type { Download } from "./download";
export { abortError, VocuError, type ErrorFacts, type OwnCode } from "./errors";
export { fieldsOf, isObject, textOf } from "./json";
export type { KeyIn } from "./key-place";
export { LiveChannel } from "./live";
export type { LiveAudio, LiveRequest } from "./live-messages";
export * from "./readers";
export { type ApiRequest } from "./request";
export type { SpeechInfo } from "./response-data";
export type { AudioMeter } from "./audio-plan";
export type { CallOptions, ClientOptions } from "./session";
export { baseUrlOf, SITES, type Site } from "./sites";
export type { SpeakOptions, SpeechStream } from "./speech";
export type { SpeechParams } from "./speech-request";
export type { ProxyOptions } from "./proxy";
export type { TlsOptions } from "./transport";
