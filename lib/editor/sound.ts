/** Plays audio in the dialogs, one at a time; closing the dialog stops it. */

export type SoundState = "loading" | "playing" | "stopped";

interface Playing {
  readonly audio: HTMLAudioElement;
  readonly leaving: AbortController;
  readonly told: (state: SoundState) => void;
  address?: string;
}

let current: Playing | undefined;

/**
 * Loads and plays; resolves when it plays. What played before stops.
 * @param load where the audio comes from; it is given up when the signal aborts
 * @param told called with each change, lastly with `stopped`
 * @throws whatever `load` throws
 */
export async function playSound(
  load: (signal: AbortSignal) => Promise<Blob>,
  told: (state: SoundState) => void,
): Promise<void> {
  stopSound();
  const playing: Playing = { audio: new Audio(), leaving: new AbortController(), told };
  current = playing;
  told("loading");
  try {
    const blob = await load(playing.leaving.signal);
    if (current !== playing) return;
    playing.address = URL.createObjectURL(blob);
    playing.audio.addEventListener("ended", () => end(playing));
    playing.audio.src = playing.address;
    await playing.audio.play();
    // It may have been stopped while it began.
    if (current === playing) told("playing");
  } catch (error) {
    if (current !== playing) return;
    end(playing);
    throw error;
  }
}

/** Stops what loads or plays. */
export function stopSound(): void {
  if (current) end(current);
}

/** Stops whatever plays when the last dialog closes. */
export function stopWithDialogs(): void {
  RED.events.on("editor:close", stopSound);
}

function end(playing: Playing): void {
  if (current === playing) current = undefined;
  playing.leaving.abort();
  playing.audio.pause();
  if (playing.address !== undefined) {
    // An audio that still loads from the address would report its loss.
    playing.audio.removeAttribute("src");
    playing.audio.load();
    URL.revokeObjectURL(playing.address);
  }
  playing.told("stopped");
}
