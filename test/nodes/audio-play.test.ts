import assert from "node:assert/strict";
import { readdir, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { runInNewContext } from "node:vm";
import { playMs } from "./support/frames";
import { chunk, frames, PCM, retraction, sequence } from "./support/chunks";
import { useFlows, type Flow } from "./support/flows";
import { useFolder } from "./support/folder";
import type { Message } from "./support/message";
import { isAlive, usePlayers, type Behaviour } from "./support/players";
import { observers, onTab, sink, tab } from "./support/speech-flow";
import { frame, infoFrame } from "../unit/audio-fixtures";

describe("audio-play", () => {
  // Before the flows: a flow is taken down before its players are looked for.
  const folder = useFolder();
  const flows = useFlows();
  const players = usePlayers();
  let flow: Flow;

  const start = async (own: Record<string, unknown> = {}): Promise<void> => {
    const node = { ...onTab, id: "play", type: "vocu-audio-play", name: "", wires: [["out"]], ...own };
    flow = await flows.load([tab, node, sink("out"), sink("begins"), ...observers(["play"])]);
  };
  const startWith = (behaviour: Behaviour, own: Record<string, unknown> = {}): Promise<void> =>
    start({ ...players().command(behaviour), ...own });
  const hand = (message: Message): Message => flow.input(message, "play");
  const handAll = (messages: Message[]): Message => messages.map(hand).at(-1) as Message;
  const errorOf = async (message: Message): Promise<(Error & { code?: string }) | undefined> =>
    (await flow.ended(message)).error;
  const playing = (index = 0): ReturnType<ReturnType<typeof players>["started"]["nth"]> =>
    players().started.nth(index);

  describe("a speech", () => {
    beforeEach(() => startWith("listen"));

    it("is heard from its first chunk on, and to its end", async () => {
      const [one, two] = frames(2) as [Buffer, Buffer];
      hand(chunk("a", 0, one));
      const player = await playing();
      assert.deepEqual(await player.heard(one.length), one);
      const last = hand(chunk("a", 1, two, true));
      assert.equal(await errorOf(last), undefined);
      assert.deepEqual(player.audio, Buffer.concat([one, two]));
      assert.ok(player.heardTheEnd);
    });

    it("may come as one Buffer", async () => {
      const all = Buffer.concat(frames(4));
      assert.equal(await errorOf(hand({ payload: all })), undefined);
      assert.deepEqual((await playing()).audio, all);
    });

    it("may come as samples, which become a WAV", async () => {
      const samples = Buffer.from([1, 0, 2, 0]);
      await errorOf(hand({ payload: samples, vocu: { pcm: PCM } }));
      const { audio } = await playing();
      assert.equal(audio.toString("latin1", 0, 4), "RIFF");
      assert.deepEqual(audio.subarray(44), samples);
    });

    it("is followed by a message that reports how long it played", async () => {
      const buffers = frames(3);
      const last = handAll(sequence("a", buffers, { topic: "door", vocu: { audioId: "x" } }));
      await errorOf(last);
      const { topic, payload, vocu, parts } = await flow.at("out").nth(0);
      const facts = payload as Record<string, unknown>;
      assert.deepEqual([topic, parts], ["door", undefined]);
      assert.deepEqual(vocu, { audioId: "x", ...facts });
      assert.equal(facts.bytes, Buffer.concat(buffers).length);
      assert.equal(facts.audioMs, Math.round(playMs(Buffer.concat(buffers))));
      assert.equal(Number.isInteger(facts.playedMs), true);
    });

    it("has ended only when the player has", async () => {
      const last = handAll(sequence("a", frames(2)));
      await errorOf(last);
      const { pid } = await playing();
      assert.equal(isAlive(pid), false);
    });

    it("ends each chunk when it has been taken, before the last one comes", async () => {
      const [one, two] = frames(2);
      const first = hand(chunk("a", 0, one));
      hand(chunk("a", 1, two));
      assert.equal(await errorOf(first), undefined);
      hand(retraction("a"));
    });

    it("shows that it plays, and how long it played", async () => {
      await errorOf(hand({ payload: Buffer.concat(frames(2)) }));
      const fills = flow.at("status").entries.map(({ status }) => status?.fill);
      assert.deepEqual(fills.slice(-2), ["blue", "green"]);
    });
  });

  describe("a second speech", () => {
    const [first, second] = [frames(2), frames(3)];

    it("waits for the first one", async () => {
      await startWith("listen");
      hand(chunk("a", 0, first[0]));
      const player = await playing();
      const last = handAll(sequence("b", second));
      await flow.at("status").find(({ status }) => status?.fill === "yellow");
      assert.equal(players().started.entries.length, 1);
      hand(chunk("a", 1, first[1], true));
      await errorOf(last);
      assert.deepEqual(player.audio, Buffer.concat(first));
      assert.deepEqual((await playing(1)).audio, Buffer.concat(second));
    });

    it("replaces the first one if the node is set so", async () => {
      await startWith("listen", { busy: "replace" });
      const message = hand(chunk("a", 0, first[0]));
      const player = await playing();
      assert.equal(await errorOf(handAll(sequence("b", second))), undefined);
      assert.equal(await errorOf(message), undefined);
      assert.equal(player.heardTheEnd, false);
      assert.equal(isAlive(player.pid), false);
    });

    it("replaces nothing if it is retracted before its turn", async () => {
      await startWith("listen", { busy: "replace" });
      hand(chunk("a", 0, first[0]));
      const player = await playing();
      const retracted = hand(chunk("b", 0, second[0]));
      hand(retraction("b"));
      await errorOf(retracted);
      await errorOf(hand(chunk("a", 1, first[1], true)));
      assert.deepEqual(player.audio, Buffer.concat(first));
    });

    it("is dropped with all its chunks if the node is set so", async () => {
      await startWith("listen", { busy: "drop" });
      hand(chunk("a", 0, first[0]));
      await playing();
      const dropped = sequence("b", second).map(hand);
      await Promise.all(dropped.map(errorOf));
      await errorOf(hand(chunk("a", 1, first[1], true)));
      assert.equal(players().started.entries.length, 1);
    });

    it("plays beside the first one if the node is set so", async () => {
      await startWith("listen", { busy: "parallel" });
      hand(chunk("a", 0, first[0]));
      hand(chunk("b", 0, second[0]));
      await playing(1);
      await errorOf(hand(chunk("a", 1, first[1], true)));
      await errorOf(handAll([chunk("b", 1, second[1]), chunk("b", 2, second[2], true)]));
      const heard = players().started.entries.map(({ audio }) => audio.length);
      assert.deepEqual(
        heard.sort((a, b) => a - b),
        [Buffer.concat(first).length, Buffer.concat(second).length].sort((a, b) => a - b),
      );
    });
  });

  describe("a stop", () => {
    it("ends the player immediately, and forgets what waits", async () => {
      await startWith("listen");
      const message = hand(chunk("a", 0, frames(1)[0]));
      const waiting = hand({ payload: Buffer.concat(frames(2)) });
      const player = await playing();
      hand({ reset: true });
      await player.gone;
      assert.deepEqual([await errorOf(message), await errorOf(waiting)], [undefined, undefined]);
      assert.equal(players().started.entries.length, 1);
      assert.deepEqual(flow.at("out").entries, []);
    });

    it("lets the rest of the stopped sequence fall", async () => {
      await startWith("listen");
      const [one, two, three] = frames(3);
      const message = hand(chunk("a", 0, one));
      await playing();
      hand({ reset: true });
      await errorOf(message);
      await errorOf(handAll([chunk("a", 1, two), chunk("a", 2, three, true)]));
      assert.equal(players().started.entries.length, 1);
    });

    it("of one sequence leaves the others alone", async () => {
      await startWith("listen");
      hand(chunk("a", 0, frames(1)[0]));
      await playing();
      const other = handAll(sequence("b", frames(2)));
      hand(retraction("a"));
      assert.equal(await errorOf(other), undefined);
      assert.ok((await playing(1)).heardTheEnd);
    });

    it("kills a player that does not end when it is asked to", async () => {
      await startWith("stubborn");
      const message = hand({ payload: Buffer.concat(frames(2)) });
      const player = await playing();
      await player.events.find(({ end }) => end === true);
      hand({ reset: true });
      await errorOf(message);
      assert.ok(player.events.entries.some(({ asked }) => asked === "SIGTERM"));
      assert.equal(isAlive(player.pid), false);
    });

    it("ends what the player has started, too", async () => {
      await startWith("parent");
      const message = hand(chunk("a", 0, frames(1)[0]));
      const child = await players().started.find(({ args }) => args[0] === "child");
      hand({ reset: true });
      await errorOf(message);
      await child.gone;
    });

    it("comes with a new deployment", async () => {
      await startWith("listen");
      hand(chunk("a", 0, frames(1)[0]));
      const player = await playing();
      await flow.stop();
      assert.equal(isAlive(player.pid), false);
    });

    it("reaches a player that does not take what it is given", async () => {
      await startWith("deaf");
      const message = hand({ payload: Buffer.concat([frames(1)[0] as Buffer, Buffer.alloc(1_000_000)]) });
      const player = await playing();
      hand({ reset: true });
      await errorOf(message);
      assert.equal(isAlive(player.pid), false);
    });
  });

  describe("a player", () => {
    it("that takes nothing holds the audio back", async () => {
      await startWith("deaf");
      const big = (): Buffer => Buffer.concat([frames(1)[0] as Buffer, Buffer.alloc(300_000)]);
      hand(chunk("a", 0, big()));
      const second = hand(chunk("a", 1, big()));
      hand(chunk("a", 2, big()));
      await playing();
      assert.equal(
        flow.inputs.some(({ message, ended }) => message === second && ended > 0),
        false,
      );
      hand({ reset: true });
    });

    it("that dies is an error with its first words, while the speech still comes", async () => {
      await startWith("die");
      const message = hand(chunk("a", 0, frames(1)[0]));
      const error = await errorOf(message);
      assert.equal(error?.code, "PLAYER_FAILED");
      assert.equal((error.cause as { detail?: string }).detail, "no such device: speaker");
    });

    it("that dies ends every message of the speech once", async () => {
      await startWith("die");
      const messages = sequence("a", frames(5)).map(hand);
      const errors = await Promise.all(messages.map(errorOf));
      assert.deepEqual(
        errors.map((error) => error?.code),
        [undefined, undefined, undefined, undefined, "PLAYER_FAILED"],
      );
    });

    it("that ends before the speech does is an error, even if it is content", async () => {
      await startWith("quit");
      const message = hand(chunk("a", 0, frames(1)[0]));
      assert.equal((await errorOf(message))?.code, "PLAYER_FAILED");
    });

    it("that fails does not keep the next speech from its own", async () => {
      await startWith("die");
      await errorOf(hand({ payload: frames(1)[0] }));
      await errorOf(hand({ payload: frames(1)[0] }));
      assert.equal(players().started.entries.length, 2);
    });

    it("that is not there is an error", async () => {
      await start({ player: "command", command: join(folder(), "no-player") });
      assert.equal((await errorOf(hand({ payload: frames(1)[0] })))?.code, "PLAYER_NOT_FOUND");
    });

    it("that is not named is an error", async () => {
      await start({ player: "command", command: " " });
      assert.equal((await errorOf(hand({ payload: frames(1)[0] })))?.code, "PLAYER_NO_COMMAND");
    });

    it("gets no arguments that are not text", async () => {
      await start({ player: "command", command: process.execPath, arguments: '[{"a":1}]' });
      assert.equal((await errorOf(hand({ payload: frames(1)[0] })))?.code, "PLAYER_ARGUMENTS");
    });

    it("that cannot play what flows in gets a file, which is removed", async () => {
      await start(players().command("listen", "{file}"));
      const buffers = frames(3);
      assert.equal(await errorOf(handAll(sequence("a", buffers))), undefined);
      assert.deepEqual((await playing()).audio, Buffer.concat(buffers));
      const left = (await readdir(tmpdir())).filter((name) => name.includes(`-${process.pid}-`));
      assert.deepEqual(left, []);
    });
  });

  describe("the players of this machine", () => {
    const mp3 = Buffer.concat(frames(2));
    const wav = { payload: Buffer.from([1, 0]), vocu: { pcm: PCM } };

    it("are none where none is installed", async () => {
      await players().install(folder());
      await start();
      assert.equal((await errorOf(hand({ payload: mp3 })))?.code, "PLAYER_NOT_FOUND");
    });

    it("are taken in their order", async () => {
      await players().install(folder(), "play", "mpg123", "ffplay");
      await start();
      await errorOf(hand({ payload: mp3 }));
      assert.equal(((await flow.at("out").nth(0)).payload as { player: string }).player, "ffplay");
    });

    it("are passed over where they cannot play the audio", async () => {
      await players().install(folder(), "play", "mpg123");
      await start();
      await errorOf(hand(wav));
      assert.equal(((await flow.at("out").nth(0)).payload as { player: string }).player, "sox");
    });

    it("are passed over where they cannot be told which sound device to use", async () => {
      await players().install(folder(), "ffplay", "mpg123");
      await start({ device: "hw:1" });
      await errorOf(hand({ payload: mp3 }));
      const { args } = await playing();
      assert.equal(args[args.indexOf("-a") + 1], "hw:1");
    });

    it("are an error if the chosen one cannot do what is set", async () => {
      await players().install(folder(), "mpg123");
      await start({ player: "mpg123" });
      assert.equal((await errorOf(hand(wav)))?.code, "PLAYER_CANNOT");
    });

    for (const { player, program, args } of [
      { player: "mpv", program: "mpv", args: ["--volume=79.37", "--audio-device=hw:1", "-"] },
      { player: "mpg123", program: "mpg123", args: ["hw:1", "-f", "16384", "-"] },
      { player: "sox", program: "play", args: ["mp3", "-", "vol", "0.5"] },
    ]) {
      it(`are told device and volume: ${player}`, async () => {
        await players().install(folder(), program);
        await start({ player, device: "hw:1", volume: 50 });
        assert.equal(await errorOf(hand({ payload: mp3 })), undefined);
        const played = await playing();
        assert.deepEqual(played.args.slice(-args.length), args);
        assert.equal(played.audioDevice, player === "sox" ? "hw:1" : undefined);
        assert.deepEqual(played.audio, mp3);
      });
    }

    for (const { player, args } of [
      { player: "ffplay", args: ["-volume", "50", "-i", "pipe:0"] },
      { player: "cvlc", args: ["--gain=0.5", "-"] },
    ]) {
      it(`are told the volume: ${player}`, async () => {
        await players().install(folder(), player);
        await start({ player, volume: 50 });
        await errorOf(hand({ payload: mp3 }));
        assert.deepEqual((await playing()).args.slice(-args.length), args);
      });
    }

    it("get the whole speech as a file where they take nothing else: afplay", async () => {
      await players().install(folder(), "afplay");
      await start({ player: "afplay", volume: 50 });
      await errorOf(handAll(sequence("a", frames(2))));
      const { args, audio } = await playing();
      assert.deepEqual(args.slice(0, 2), ["-v", "0.5"]);
      assert.deepEqual(audio, mp3);
    });
  });

  describe("a chime", () => {
    const speech = Buffer.concat(frames(2));

    it("of the same kind is played in one go with the speech, without its table of contents", async () => {
      const file = join(folder(), "chime.mp3");
      await writeFile(file, Buffer.concat([infoFrame("Info"), ...frames(3)]));
      await startWith("listen", { chime: file });
      await errorOf(hand({ payload: speech }));
      assert.deepEqual((await playing()).audio, Buffer.concat([...frames(3), speech]));
      assert.equal(players().started.entries.length, 1);
    });

    it("of another kind is played before the speech", async () => {
      const chime = Buffer.concat([Buffer.from("RIFF\0\0\0\0WAVEfmt "), Buffer.alloc(20)]);
      const file = join(folder(), "chime.wav");
      await writeFile(file, chime);
      await startWith("listen", { chime: file });
      await errorOf(hand({ payload: speech }));
      const heard = players().started.entries.map(({ audio }) => audio);
      assert.deepEqual(heard, [chime, speech]);
    });

    it("of another format is played by itself, before the speech", async () => {
      const stereo = [0, 1, 2].map(() => frame({ version: 1, sampleRate: 44_100 }));
      const mono = [0, 1, 2].map(() => frame({ version: 2, mono: true, bitrate: 64, sampleRate: 24_000 }));
      const file = join(folder(), "chime.mp3");
      await writeFile(file, Buffer.concat(stereo));
      await startWith("listen", { chime: file });
      await errorOf(hand({ payload: Buffer.concat(mono) }));
      const heard = players().started.entries.map(({ audio }) => audio);
      assert.deepEqual(heard, [Buffer.concat(stereo), Buffer.concat(mono)]);
    });

    it("of another number of channels is played by itself, too", async () => {
      const file = join(folder(), "chime.mp3");
      await writeFile(file, Buffer.concat([0, 1].map(() => frame())));
      await startWith("listen", { chime: file });
      await errorOf(hand({ payload: Buffer.concat([0, 1].map(() => frame({ mono: true }))) }));
      assert.equal(players().started.entries.length, 2);
    });

    it("may be in the home folder", async () => {
      const home = process.env.HOME;
      process.env.HOME = folder();
      try {
        await writeFile(join(folder(), "chime.mp3"), Buffer.concat(frames(3)));
        await startWith("listen", { chime: "~/chime.mp3" });
        await errorOf(hand({ payload: speech }));
        assert.deepEqual((await playing()).audio, Buffer.concat([...frames(3), speech]));
      } finally {
        process.env.HOME = home;
      }
    });

    it("may come with the message, and goes before the node's own", async () => {
      const file = join(folder(), "chime.mp3");
      await writeFile(file, Buffer.concat(frames(3)));
      await startWith("listen", { chime: join(folder(), "none.mp3") });
      assert.equal(await errorOf(hand({ payload: speech, chime: file })), undefined);
      assert.deepEqual((await playing()).audio, Buffer.concat([...frames(3), speech]));
    });

    it("that is not there is an error", async () => {
      await startWith("listen", { chime: join(folder(), "none.mp3") });
      assert.equal((await errorOf(hand({ payload: speech })))?.code, "INPUT_FILE_MISSING");
    });
  });

  describe("what a message says", () => {
    beforeEach(async () => {
      await players().install(folder(), "mpv");
      await start({ volume: 100, device: "kitchen" });
    });
    const argsFor = async (own: Message): Promise<string[]> => {
      assert.equal(await errorOf(hand({ payload: Buffer.concat(frames(2)), ...own })), undefined);
      return (await playing()).args;
    };

    it("of volume and device goes before what the node says", async () => {
      const args = await argsFor({ volume: 12.5, device: "bedroom" });
      assert.deepEqual(args.slice(-3), ["--volume=50", "--audio-device=bedroom", "-"]);
    });

    it("may be nothing", async () => {
      assert.deepEqual((await argsFor({})).slice(-3), ["--volume=100", "--audio-device=kitchen", "-"]);
    });

    for (const [what, own, code] of [
      ["a volume that is none", { volume: "loud" }, "INPUT_INVALID"],
      ["more than all", { volume: 101 }, "INPUT_OUT_OF_RANGE"],
      ["a device with a NUL", { device: "a\0b" }, "INPUT_HAS_NUL"],
    ] as const) {
      it(`is an error where it is ${what}`, async () => {
        assert.equal((await errorOf(hand({ payload: Buffer.concat(frames(2)), ...own })))?.code, code);
      });
    }
  });

  describe("the second output", () => {
    it("reports when a speech begins, before it ends", async () => {
      await startWith("listen", { wires: [["out"], ["begins"]] });
      const message = hand(chunk("a", 0, frames(1)[0], false, { topic: "door" }));
      const { topic, payload } = await flow.at("begins").nth(0);
      assert.deepEqual([topic, payload], ["door", { player: process.execPath }]);
      assert.deepEqual(flow.at("out").entries, []);
      hand(retraction("a"));
      await errorOf(message);
    });
  });

  describe("a speech that is repeated", () => {
    it("is played as often as the node says, each time whole, and reports once", async () => {
      await startWith("listen", { repeat: 3, repeatPause: 0 });
      const all = Buffer.concat(frames(2));
      await errorOf(handAll(sequence("a", frames(2))));
      assert.deepEqual(
        players().started.entries.map(({ audio }) => audio),
        [all, all, all],
      );
      await flow.at("out").nth(0);
      assert.equal(flow.at("out").entries.length, 1);
    });

    it("is stopped in its pause", async () => {
      await startWith("listen", { repeat: 2, repeatPause: 3600 });
      const message = hand({ payload: Buffer.concat(frames(2)) });
      await (
        await playing()
      ).gone;
      hand({ reset: true });
      assert.equal(await errorOf(message), undefined);
      assert.equal(players().started.entries.length, 1);
    });
  });

  describe("a file", () => {
    it("is played by its path", async () => {
      const file = join(folder(), "speech.mp3");
      await writeFile(file, Buffer.concat(frames(3)));
      await startWith("listen");
      assert.equal(await errorOf(hand({ payload: file })), undefined);
      assert.deepEqual((await playing()).audio, Buffer.concat(frames(3)));
    });

    it("that is not there is an error", async () => {
      await startWith("listen");
      assert.equal((await errorOf(hand({ payload: "no speech.mp3" })))?.code, "INPUT_FILE_MISSING");
    });

    it("may be made in a function node, in a realm of its own", async () => {
      await startWith("listen");
      const all = Buffer.concat(frames(3));
      const payload: unknown = runInNewContext("Uint8Array.from(bytes)", { bytes: [...all] });
      assert.equal(await errorOf(hand({ payload })), undefined);
      assert.deepEqual((await playing()).audio, all);
    });
  });

  describe("the arguments of a command", () => {
    for (const [line, code] of [
      ["a 'b", "PLAYER_QUOTE"],
      ['--dev="a', "PLAYER_QUOTE"],
      ["a\0b", "INPUT_HAS_NUL"],
      ['["a\\u0000b"]', "INPUT_HAS_NUL"],
    ] as const) {
      it(`are refused: ${JSON.stringify(line)}`, async () => {
        await start({ player: "command", command: process.execPath, arguments: line });
        assert.equal((await errorOf(hand({ payload: frames(1)[0] })))?.code, code);
      });
    }
  });

  it("tells of a sequence that does not end", async () => {
    await startWith("listen", { idleTimeout: 1 });
    assert.equal((await errorOf(hand(chunk("a", 0, frames(1)[0]))))?.code, "SEQUENCE_UNFINISHED");
  });

  it("remembers which broken sequences to discard, the last thousand of them", async () => {
    await startWith("listen");
    // Without its first chunk a sequence is broken, and is reported once.
    const broken = (id: number, index: number): Message => chunk(String(id), index, frames(1)[0]);
    for (let id = 0; id <= 1000; id++) {
      assert.equal((await errorOf(hand(broken(id, 1))))?.code, "SEQUENCE_BROKEN");
    }
    for (const id of [1, 1000]) assert.equal(await errorOf(hand(broken(id, 2))), undefined);
    assert.equal((await errorOf(hand(broken(0, 2))))?.code, "SEQUENCE_BROKEN");
  });

  it("takes no more than so many speeches at once", async () => {
    await startWith("listen");
    hand(chunk("a", 0, frames(1)[0]));
    const messages = Array.from({ length: 100 }, () => hand({ payload: frames(1)[0] }));
    assert.equal((await errorOf(messages.at(-1) as Message))?.code, "TOO_MANY_SPEECHES");
    hand({ reset: true });
  });
});
