import { file, MB, operation } from "../lib/flow";

export = operation({
  type: "vocu-upload-audio",
  family: "library",
  reference: "H",
  operationId: "uploadConversionAudio",
  request: { method: "POST", path: "/api/tts/upload-audio", withoutId: true },
  inputs: {
    audio: file({
      required: true,
      from: "msg.payload",
      file: { media: "audio", maxBytes: 100 * MB, wire: "dataUrl", maxSeconds: 300 },
    }),
  },
});
