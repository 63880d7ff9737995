/**
 * The server that every case talks to, in a process of its own so that it does not count as anybody's work. The first part of the
 * path says how it answers; everything is 48 kHz, 128 kbit/s mp3 whose frames hold silence. `{ port }` is sent when it listens.
 */
import { createServer } from "node:http";

const FRAME_BYTES = 384;
const FRAME_MS = 24;
const BYTES_PER_MS = FRAME_BYTES / FRAME_MS;
const SMALL_BYTES = 100;
const TICK_MS = 100;
const FIRST_BYTE_MS = 50;
const MIB = 1024 * 1024;

const frame = Buffer.alloc(FRAME_BYTES);
frame.set([0xff, 0xfb, 0x94, 0xc4]);

/** Whole frames that play so long. */
const audioOf = (ms) => Buffer.concat(Array.from({ length: Math.round(ms / FRAME_MS) }, () => frame));

const speech = audioOf(10_000);
const halfMinute = audioOf(30_000);
const mebibyte = Buffer.concat(Array.from({ length: Math.ceil(MIB / FRAME_BYTES) }, () => frame));

/** Writes a block again and again, as fast as the reader takes it. */
function repeat(response, block, times) {
  let left = times;
  const more = () => {
    while (left > 0) {
      left -= 1;
      if (!response.write(block)) {
        response.once("drain", more);
        return;
      }
    }
    response.end();
  };
  more();
}

/** Sends audio at a multiple of the speed at which it plays. */
function pace(response, audio, speed) {
  const step = Math.round(TICK_MS * BYTES_PER_MS * speed);
  let at = 0;
  const tick = () => {
    response.write(audio.subarray(at, at + step));
    at += step;
    if (at < audio.length) return;
    clearInterval(timer);
    response.end();
  };
  const timer = setInterval(tick, TICK_MS);
  response.on("close", () => clearInterval(timer));
  tick();
}

function inSmallPieces(response, audio) {
  response.cork();
  for (let at = 0; at < audio.length; at += SMALL_BYTES) response.write(audio.subarray(at, at + SMALL_BYTES));
  response.uncork();
  response.end();
}

const audioAnswers = {
  instant: (response) => response.end(speech),
  later: (response) => setTimeout(() => response.end(speech), FIRST_BYTE_MS),
  twice: (response) => setTimeout(() => pace(response, speech, 2), FIRST_BYTE_MS),
  large: (response) => repeat(response, mebibyte, 64),
  hour: (response) => repeat(response, halfMinute, 120),
  small: (response) => inSmallPieces(response, halfMinute),
  silent: () => undefined,
};

const server = createServer((request, response) => {
  const [, kind = ""] = new URL(request.url, "http://localhost").pathname.split("/");
  request.on("error", () => undefined);
  if (kind === "upload") {
    request.resume().on("end", () => {
      response.setHeader("content-type", "application/json");
      response.end(JSON.stringify({ status: 200, message: "OK", data: { id: "file" } }));
    });
    return;
  }
  request.resume();
  response.setHeader("content-type", "audio/mpeg");
  audioAnswers[kind]?.(response);
});
server.keepAliveTimeout = 60_000;
server.listen(0, "127.0.0.1", 4096, () => process.send({ port: server.address().port }));
process.on("disconnect", () => process.exit(0));
