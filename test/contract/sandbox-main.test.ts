import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { request } from "undici";

const main = join(__dirname, "../../sandbox/main.ts");

function start(...flags: string[]): {
  output: () => string;
  heard: (words: RegExp) => Promise<RegExpExecArray>;
  stop: () => void;
  code: Promise<number | null>;
} {
  const child = spawn(process.execPath, ["--import", "tsx", main, ...flags], { stdio: "pipe" });
  let output = "";
  for (const stream of [child.stdout, child.stderr])
    stream.on("data", (part: Buffer) => (output += part.toString()));
  const code = once(child, "close").then(([status]) => status as number | null);
  return {
    code,
    output: () => output,
    stop: () => child.kill("SIGINT"),
    heard: async (words) => {
      for (;;) {
        const found = words.exec(output);
        if (found) return found;
        await once(child.stdout, "data");
      }
    },
  };
}

describe("the sandbox on its own", function () {
  this.timeout(60_000);

  it("reports its address, key and voices, answers there, and ends cleanly with Ctrl-C", async () => {
    const sandbox = start("--port", "0", "--key", "sk-mine");
    const [, url = ""] = await sandbox.heard(/answers at (http:\S+)/);
    await sandbox.heard(/sk-mine[^]*Ada[^]*Ctrl-C/);
    const reply = await request(`${url}/api/voice`, { headers: { authorization: "Bearer sk-mine" } });
    await reply.body.dump();
    assert.equal(reply.statusCode, 200);
    sandbox.stop();
    assert.equal(await sandbox.code, 0);
  });

  it("answers a key that is only in the header as it is told", async () => {
    const sandbox = start("--port", "0", "--edition", "2025", "--token-missing", "403");
    const [, url = ""] = await sandbox.heard(/answers at (http:\S+)/);
    const headers = { authorization: "Bearer sk-sandbox-0000" };
    const reply = await request(`${url}/api/tts/simple-generate?voiceId=x&text=Hi`, { headers });
    assert.deepEqual([reply.statusCode, "code" in ((await reply.body.json()) as object)], [403, false]);
    sandbox.stop();
    await sandbox.code;
    const wrong = start("--token-missing", "500");
    assert.equal(await wrong.code, 1);
    assert.match(wrong.output(), /--token-missing is 400, 401 or 403/);
  });

  it("explains its options when one is wrong", async () => {
    const sandbox = start("--speed", "quick");
    assert.equal(await sandbox.code, 1);
    assert.match(sandbox.output(), /--speed needs a number[^]*VOCU_SANDBOX_PORT/);
  });
});
