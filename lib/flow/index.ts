/** What the node files use. */
export { defineAccount } from "./account-node";
export { choice, file, integer, list, number, object, style, text, toggle, voice } from "./description";
export { defineNode } from "./register";
export { streamSpeech } from "./speech";
export { BUSY, SPEECH_INPUTS } from "./speech-inputs";
