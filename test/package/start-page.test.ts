import assert from "node:assert/strict";
import { once } from "node:events";
import { chmod, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { request as httpRequest, type IncomingMessage } from "node:http";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { request } from "undici";
import { openToNetwork } from "../../scripts/start/lan";
import { GREETING } from "../../scripts/start/mqtt-report";
import { Demo, START_MS } from "./demo";
import { Speaker } from "./speaker-page";

const PAGE = /^page: (\S+)/m;
const EDITOR = /^editor: (\S+)/m;
const MQTT = /^MQTT: (\S+)/m;
const SPOKE = /^spoke .+ -> (\S+announcement\.mp3), first audio after \d+ ms$/m;

interface MqttClient {
  on(event: "message", listener: () => void): void;
  subscribeAsync(topic: string): Promise<unknown>;
  publishAsync(topic: string, payload: string): Promise<unknown>;
  endAsync(): Promise<void>;
}
const mqtt = createRequire(__filename)("mqtt") as { connectAsync(url: string): Promise<MqttClient> };

/** The status of an answer to a path as it is: clients such as undici resolve its dots themselves. */
async function statusOf(port: number, path: string, method: string): Promise<number | undefined> {
  const asked = httpRequest({ host: "127.0.0.1", port, path, method });
  asked.end();
  const [answer] = (await once(asked, "response")) as [IncomingMessage];
  answer.resume();
  return answer.statusCode;
}

describe("the page of npm start", function () {
  this.timeout(START_MS);
  let folder: string;
  let demo: Demo;
  let page: string;
  let editor: string;
  let broker: string;
  const open: Speaker[] = [];

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "vocu-player-"));
    // A player that writes down what it is given.
    await writeFile(join(folder, "mpv"), `#!/bin/sh\nexec cat > "${join(folder, "played.mp3")}"\n`);
    await chmod(join(folder, "mpv"), 0o755);
    demo = await Demo.start({ PATH: `${folder}${delimiter}${process.env.PATH ?? ""}` });
    [page = ""] = await demo.waitFor(PAGE);
    [editor = ""] = await demo.waitFor(EDITOR);
    [broker = ""] = await demo.waitFor(MQTT);
  });
  afterEach(async () => {
    const all = open.splice(0);
    await Promise.all(all.map((speaker) => speaker.close()));
    assert.deepEqual(
      all.flatMap(({ problems }) => problems),
      [],
    );
  });
  after(async () => {
    await demo.remove();
    await rm(folder, { recursive: true });
  });

  const openPage = async (): Promise<Speaker> => {
    const speaker = await Speaker.open(page);
    open.push(speaker);
    return speaker;
  };

  it("says the greeting to whoever opens it", async () => {
    const one = await openPage();
    await one.plays(GREETING);
    await one.heard(0.3);
    assert.ok((await one.sound()).loudest > 0.05);
    assert.ok((await one.silent()) > 2);
  });

  it("is heard while its speech still comes", async () => {
    // A plain audio element waits for about 32 kB, which is more than the whole speech.
    const text = "Dinner is ready, and the washing machine has finished its programme.";
    const one = await openPage();
    await one.plays(GREETING);
    await one.silent();
    await one.forget();
    const client = await mqtt.connectAsync(broker);
    const ended = new Promise<number>((resolve) => client.on("message", () => resolve(Date.now())));
    await client.subscribeAsync("home/speech/audio/+/+/last");
    await client.publishAsync("home/say", text);
    await one.heard(0.2);
    const heardAt = await one.page.evaluate<number>("performance.timeOrigin + window.seen.soundAt");
    const before = (await ended) - heardAt;
    await client.endAsync();
    assert.ok(before > 0, `the last chunk came ${-before} ms before the sound`);
  });

  it("has a button for each announcement of the demo, and every page hears it", async () => {
    const [one, two] = await Promise.all([openPage(), openPage()]);
    await Promise.all([one, two].map((each) => each.silent()));
    await one.press("The washing machine has finished.");
    await Promise.all([one, two].map((each) => each.plays("The washing machine has finished.")));
    await Promise.all([one, two].map((each) => each.heard(0.3)));
  });

  it("lets this machine's player speak too after one click", async () => {
    await request(`${editor}/inject/switch-here`, { method: "POST" });
    demo.forget();
    await request(`${editor}/inject/door`, { method: "POST" });
    await demo.waitFor(SPOKE);
    for (;;) {
      // The recording of the speech before may still be there when a shorter one is reported.
      const whole = await readFile(join(demo.dir, "announcement.mp3"));
      const played = await readFile(join(folder, "played.mp3")).catch(() => Buffer.alloc(0));
      if (played.length > 0 && played.equals(whole)) break;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  });

  describe("opened to the network", () => {
    let lan: Awaited<ReturnType<typeof openToNetwork>>;
    let own: string;
    before(async () => {
      lan = await openToNetwork(new URL(page).origin, 0);
      own = `http://127.0.0.1:${lan.port}`;
    });
    after(() => lan.close());

    it("speaks there as well", async () => {
      const speaker = await Speaker.open(`${own}/speaker`);
      open.push(speaker);
      await speaker.plays(GREETING);
      await speaker.heard(0.3);
    });

    for (const path of [
      "/",
      "/flows",
      "/settings",
      "/comms",
      "/red/red.min.js",
      "/inject/door",
      "/speaker/../flows",
    ]) {
      it(`does not lead to ${path}`, async () => {
        for (const method of ["GET", "POST"]) assert.equal(await statusOf(lan.port, path, method), 404);
      });
    }

    it("does not take a request under the name or from a page of another site", async () => {
      for (const headers of [{ host: "evil.example" }, { origin: "http://evil.example" }]) {
        const { statusCode } = await request(`${own}/speaker`, { headers });
        assert.equal(statusCode, 404);
      }
    });
  });
});
