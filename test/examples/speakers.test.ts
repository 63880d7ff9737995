/** The examples of docs/guides as far as they need no node of another package: what such a node is told, and by which rules. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { createServer as createHttpServer, type IncomingHttpHeaders, type Server } from "node:http";
import { createServer as createTcpServer, type AddressInfo, type Server as TcpServer } from "node:net";
import { voiceIds } from "../../sandbox";
import { useBroker } from "../nodes/support/broker";
import { useFlows, type FlowNode } from "../nodes/support/flows";
import { useFolder } from "../nodes/support/folder";
import { Journal } from "../nodes/support/journal";
import { useSandbox } from "../nodes/support/sandbox";
import { fetchAll, serveNodes, webUrl } from "../nodes/support/web";
import { DECODERS } from "../unit/decoders";
import { playOnDevice, type Arrival } from "./esp32-device";
import { runExample, type Example } from "./example";

const listening = async (server: TcpServer): Promise<number> => {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return (server.address() as AddressInfo).port;
};

/** A UPnP renderer: remembers what it was told, and refuses what it does not know. */
function useRenderer(): () => {
  url: string;
  told: Journal<{ headers: IncomingHttpHeaders; body: string }>;
} {
  let server: Server;
  let url: string;
  let told: Journal<{ headers: IncomingHttpHeaders; body: string }>;
  beforeEach(async () => {
    told = new Journal("what the renderer is told");
    server = createHttpServer((asked, answer) => {
      void (async () => {
        const pieces: Buffer[] = [];
        for await (const piece of asked) pieces.push(piece as Buffer);
        const body = Buffer.concat(pieces).toString();
        const known = /#(SetAVTransportURI|Play)"$/.test(String(asked.headers.soapaction));
        answer.writeHead(known ? 200 : 500).end();
        told.add({ headers: asked.headers, body });
      })();
    });
    url = `http://127.0.0.1:${await listening(server)}/control`;
  });
  afterEach(() => new Promise((resolve) => server.close(resolve)));
  return () => ({ url, told });
}

/** The text of an element, with the five entities of XML read. */
const element = (xml: string, name: string): string => {
  const [, text] = new RegExp(`<(?:\\w+:)?${name}[^>]*>([^]*?)</(?:\\w+:)?${name}>`).exec(xml) ?? [];
  assert.ok(text !== undefined, `no ${name} in ${xml}`);
  return text
    .replace(/&lt;/g, "<")
    .replace(/&gt;/g, ">")
    .replace(/&quot;/g, '"')
    .replace(/&amp;/g, "&");
};

describe("Examples of the speakers that people own", () => {
  const flows = useFlows();
  const sandbox = useSandbox();
  const folder = useFolder();
  const broker = useBroker();
  const renderer = useRenderer();

  const run = async (
    name: string,
    fillIn: (node: FlowNode) => Record<string, unknown> = () => ({}),
  ): Promise<Example> => {
    const example = await runExample(name, sandbox(), flows, folder(), (node) => ({
      ...(node.type === "vocu-audio-url" ? { publicUrl: webUrl() } : {}),
      ...fillIn(node),
    }));
    serveNodes();
    return example;
  };
  const speech = (text: string): Promise<Buffer> => sandbox().speech({ voiceId: voiceIds.english, text });

  describe("Announce on Sonos and resume the music", () => {
    /** The rules of `group.play.notification` in node-red-contrib-sonos-plus 6.9.5. */
    const assertAccepted = (msg: Record<string, unknown>): void => {
      assert.equal(typeof msg.payload, "string");
      assert.match(String(msg.payload), /^http:\/\/.+/);
      assert.ok(Number.isInteger(msg.volume) && Number(msg.volume) >= 0 && Number(msg.volume) <= 100);
      assert.equal(typeof msg.sameVolume, "boolean");
      assert.equal(msg.duration, undefined);
      assert.equal(msg.playerName, undefined);
    };

    it("gives Sonos complete audio, so that it knows the length", async () => {
      const { flow, id, press } = await run("Announce on Sonos and resume the music");
      press("Dinner is ready");
      const msg = await flow.at(id("sonos-universal")).nth(0);
      assertAccepted(msg);
      const { headers, body } = await fetchAll(String(msg.payload));
      assert.equal(Number(headers["content-length"]), body.length);
      assert.deepEqual(body, await speech("Dinner is ready."));
    });

    it("tells Sonos nothing of a speech that is not complete", async () => {
      const whole = await speech("Dinner is ready.");
      sandbox().fail({ stallAfter: 4000 });
      const { flow, id, press } = await run("Announce on Sonos and resume the music");
      press("Dinner is ready");
      await flow.at(id("vocu-audio-url")).nth(0);
      // An address that was given out for the first chunk would come before the one of this speech, which is complete.
      flow.input({ payload: whole, topic: "complete" }, id("vocu-audio-url"));
      assert.equal((await flow.at(id("function", "One at a time")).nth(0)).topic, "complete");
      flow.input({ reset: true }, id("vocu-speech-stream"));
    });

    it("keeps the next announcement back until Sonos has finished the one before", async () => {
      const { flow, id, press } = await run("Announce on Sonos and resume the music");
      press("Dinner is ready");
      press("Somebody is at the door");
      const told = flow.at(id("sonos-universal"));
      const first = await told.nth(0);
      const queued = flow.at(id("function", "One at a time"));
      await queued.reach(2);
      // When this one is there, the one before has been handled, and went to Sonos if it did not wait.
      flow.input({ payload: "later" }, id("change", "Volume"));
      await queued.reach(3);
      flow.input({ ...first }, id("change", "Finished"));
      const second = await told.nth(1);
      assert.notEqual(second.payload, first.payload);
      const finishedAt = queued.times[3];
      const [, secondAt] = told.times;
      assert.ok(Number(secondAt) > Number(finishedAt), "the second waits for the end of the first");
    });
  });

  describe("Announce on Google Cast", () => {
    it("sets the volume and then plays, in the words of the cast node", async () => {
      const { flow, id, press } = await run("Announce on Google Cast");
      press("Dinner is ready");
      const [volume, media] = (await flow.at(id("castv2-sender")).reach(2)).map(
        ({ payload }) => payload as Record<string, unknown>,
      );
      // Rules of node-red-contrib-castv2 4.2.0: a volume of 0 is refused, and media needs a `url` that is a string.
      assert.equal(volume?.type, "VOLUME");
      assert.ok(Number(volume.volume) > 0 && Number(volume.volume) <= 100);
      assert.equal(media?.type, "MEDIA");
      const { url, contentType, streamType } = media.media as Record<string, string>;
      assert.equal(contentType, "audio/mpeg");
      assert.ok(["BUFFERED", "LIVE"].includes(String(streamType)));
      assert.deepEqual((await fetchAll(String(url))).body, await speech("Dinner is ready."));
    });
  });

  describe("Announce on a DLNA speaker", () => {
    const withRenderer = (node: FlowNode): Record<string, unknown> =>
      node.name === "Which speaker"
        ? { rules: [{ t: "set", p: "url", pt: "msg", to: renderer().url, tot: "str" }] }
        : {};

    it("loads the address with its description, and then plays it", async () => {
      const { flow, id, press } = await run("Announce on a DLNA speaker", withRenderer);
      press("Dinner is ready");
      await flow.at(id("debug", "It plays")).nth(0);
      const [load, play] = renderer().told.entries;
      assert.ok(load && play);
      assert.match(String(load.headers["content-type"]), /^text\/xml/);
      assert.equal(load.headers.soapaction, '"urn:schemas-upnp-org:service:AVTransport:1#SetAVTransportURI"');
      assert.equal(element(load.body, "InstanceID"), "0");
      const url = element(load.body, "CurrentURI");
      const description = element(load.body, "CurrentURIMetaData");
      assert.equal(element(description, "res"), url);
      assert.match(description, /protocolInfo="http-get:\*:audio\/mpeg:/);
      assert.equal(play.headers.soapaction, '"urn:schemas-upnp-org:service:AVTransport:1#Play"');
      assert.equal(element(play.body, "Speed"), "1");
      const { headers, body } = await fetchAll(url, { "getcontentFeatures.dlna.org": "1" });
      assert.ok(headers["contentfeatures.dlna.org"] !== undefined);
      assert.deepEqual(body, await speech("Dinner is ready."));
    });

    it("plays nothing that the renderer refused to load", async () => {
      const { flow, id, press } = await run("Announce on a DLNA speaker", (node) =>
        node.name === "Load" ? { headers: [] } : withRenderer(node),
      );
      press("Dinner is ready");
      await flow.at(id("debug", "Refused")).nth(0);
      assert.equal(renderer().told.entries.length, 1);
    });
  });

  describe("A speaker made of an ESP32", () => {
    const BASE = "home/esp32/audio/";

    /** What arrives for one press, up to the end of the speech. */
    const arrivalsOf = async (press: () => void): Promise<Arrival[]> => {
      const arrivals: Arrival[] = [];
      const from = broker().published.entries.length;
      press();
      for (let index = from; ; index += 1) {
        const { topic, payload } = await broker().published.nth(index);
        arrivals.push({ at: performance.now(), place: topic.slice(BASE.length), payload });
        if (/\/(last|cut)$/.test(topic)) return arrivals;
      }
    };
    const withBroker = (node: FlowNode): Record<string, unknown> =>
      node.type === "mqtt-broker" ? { broker: "127.0.0.1", port: broker().port } : {};
    const ready = async (): Promise<Example> => {
      const example = await run("A speaker made of an ESP32", withBroker);
      await broker().subscribed.find((topic) => topic === "home/esp32/state");
      return example;
    };

    it("is heard without a gap by a device with a buffer of 4 kB", async () => {
      const { press } = await ready();
      const audio = await speech("Somebody is at the door.");
      const arrivals = await arrivalsOf(() => press("Somebody is at the door"));
      assert.deepEqual(Buffer.concat(arrivals.map(({ payload }) => payload)), audio);
      assert.ok(arrivals.every(({ payload }) => payload.length <= 768));
      const playback = await playOnDevice(arrivals, 4096);
      const [whole] = (await DECODERS["mpg123-decoder"]?.(audio, 1)) ?? [];
      assert.deepEqual(playback.underruns, []);
      assert.deepEqual(playback.missing, []);
      assert.equal(playback.samples, whole?.length);
    });

    it("would overflow that buffer if it came as fast as it is generated", async () => {
      const { press } = await run("A speaker made of an ESP32", (node) =>
        node.type === "vocu-speech-stream" ? { pace: "off" } : withBroker(node),
      );
      await broker().subscribed.find((topic) => topic === "home/esp32/state");
      const arrivals = await arrivalsOf(() => press("Somebody is at the door"));
      await assert.rejects(playOnDevice(arrivals, 4096), /does not fit/);
    });

    it("lets the device notice a chunk that did not arrive, and play on", async () => {
      const { press } = await ready();
      const arrivals = await arrivalsOf(() => press("Somebody is at the door"));
      const playback = await playOnDevice(
        arrivals.filter((_arrival, index) => index !== 3),
        4096,
      );
      assert.deepEqual(playback.missing, [3]);
      assert.ok(playback.samples > 0);
    });

    it("tells the device when the rest will not come", async () => {
      sandbox().fail({ stallAfter: 4000 });
      const { press } = await ready();
      const ending = arrivalsOf(() => press("Somebody is at the door"));
      await broker().published.nth(0);
      press("Stop");
      const arrivals = await ending;
      assert.match(arrivals.at(-1)?.place ?? "", /^[^/]+\/cut$/);
      assert.equal((await playOnDevice(arrivals, 4096)).cut, true);
    });

    it("shows what the device reports", async () => {
      const { flow, id } = await ready();
      flow.input(
        { topic: "home/esp32/state", payload: '{"state":"hole","missing":[3]}' },
        id("mqtt out", "Audio"),
      );
      const { payload } = await flow.at(id("debug", "State of the speaker")).nth(0);
      assert.deepEqual(payload, { state: "hole", missing: [3] });
    });
  });

  describe("Announce through Snapcast", () => {
    const hasFfmpeg = spawnSync("ffmpeg", ["-version"]).error === undefined;

    if (hasFfmpeg)
      it("hands snapserver samples of 48000 Hz, 16 bit, stereo", async () => {
        const heard: Buffer[] = [];
        const ended = new Journal<true>("the end of a connection");
        const server = createTcpServer((socket) => {
          socket.on("data", (data) => heard.push(data)).on("end", () => ended.add(true));
        });
        const port = await listening(server);
        try {
          const { flow, id, press } = await run("Announce through Snapcast", ({ type, arguments: words }) =>
            type === "vocu-audio-play"
              ? { arguments: String(words).replace("192.168.1.10:4953", `127.0.0.1:${port}`) }
              : {},
          );
          press("Dinner is ready");
          await flow.at(id("debug", "Heard")).nth(0);
          await ended.nth(0);
          const [whole] = (await DECODERS["mpg123-decoder"]?.(await speech("Dinner is ready."), 1)) ?? [];
          const seconds = (whole?.length ?? 0) / 24_000;
          const samples = Buffer.concat(heard);
          assert.ok(Math.abs(samples.length / (48_000 * 4) - seconds) < 0.1);
          assert.ok(samples.some((byte) => byte !== 0));
        } finally {
          server.close();
        }
      });
    else console.log("    ffmpeg is not installed: not tested with it");
  });
});
