export {
  SharedStream,
  type Carried,
  type Completed,
  type SharedStreamOptions,
  type Subscriber,
} from "./cache/shared-stream";
export { joinAhead, type AheadOptions } from "./ahead";
export {
  clearStore,
  MAX_SPEECH_BYTES,
  SpeechStore,
  type NewSpeech,
  type StoredSpeech,
  type StoreOptions,
  type Trouble,
} from "./cache/store";
export { chunks, NoAudioError, type Chunk, type ChunkOptions, type StreamTotals } from "./mp3/chunks";
export { LengthMeter } from "./length";
export { orAborted, systemClock, type Clock } from "./clock";
export { convertMp3, type Converted, type ConvertOptions } from "./convert/convert";
export { wavHeader, type PcmFormat } from "./format";
export { endingOf, mediaOfName, mediaTypeOf, MediaSniffer, sniff, SNIFF_BYTES, type Sniffed } from "./media";
export { isInfoFrame, parseFrameHeader, type FrameHeader } from "./mp3/frame";
export { FrameSplitter, type Unit } from "./mp3/frames";
export { FrameMeter } from "./mp3/meter";
export { pace, type PaceOptions } from "./pace";
export { pcmMs, SampleCutter } from "./pcm";
export { soundDevices, type SoundDevice } from "./play/devices";
export { TEST_TONE } from "./play/test-tone";
export { joinMp3, type Joined } from "./play/join";
export { play, type PlayOptions } from "./play/player";
export {
  findPlayer,
  installedPlayers,
  PLAYER_NAMES,
  PlayerError,
  type InstalledPlayer,
  type PlayerCommand,
  type PlayerWish,
} from "./play/players";
export { isShaping, shapeAudio, type Shape, type Shaped, type ShapeFacts } from "./shape/shape";
export { serveAudio } from "./serve/serve";
export { findPublication, NoRoomError, PublishedAudio, type Publication } from "./serve/published";
