/** The examples of docs/guides with the real nodes of other packages in a real Node-RED, up to what leaves the machine. */
import assert from "node:assert/strict";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { startSandbox, voiceIds, type Sandbox } from "../../sandbox";
import { startChromium } from "../editor/chromium";
import { startNodeRed, type Credentials, type FlowNode, type NodeRed } from "../node-red";
import { Journal } from "../nodes/support/journal";
import { fetchAll } from "../nodes/support/web";
import { speakerPackage } from "../speakers";
import { ACCOUNT, exampleNodes } from "./example";
import { HomeAssistant, TOKEN } from "./home-assistant";

const HOME_ASSISTANT = "node-red-contrib-home-assistant-websocket";
const TELEGRAM = "node-red-contrib-telegrambot";
const DASHBOARD = "@flowfuse/node-red-dashboard";

const PACKAGES = Object.fromEntries(
  [HOME_ASSISTANT, TELEGRAM, DASHBOARD].flatMap((name) => {
    const folder = speakerPackage(name);
    return folder === undefined ? [] : [[name, folder]];
  }),
);

/** Registers a test that needs one of the packages; `speakerPackage` has said which ones are not there. */
const itWith = (name: string, title: string, test: () => Promise<void>): void => {
  if (name in PACKAGES) it(title, test);
};

/** What a bot sent as a voice message. */
interface Voice {
  readonly path: string;
  readonly chat: unknown;
  readonly file: File;
}

/** Telegram's Bot API, as far as a bot that only sends uses it. */
function startTelegram(voices: Journal<Voice>): Promise<Server> {
  const server = createServer((asked, answer) => {
    void (async () => {
      const pieces: Buffer[] = [];
      for await (const piece of asked) pieces.push(piece as Buffer);
      const path = asked.url ?? "";
      const result = { message_id: 1, id: 1, is_bot: true, first_name: "bot", username: "bot" };
      answer.setHeader("content-type", "application/json").end(JSON.stringify({ ok: true, result }));
      if (!path.includes("/sendVoice")) return;
      const headers = { "content-type": String(asked.headers["content-type"]) };
      const form = await new Response(Buffer.concat(pieces), { headers }).formData();
      const query = new URL(path, "http://telegram").searchParams;
      voices.add({
        path,
        chat: form.get("chat_id") ?? query.get("chat_id"),
        file: form.get("voice") as File,
      });
    })();
  });
  return new Promise((resolve) => server.listen(0, "127.0.0.1", () => resolve(server)));
}

describe("Examples of the speakers that people own, with the nodes of other packages", function () {
  this.timeout(120_000);
  let sandbox: Sandbox;
  let nodeRed: NodeRed;
  let homeAssistant: HomeAssistant;

  before(async () => {
    [sandbox, homeAssistant] = await Promise.all([startSandbox(), HomeAssistant.start()]);
    nodeRed = await startNodeRed({ packages: PACKAGES });
  });
  after(async () => {
    await nodeRed.stop();
    await Promise.all([sandbox.close(), homeAssistant.close()]);
  });

  /** Deploys an example as a user does who fills in `fields` by type, and answers with the ids of its nodes by name. */
  const deploy = async (
    name: string,
    fields: Readonly<Record<string, object>>,
    config: readonly FlowNode[] = [],
    credentials: Credentials = {},
  ): Promise<(label: string) => string> => {
    const filled: Record<string, object> = {
      "vocu-speech-stream": { account: ACCOUNT, voiceId: voiceIds.english },
      "vocu-audio-url": { publicUrl: nodeRed.url },
      ...fields,
    };
    const account = { id: ACCOUNT, type: "vocu-account", site: "custom", baseUrl: sandbox.url };
    const nodes = exampleNodes(name).map((node) => ({ ...node, ...filled[node.type] }));
    nodeRed.forget();
    await nodeRed.deploy([...nodes, account, ...config], {
      [ACCOUNT]: { apiKey: sandbox.apiKey },
      ...credentials,
    });
    return (label) => nodes.find((node) => "name" in node && node.name === label)?.id ?? "";
  };
  const speech = (text: string): Promise<Buffer> => sandbox.speech({ voiceId: voiceIds.english, text });
  const server = { id: "home", type: "server", name: "Home", version: 6, addon: false };

  for (const [name, field] of [
    ["Announce through Home Assistant", "media_content_id"],
    ["Announce through Music Assistant", "url"],
  ] as const)
    itWith(
      HOME_ASSISTANT,
      `${name}: Home Assistant accepts the action and can fetch the speech`,
      async () => {
        const before = homeAssistant.asked.entries.length;
        const id = await deploy(name, { "api-call-service": { server: "home" } }, [server], {
          home: { host: homeAssistant.url, access_token: TOKEN },
        });
        // The node refuses messages until it is connected, and asks for the services when it is.
        await homeAssistant.asked.find(
          (type) => type === "get_services" && homeAssistant.asked.entries.lastIndexOf(type) >= before,
        );
        const calls = homeAssistant.called.entries.length;
        await nodeRed.inject(id("Dinner is ready"));
        const { action, entity, data } = await homeAssistant.called.nth(calls);
        assert.deepEqual(homeAssistant.refused, []);
        assert.equal(action, exampleNodes(name).find(({ type }) => type === "api-call-service")?.action);
        assert.equal(entity, "media_player.kitchen");
        assert.deepEqual((await fetchAll(String(data[field]))).body, await speech("Dinner is ready."));
        await nodeRed.waitFor(id("Home Assistant was told"));
      },
    );

  itWith(TELEGRAM, "Send a voice message with Telegram: the bot sends the whole speech as mp3", async () => {
    const voices = new Journal<Voice>("a voice message");
    const telegram = await startTelegram(voices);
    try {
      const { port } = telegram.address() as AddressInfo;
      const bot = {
        id: "telegram",
        type: "telegram bot",
        botname: "bot",
        baseapiurl: `http://127.0.0.1:${port}`,
        updatemode: "none",
      };
      const fields = { "telegram sender": { bot: "telegram" } };
      const id = await deploy("Send a voice message with Telegram", fields, [bot], {
        telegram: { token: "123456:token-of-the-bot" },
      });
      await nodeRed.inject(id("Dinner is ready"));
      const { path, chat, file } = await voices.nth(0);
      assert.match(path, /^\/bot123456:token-of-the-bot\/sendVoice/);
      assert.equal(chat, "123456789");
      assert.equal(file.name, "speech.mp3");
      assert.equal(file.type, "audio/mpeg");
      assert.deepEqual(Buffer.from(await file.arrayBuffer()), await speech("Dinner is ready."));
      await nodeRed.waitFor(id("Sent"));
    } finally {
      await new Promise((resolve) => telegram.close(resolve));
    }
  });

  itWith(DASHBOARD, "Speak on a dashboard: a browser plays the speech to its end", async () => {
    const id = await deploy("Speak on a dashboard", {});
    const browser = await startChromium("--autoplay-policy=no-user-gesture-required");
    try {
      const page = await browser.newPage();
      await page.goto(`${nodeRed.url}/dashboard`);
      await page.locator("audio").waitFor({ state: "attached" });
      await nodeRed.inject(id("Dinner is ready"));
      const { payload } = await nodeRed.waitFor(id("Address of the speech"));
      await page.waitForFunction(`document.querySelector("audio").ended`);
      const played = await page.evaluate<{ src: string; seconds: number }>(
        `(({ currentSrc, currentTime }) => ({ src: currentSrc, seconds: currentTime }))(document.querySelector("audio"))`,
      );
      assert.equal(played.src, payload);
      assert.ok(played.seconds > 0.5);
    } finally {
      await browser.close();
    }
  });
});
