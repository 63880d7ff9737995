/** What the node files use. */
export { defineAccount } from "./account-node";
export { choice, file, integer, list, number, object, style, text, toggle, voice } from "./description";
export { inputsWhen, settingsWhen } from "./description";
export { downloadIfAsked } from "./generate";
export { operation } from "./operation";
export { listing, PAGE_INPUTS } from "./pages";
export { defineNode } from "./register";
export { streamSpeech } from "./speech";
export { BUSY, SPEECH_INPUTS } from "./speech-inputs";
export { createdTask, TASK_INPUTS, TASK_SETTINGS, taskBody } from "./task-create";
export { followTask, WAIT_SETTINGS } from "./tasks";
