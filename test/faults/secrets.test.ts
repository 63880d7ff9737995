import assert from "node:assert/strict";
import { EventEmitter } from "node:events";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { log } from "@node-red/util";
import helper from "node-red-node-test-helper";
import { startSandbox, voiceIds, type Fault, type Sandbox, type SandboxOptions } from "../../sandbox";
import { useFlows, type Flow, type FlowNode } from "../nodes/support/flows";
import { useFolder } from "../nodes/support/folder";
import { account, observers, onTab, sink, tab } from "../nodes/support/speech-flow";
import { allDrives, placed, type Drive } from "./support/everything";
import { startProxy, type Proxy } from "./support/proxy";
import { tracesOf } from "./support/secret";

/** Planted so that every way of writing it down is a different text. */
const KEY = 'sk-Pl"a\\nt+ed/K=ey%25-0815';
const PASSWORD = 'Pro"xy\\pass+wo/rd=%41-4711';
const WRONG_PASSWORD = 'Wro"ng\\pass+wo/rd=%42-4712';
const SECRETS = [KEY, PASSWORD, WRONG_PASSWORD];

/** A server that repeats what it was told, in every form that servers, proxies and logs write it in. */
const ECHO = [KEY, PASSWORD].flatMap(repeated).join(" | ");

function repeated(secret: string): string[] {
  const bytes = Buffer.from(secret);
  return [
    `Bearer ${secret}`,
    `https://a.example/?token=${encodeURIComponent(secret)}`,
    encodeURIComponent(secret).replace(/%../g, (code) => code.toLowerCase()),
    new URLSearchParams({ token: secret }).toString(),
    JSON.stringify({ secret }),
    JSON.stringify(JSON.stringify({ secret })),
    bytes.toString("base64"),
    bytes.toString("base64url"),
    Buffer.from(`home:${secret}`).toString("base64"),
    Buffer.from(`u:${secret} and more`).toString("base64"),
    bytes.toString("hex"),
  ];
}
const ECHO_HEADERS = { "X-Vocu-App-Request-Id": KEY, "X-Reecho-Audio-Id": KEY };

const always = (fault: Fault): Fault => ({ on: {}, times: Infinity, ...fault });
const speech = { method: "GET", path: "/api/tts/simple-generate" };

const SILENCE = "no answer";

/** All nodes with all faults are a thousand calls, and everything that came of them is decoded in all ways. */
const WHOLE_HOUSE_MS = 300_000;

/** How many seconds a task that is generated may take on a busy machine. */
const PATIENCE_S = 30;

/** Everything that may go wrong, at every request of every node at once. */
const FAULTS: Readonly<Record<string, readonly Fault[]>> = {
  nothing: [],
  "an error that repeats the key": [
    always({
      reply: {
        status: 400,
        headers: ECHO_HEADERS,
        json: {
          status: 400,
          code: "VALIDATION_BAD_PARAMS",
          message: ECHO,
          requestId: KEY,
          traceId: KEY,
          detail: { field: KEY },
        },
      },
    }),
  ],
  "an error of an old server that repeats the key": [
    always({ reply: { status: 403, json: { error: { message: ECHO }, code: KEY } } }),
  ],
  "a page that repeats the key": [
    always({ reply: { status: 502, text: `<html><h1>${ECHO}</h1>`, contentType: "text/html" } }),
  ],
  "a refusal that repeats the key": [always({ reply: { status: 401, text: ECHO, headers: ECHO_HEADERS } })],
  "a success that repeats the key in its data": [
    always({
      reply: {
        status: 200,
        headers: ECHO_HEADERS,
        json: {
          status: 200,
          message: KEY,
          [KEY]: KEY,
          data: {
            id: `id ${KEY}`,
            name: KEY,
            [encodeURIComponent(KEY)]: [KEY, { url: `http://127.0.0.1:9/?token=${encodeURIComponent(KEY)}` }],
            authorization: `Basic ${Buffer.from(`u:${KEY}`).toString("base64")}`,
          },
          user: { name: KEY },
        },
      },
    }),
  ],
  "a success of nothing but the key": [always({ reply: { status: 200, text: ECHO } })],
  "a redirect that takes the key along": [
    always({ redirect: { to: `http://127.0.0.1:9/?token=${encodeURIComponent(KEY)}` } }),
  ],
  "a redirect to a host named like the key": [
    always({ redirect: { to: `http://user:${encodeURIComponent(KEY)}@127.0.0.1:9/` } }),
  ],
  "a reset": [always({ resetBeforeHeaders: true })],
  [SILENCE]: [always({ hangBeforeHeaders: true })],
  "facts of a speech that repeat the key": [
    {
      on: speech,
      times: Infinity,
      audioIdLie: KEY.replaceAll('"', ""),
      creditsLie: KEY,
      urlsLie: { audio: `http://127.0.0.1:9/${encodeURIComponent(KEY)}.mp3`, streamUrl: KEY },
      cutAfter: 500,
    },
  ],
  "a storage host that repeats the key": [
    { on: speech, times: Infinity, cutAfter: 500 },
    { on: { host: "storage" }, times: Infinity, reply: { status: 403, text: ECHO, headers: ECHO_HEADERS } },
  ],
};

describe("secrets", () => {
  const flows = useFlows();
  const folder = useFolder();
  const logged: unknown[] = [];
  const handler = new EventEmitter().on("log", (entry) => logged.push(entry));
  let sandbox: Sandbox | undefined;
  let proxy: Proxy | undefined;

  before(() => log.addHandler(handler));
  after(() => log.removeHandler(handler));
  beforeEach(() => logged.splice(0));
  afterEach(async () => {
    await Promise.all([sandbox?.close(), proxy?.close()]);
    assert.deepEqual(sandbox?.violations, []);
  });

  const start = async (options: SandboxOptions = {}): Promise<{ sandbox: Sandbox; proxy: Proxy }> => {
    sandbox = await startSandbox({ apiKey: KEY, ...options });
    proxy = await startProxy({ auth: `home:${PASSWORD}` });
    return { sandbox, proxy };
  };

  /** All that a person, a flow, a file or another host could see of it. */
  const seen = async (flow: Flow, ids: readonly string[]): Promise<unknown[]> => {
    const { flows: exported } = (helper as unknown as HelperInside)._redNodes.getFlows();
    return [
      ...ids.flatMap((id) => flow.at(id).entries),
      ...flow.inputs.map(({ error }) => error),
      ...logged,
      exported,
      ...(sandbox?.requests.filter(({ host }) => host === "storage") ?? []),
      ...(await filesIn(folder())),
    ];
  };

  const assertSecret = (values: readonly unknown[]): void => {
    assert.deepEqual(tracesOf(SECRETS, values).slice(0, 3), [], "a secret was found");
  };

  /** Gives every node its message, and waits until all of them have ended. */
  const driveAll = (flow: Flow, drives: readonly Drive[], fault: string): Promise<unknown> => {
    const patience = fault === SILENCE ? { requestTimeout: 200 } : {};
    return Promise.all(
      drives.map(({ id, message }) => flow.ended(flow.input({ ...message, ...patience }, id))),
    );
  };

  it("stay secret in every node, through success and every fault, with a proxy that wants a password", async function () {
    this.timeout(WHOLE_HOUSE_MS);
    const { sandbox, proxy } = await start();
    const drives = await allDrives(sandbox);
    const deployed = (waitSeconds: number): FlowNode[] =>
      house(
        sandbox,
        proxy,
        placed(drives).map((node) =>
          node.type === "vocu-task-wait" ? { ...node, timeout: waitSeconds } : node,
        ),
        drives.map(({ id }) => id),
      );
    const flow = await flows.load(
      deployed(PATIENCE_S),
      { account: { apiKey: KEY }, proxy: { username: "home", password: PASSWORD } },
      { userDir: folder() },
    );
    const sinks = drives.flatMap(({ id }) => [`${id}-out`, `${id}-second`]);
    for (const [name, faults] of Object.entries(FAULTS)) {
      for (const fault of faults) sandbox.fail(fault);
      await driveAll(flow, drives, name);
      sandbox.clearFaults();
      const errors = flow.inputs.flatMap(({ error, node }) =>
        error && drives.find(({ id }) => id === node)?.succeeds === true
          ? [`${node}: ${error.message} ${JSON.stringify((error as { cause?: unknown }).cause)}`]
          : [],
      );
      if (name !== "nothing") {
        assert.ok(errors.length > 0);
        continue;
      }
      assert.deepEqual(errors, []);
      // From here on tasks are waited for in vain.
      await flow.redeploy(deployed(1));
    }
    assert.ok(proxy.plain.length > drives.length);
    await flow.stop();
    assertSecret(await seen(flow, [...sinks, "catch", "complete", "status"]));
  });

  it("stay secret if the key has to travel in the URL", async () => {
    const { sandbox, proxy } = await start({ edition: "2025" });
    const node = { ...onTab, id: "speech", type: "vocu-speech-stream", account: "account" };
    const placedNode = { ...node, voiceId: voiceIds.english, cache: false, wires: [["out"], ["out"]] };
    const flow = await flows.load(
      house(sandbox, proxy, [placedNode, sink("out")], ["speech"]),
      { account: { apiKey: KEY }, proxy: { username: "home", password: PASSWORD } },
      { userDir: folder() },
    );
    const message = { payload: "Hello." };
    const drive = { id: "speech", type: "vocu-speech-stream", config: {}, message, succeeds: true };
    for (const [name, faults] of Object.entries(FAULTS)) {
      for (const fault of faults) sandbox.fail(fault);
      await driveAll(flow, [drive], name);
      sandbox.clearFaults();
    }
    assert.ok(sandbox.requests.some(({ query }) => query.token === KEY));
    await flow.stop();
    assertSecret(await seen(flow, ["out", "catch", "complete", "status"]));
  });

  it("stay secret when the proxy refuses the password, or is not there", async () => {
    const { sandbox, proxy } = await start();
    const node = { ...onTab, id: "list", type: "vocu-voice-list", account: "account", wires: [["out"]] };
    const flow = await flows.load(house(sandbox, proxy, [node, sink("out")], ["list"]), {
      account: { apiKey: KEY },
      proxy: { username: "home", password: WRONG_PASSWORD },
    });
    await flow.ended(flow.input({ payload: "" }, "list"));
    assert.equal((await flow.caught()).code, "PROXY_FAILED");
    await proxy.close();
    await flow.ended(flow.input({ payload: "" }, "list"));
    assert.equal((await flow.caught(1)).code, "PROXY_FAILED");
    await flow.stop();
    assertSecret(await seen(flow, ["out", "catch", "complete", "status"]));
  });

  it("stay secret in what the edit dialogs are told", async () => {
    const { sandbox, proxy } = await start();
    const flow = await flows.load(house(sandbox, proxy, [], []), {
      account: { apiKey: KEY },
      proxy: { username: "home", password: PASSWORD },
    });
    const stored = { id: "account", site: "custom", baseUrl: sandbox.url, proxy: "proxy" };
    const replies: unknown[] = [];
    for (const [name, faults] of Object.entries(FAULTS).filter(([each]) => each !== SILENCE)) {
      for (const path of ["/vocu/account", "/vocu/voices"]) {
        for (const body of [stored, { ...stored, apiKey: KEY }]) {
          for (const fault of faults) sandbox.fail(fault);
          const reply = await helper.request().post(path).send(body);
          sandbox.clearFaults();
          assert.equal(reply.status, 200, `${path} with ${name}`);
          replies.push(reply.text, reply.headers);
        }
      }
    }
    await flow.stop();
    assertSecret([...replies, ...(await seen(flow, []))]);
  });
});

/** The account behind the proxy, the nodes, and core's observers. */
const house = (
  { url }: Sandbox,
  proxy: Proxy,
  nodes: readonly FlowNode[],
  completing: string[],
): FlowNode[] => [
  tab,
  { id: "proxy", type: "http proxy", name: "", url: proxy.url, noproxy: [] },
  account(url, { proxy: "proxy", maxConcurrent: 0, maxWaiting: 0 }),
  ...nodes,
  ...observers(completing),
];

/** Names and contents of all files in a folder. */
async function filesIn(folder: string): Promise<unknown[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return Promise.all(
    entries
      .filter((entry) => entry.isFile())
      .map(async ({ name, parentPath }) => [name, await readFile(join(parentPath, name))]),
  );
}

interface HelperInside {
  _redNodes: { getFlows(): { flows: unknown } };
}
