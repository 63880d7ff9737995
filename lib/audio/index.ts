/** The functions and types of lib/audio that the rest of the package uses. */
export { SharedStream, type Completed, type Subscriber } from "./cache/shared-stream";
export { joinAhead } from "./ahead";
export {
  clearStore,
  MAX_SPEECH_BYTES,
  SpeechStore,
  type NewSpeech,
  type StoredSpeech,
  type StoreOptions,
} from "./cache/store";
export { listKept, readKept, removeKept } from "./cache/kept";
export { chunks, NoAudioError, type Chunk, type ChunkOptions } from "./mp3/chunks";
export { LengthMeter } from "./length";
export { orAborted, systemClock, type AlarmClock, type Clock } from "./clock";
export { convertMp3, type Converted, type ConvertOptions } from "./convert/convert";
export { wavHeader, type PcmFormat } from "./format";
export { endingOf, mediaOfName, mediaTypeOf, MediaSniffer, sniff, SNIFF_BYTES } from "./media";
export { parseFrameHeader } from "./mp3/frame";
export { FrameSplitter, type Unit } from "./mp3/frames";
export { FrameMeter } from "./mp3/meter";
export { pace } from "./pace";
export { pcmMs, SampleCutter } from "./pcm";
export { soundDevices } from "./play/devices";
export { TEST_TONE } from "./play/test-tone";
export { joinMp3 } from "./play/join";
export { play, type PlayOptions } from "./play/player";
export { findPlayer, installedPlayers, PLAYER_NAMES, PlayerError, type PlayerCommand } from "./play/players";
export { joinWithPauses, type Stretch } from "./shape/pauses";
export { shapeAudio, type Shape, type Shaped, type ShapeFacts } from "./shape/shape";
export { serveAudio } from "./serve/serve";
export { findPublication, NoRoomError, PublishedAudio, type Publication } from "./serve/published";
