/** What the rest of the package uses of the API client. */
export { VocuClient, type Reply } from "./client";
export { systemClock, type Clock } from "./clock";
export type { BegunSpeech } from "./continue";
export { abortError, VocuError, type ErrorFacts } from "./errors";
export { fieldsOf, textOf } from "./json";
export { prepareConnections } from "./on-demand";
export type { KeyIn } from "./key-place";
export { LiveChannel } from "./live";
export { bytesOfHex } from "./live-hex";
export type { LiveAudio, LiveRequest } from "./live-messages";
export { pcmFormatOf, type DescribedPcm } from "./live-pcm";
export * from "./readers";
export { newForm, type ApiRequest } from "./request";
export type { AudioMeter } from "./audio-plan";
export type { ClientOptions } from "./session";
export { baseUrlOf, type Site } from "./sites";
export type { SpeakOptions, SpeechStream } from "./speech";
export type { SpeechParams } from "./speech-request";
