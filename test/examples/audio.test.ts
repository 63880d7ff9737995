import assert from "node:assert/strict";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { request } from "undici";
import { voiceIds } from "../../sandbox";
import { useFlows, type FlowNode } from "../nodes/support/flows";
import { useFolder } from "../nodes/support/folder";
import { Journal } from "../nodes/support/journal";
import { usePlayers } from "../nodes/support/players";
import { useSandbox } from "../nodes/support/sandbox";
import { fetchAll, serveNodes, webUrl } from "../nodes/support/web";
import { runExample, type Example } from "./example";

/** A speaker with an API: it is told an address, and plays what is there. */
interface Speaker {
  readonly url: string;
  readonly told: Journal<{ authorization: string | undefined; body: Record<string, unknown> }>;
  readonly played: Journal<Buffer>;
}

function useSpeaker(): () => Speaker {
  let server: Server;
  let speaker: Speaker | undefined;
  beforeEach(async () => {
    const told: Speaker["told"] = new Journal("what the speaker is told");
    const played: Speaker["played"] = new Journal("what the speaker plays");
    server = createServer((asked, answer) => {
      void (async () => {
        const pieces: Buffer[] = [];
        for await (const piece of asked) pieces.push(piece as Buffer);
        const body = JSON.parse(Buffer.concat(pieces).toString()) as Record<string, unknown>;
        told.add({ authorization: asked.headers.authorization, body });
        answer.end("[]");
        played.add((await fetchAll(String(body.media_content_id))).body);
      })();
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    speaker = { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/play`, told, played };
  });
  afterEach(() => new Promise((resolve) => server.close(resolve)));
  return () => {
    assert.ok(speaker);
    return speaker;
  };
}

describe("Examples of speech that is heard", () => {
  const flows = useFlows();
  const sandbox = useSandbox();
  const folder = useFolder();
  const speaker = useSpeaker();
  const players = usePlayers();

  const run = async (name: string, fillIn: (node: FlowNode) => Record<string, unknown>): Promise<Example> => {
    const example = await runExample(name, sandbox(), flows, folder(), (node) => ({
      ...(node.type === "vocu-audio-url" ? { publicUrl: webUrl() } : {}),
      ...fillIn(node),
    }));
    serveNodes();
    return example;
  };
  const speech = (text: string): Promise<Buffer> => sandbox().speech({ voiceId: voiceIds.english, text });

  describe("Announce on Cast or Sonos by URL", () => {
    it("gives the speaker an address with the whole speech", async () => {
      const { flow, id, press } = await run("Announce on Cast or Sonos by URL", (node) =>
        node.type === "http request" ? { url: speaker().url } : {},
      );
      press("Dinner is ready");
      const { payload } = await flow.at(id("debug", "Address of the speech")).nth(0);
      const { body } = await speaker().told.nth(0);
      assert.equal(body.media_content_id, payload);
      assert.equal(body.entity_id, "media_player.kitchen");
      assert.deepEqual(await speaker().played.nth(0), await speech("Dinner is ready."));
      const answer = await flow.at(id("debug", "Answer of the speaker")).nth(0);
      assert.equal(answer.statusCode, 200);
    });
  });

  describe("Answer a web request with speech", () => {
    it("leads the browser on to the whole speech", async () => {
      await run("Answer a web request with speech", () => ({}));
      const { statusCode, headers } = await request(`${webUrl()}/say?text=Hello`);
      assert.equal(statusCode, 302);
      assert.deepEqual((await fetchAll(String(headers.location))).body, await speech("Hello"));
    });

    for (const query of ["", "?text=", "?text=%20%09"]) {
      it(`reports that a text is missing: "/say${query}"`, async () => {
        await run("Answer a web request with speech", () => ({}));
        const { status, body } = await fetchAll(`${webUrl()}/say${query}`);
        assert.equal(status, 400);
        assert.ok(body.length > 0);
      });
    }

    it("reports why there is no speech", async () => {
      sandbox().fail({ error: { status: 403, code: "BILLING_INSUFFICIENT_CREDIT" } });
      const { flow, id } = await run("Answer a web request with speech", () => ({}));
      const { status, body } = await fetchAll(`${webUrl()}/say?text=Hello`);
      assert.equal(status, 502);
      assert.ok(body.length > 0);
      assert.equal(flow.at(id("http response")).entries.length, 1);
    });

    it("does not answer again when the speech breaks after its first words", async () => {
      // The service falls silent, and offers no address to resume from.
      sandbox().fail({ stallAfter: 6000, responseData: "absent" });
      const { flow, id } = await run("Answer a web request with speech", ({ type }) =>
        type === "vocu-account" ? { stallTimeout: 1 } : {},
      );
      const { statusCode, headers } = await request(
        `${webUrl()}/say?text=${encodeURIComponent("The washing machine has finished, and so has the dryer.")}`,
      );
      assert.equal(statusCode, 302);
      await assert.rejects(fetchAll(String(headers.location)));
      await flow.at(id("function", "Answer once")).reach(2);
      assert.equal(flow.at(id("http response")).entries.length, 1);
    });
  });

  describe("Play on this machine's speaker", () => {
    const withPlayer = (node: FlowNode): Record<string, unknown> =>
      node.type === "vocu-audio-play" ? players().command("listen") : {};

    it("lets the player hear each speech, one after the other", async () => {
      const { flow, id, press } = await run("Play on this machine's speaker", withPlayer);
      press("The washing machine is done");
      press("Somebody is at the door");
      await flow.at(id("debug", "Heard")).nth(1);
      assert.deepEqual(
        players().started.entries.map(({ audio }) => audio),
        [await speech("The washing machine is done."), await speech("Somebody is at the door.")],
      );
    });

    it("ends the player in the middle of a speech", async () => {
      sandbox().fail({ stallAfter: 4000 });
      const { press } = await run("Play on this machine's speaker", withPlayer);
      press("Somebody is at the door");
      const player = await players().started.nth(0);
      press("Stop");
      await player.gone;
      assert.equal(player.heardTheEnd, false);
    });
  });
});
