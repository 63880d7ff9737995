/** The functions and types that the node files use. */
export { accountIn } from "../api";
export { ARCHIVE_SETTINGS, uploadArchive } from "./uploads/archive";
export { defineAccount } from "./admin/account-node";
export { CHUNK_SETTINGS } from "./node/delivery";
export { registerQuestions } from "./admin/questions";
export { askPlayers, askTone } from "./sound/play-questions";
export { ANSWER_INPUTS, answeringSink } from "./sound/http-answer";
export { FORMAT_SETTINGS, formattingSink } from "./sound/audio-format";
export { audioFile } from "./sound/audio-file";
export { defineAudioSink } from "./sound/audio-node";
export { AUDIO_SINK_SETTINGS } from "./sound/audio-sink";
export { askAddress, prepareServing, publishingSink } from "./sound/audio-url";
export { inputsWhen, settingsWhen } from "../schema/description";
export {
  choice,
  file,
  integer,
  list,
  number,
  object,
  style,
  text,
  toggle,
  voice,
} from "../schema/description";
export { MB } from "./input/file";
export { downloadIfAsked } from "./speech/generate";
export { KEEP_DESCRIPTION } from "./voices/keep-description";
export { LiveMemory, speakLive } from "./live/live";
export { LIVE_INPUTS, LIVE_SETTINGS } from "./live/live-description";
export { operation } from "./node/operation";
export { listing, PAGE_INPUTS } from "./node/listing";
export { PLAYERS, playingSink } from "./sound/play";
export { defineLocalNode } from "./node/local";
export { defineNode } from "./node/runner";
export { streamSpeech } from "./speech/speech";
export { BUSY, SPEECH_INPUTS, STREAM_INPUTS, STREAM_TEXT, TIME_LIMIT_INPUTS } from "../schema/speech-inputs";
export { createSplitter, updateSplitter } from "./voices/splitters";
export { addStyle, deleteStyle, renameStyle, resetStyle } from "./voices/styles";
export { createdTask, TASK_INPUTS, TASK_SETTINGS, taskBody } from "./tasks/task-create";
export { WAIT_SETTINGS, waitForTask } from "./tasks/tasks";
export { SHAPE_INPUTS, SHAPE_SETTINGS } from "../schema/shape-inputs";
export { SpeakerMemory } from "./node/shaping";
export { createTemplate, updateTemplate } from "./voices/templates";
export { PREPARE_INPUTS, PREPARE_SETTINGS, prepareMessage } from "./text/text-prepare";
export { CHUNK_FIELDS, CHUNK_PATH } from "./uploads/upload-fields";
export { SAMPLE_LANGUAGES, withoutDeletedStyles } from "./voices/voice";
export { VOICE_WAIT_SETTINGS } from "./voices/voice-wait";
export { createVoice, importedVoice, listedVoices, renameVoice, sharedId } from "./voices/voices";
