/** Readers of the API's objects, each written once. They never fail: what a call has cost is not lost to an odd reply. */
export { accountIn, readAccount } from "./account";
export { idInReply } from "./reply-id";
export { readSpeech, type SpeechInfo } from "./speech";
export { readTask, type Task } from "./task";
export { DEFAULT_STYLE, readVoice, type Style, type Voice } from "./voice";
