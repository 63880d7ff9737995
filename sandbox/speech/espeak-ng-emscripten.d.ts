/** Types of the eSpeak NG module, as far as it is used here. */

declare module "@echogarden/espeak-ng-emscripten" {
  /** One eSpeak NG synthesiser inside the WebAssembly module; the module holds a single, shared state. */
  export interface EspeakWorker {
    readonly samplerate: number;
    rate: number;
    pitch: number;
    range: number;
    set_voice(name: string, language: string): number;
    synthesize(text: string, onAudio: (samples: Int16Array) => boolean): void;
  }
  export interface EspeakModule {
    readonly HEAPU8: Uint8Array;
    readonly eSpeakNGWorker: new () => EspeakWorker;
  }
  const load: () => Promise<EspeakModule>;
  export default load;
}
