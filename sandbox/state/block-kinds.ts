/** The kinds of blocks in a task and the keys of each. */

const PAUSES = ["interval", "interval_head", "interval_tail", "interval_range"];

/** Kinds of blocks in a task, and the keys of each besides `type`; others are dropped silently. API reference D.2. */
export const blockKinds: Record<string, string[]> = {
  text: [
    "voiceId",
    "text",
    "promptId",
    "language",
    "emo_switch",
    "vivid",
    "break_clone",
    "preset",
    "seed",
    "speechRate",
    "infinite_mode",
    "post_processing",
    "gamble",
    "instruct_mode",
    "reference_mode",
    ...PAUSES,
  ],
  audio: [
    "voiceId",
    "promptId",
    "input_audio",
    "speechRate",
    "vc_mode",
    "high_quality",
    "keep_prosody",
    "cover_mode",
    ...PAUSES,
  ],
  sfx: ["text", "sfx_length", "sfx_image", "sfx_mode", ...PAUSES],
  music: [
    "text",
    "music_duration",
    "music_instrumental",
    "music_lyrics",
    "music_reference_audio",
    "music_reference_voice",
    "music_task_type",
    "music_src_audio",
    "music_cover_strength",
    ...PAUSES,
  ],
  scene: ["text", "language", "mentions", "enable_music", "seed", "reference_mode", ...PAUSES],
  custom_audio: ["input_audio", ...PAUSES],
  stem_separation: ["input_audio", ...PAUSES],
};
