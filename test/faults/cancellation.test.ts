import assert from "node:assert/strict";
import { voiceIds, type Fault, type RecordedRequest, type Sandbox } from "../../sandbox";
import { request } from "undici";
import { callsOf } from "../contract/requests";
import { useFlows, type Flow, type FlowNode } from "../nodes/support/flows";
import type { Message } from "../nodes/support/message";
import { useSandbox } from "../nodes/support/sandbox";
import { account, keyed, observers, onTab, sink, tab } from "../nodes/support/speech-flow";

/** A node in the middle of something. */
interface Situation {
  readonly what: string;
  readonly node: Record<string, unknown>;
  readonly account?: Record<string, unknown>;
  readonly faults?: readonly Fault[];
  readonly message?: (sandbox: Sandbox) => Promise<Message>;
  /** Resolves when the node is that far. */
  readonly until: (flow: Flow, sandbox: Sandbox) => Promise<unknown>;
}

const stream = { type: "vocu-speech-stream", voiceId: voiceIds.english };
const LONG = Array.from({ length: 12 }, (_, n) => `Sentence ${n} of a story that goes on and on.`).join(" ");

const asked =
  (part: string, host: "api" | "storage" = "api") =>
  (_flow: Flow, sandbox: Sandbox): Promise<RecordedRequest> =>
    sandbox.waitForRequest((each) => each.host === host && each.path.includes(part));
const answered =
  (part: string) =>
  (_flow: Flow, sandbox: Sandbox): Promise<RecordedRequest> =>
    sandbox.waitForRequest((each) => each.path.includes(part) && each.status !== undefined);
const sent = (flow: Flow): Promise<Message> => flow.at("out").nth(0);

const SITUATIONS: readonly Situation[] = [
  {
    what: "a speech that has not begun",
    node: stream,
    faults: [{ hangBeforeHeaders: true }],
    until: asked("simple-generate"),
  },
  { what: "a speech in its middle", node: stream, faults: [{ stallAfter: 3000 }], until: sent },
  {
    what: "a speech that is being taken up again",
    node: stream,
    faults: [{ cutAfter: 3000 }, { on: { host: "storage" }, hangBeforeHeaders: true }],
    until: asked("/stream/", "storage"),
  },
  {
    what: "a speech that waits before its next try",
    node: stream,
    account: { retries: 3 },
    faults: [{ error: { status: 429, headers: { "Retry-After": "50" } }, times: Infinity }],
    until: answered("simple-generate"),
  },
  {
    what: "a speech that waits for the end of a pause of its account",
    node: stream,
    account: { retries: 0 },
    faults: [{ error: { status: 429, headers: { "Retry-After": "50" } }, times: Infinity }],
    until: async (flow) => {
      const { topic } = await flow.at("catch").nth(0);
      flow.input({ payload: LONG, topic }, "node");
      await flow.at("status").find(({ status }) => status?.fill === "yellow");
    },
  },
  {
    what: "a speech that waits for its clock",
    node: { ...stream, pace: "realtime", leadMs: 0 },
    until: sent,
  },
  {
    what: "a list",
    node: { type: "vocu-voice-list", name: undefined },
    faults: [{ on: { path: "/api/voice" }, hangBeforeHeaders: true }],
    until: asked("/api/voice"),
  },
  {
    what: "a speech in one go",
    node: { type: "vocu-speech-generate", voiceId: voiceIds.english },
    faults: [{ hangBeforeHeaders: true }],
    until: asked("simple-generate"),
  },
  {
    what: "a download",
    node: { type: "vocu-speech-generate", voiceId: voiceIds.english, download: true },
    faults: [{ on: { host: "storage" }, stallAfter: 3000 }],
    until: asked("/generate/", "storage"),
  },
  {
    what: "an upload",
    node: { type: "vocu-upload-file", file: "payload", fileType: "msg" },
    faults: [{ on: { path: "/api/editor/upload" }, hangBeforeHeaders: true }],
    message: () => Promise.resolve({ payload: Buffer.alloc(3_000_000, 1) }),
    until: asked("/api/editor/upload"),
  },
  {
    what: "a look at a task",
    node: { type: "vocu-task-wait", taskId: "taskId", taskIdType: "msg" },
    faults: [{ on: { path: /^\/api\/tts\/generate\// }, hangBeforeHeaders: true, times: Infinity }],
    message: taskMessage,
    until: asked("/api/tts/generate/"),
  },
  {
    what: "the pause between two looks at a task",
    node: { type: "vocu-task-wait", taskId: "taskId", taskIdType: "msg" },
    faults: [{ on: { path: /^\/api\/tts\/generate\// }, error: { status: 503 }, times: Infinity }],
    message: taskMessage,
    until: answered("/api/tts/generate/"),
  },
];

async function taskMessage(sandbox: Sandbox): Promise<Message> {
  const [call] = await callsOf("getTask", sandbox);
  return { taskId: call?.given.id?.wire };
}

const house = (sandbox: Sandbox, situation: Situation): FlowNode[] => [
  tab,
  account(sandbox.url, { cacheEnabled: false, ...situation.account }),
  { ...onTab, id: "node", type: "", name: "", account: "account", wires: [["out"], []], ...situation.node },
  sink("out"),
  ...observers(["node"]),
];

/** Ways to end what a node does. Each takes effect before it returns to the event loop for the first time, or soon after. */
const ENDINGS: Readonly<Record<string, (flow: Flow, sandbox: Sandbox, situation: Situation) => unknown>> = {
  "msg.reset": (flow) => flow.input({ reset: true }, "node"),
  "a deploy": (flow, sandbox, situation) => flow.redeploy(house(sandbox, situation)),
  "the node's removal": (flow, sandbox, situation) =>
    flow.redeploy(
      house(sandbox, situation).filter(({ id }) => id !== "node"),
      "nodes",
    ),
  "the runtime's stop": (flow) => flow.stop(),
};

/** Four round trips to the server: a few milliseconds on a machine that has nothing else to do. */
async function aMoment({ url, apiKey }: Sandbox): Promise<void> {
  for (let trip = 0; trip < 4; trip++) {
    const { body } = await request(`${url}/api/account/info`, {
      headers: { authorization: `Bearer ${apiKey}`, "user-agent": "moment" },
    });
    await body.dump();
  }
}

describe("cancellation", () => {
  const flows = useFlows();
  const sandbox = useSandbox();

  const ours = (): RecordedRequest[] =>
    sandbox().requests.filter(({ headers }) => headers["user-agent"] !== "moment");

  for (const situation of SITUATIONS) {
    for (const [name, end] of Object.entries(ENDINGS)) {
      it(`${situation.what}: ended by ${name} within a moment, at both ends`, async () => {
        const message = (await situation.message?.(sandbox())) ?? { payload: LONG };
        sandbox().requests.length = 0;
        const flow = await flows.load(house(sandbox(), situation), keyed());
        for (const fault of situation.faults ?? []) sandbox().fail(fault);
        flow.input(message, "node");
        await situation.until(flow, sandbox());
        const open = new Set(ours());
        for (const each of open) void each.ended.then(() => open.delete(each));
        const ending = end(flow, sandbox(), situation);
        await aMoment(sandbox());
        const left = [...open].map(({ method, path }) => `${method} ${path}`);
        assert.deepEqual(left, [], "requests that the server still has to serve");
        const unended = flow.inputs.filter(({ ended }) => ended === 0).length;
        assert.equal(unended, 0, "messages that have not ended");
        const before = ours().length;
        await ending;
        await aMoment(sandbox());
        assert.equal(ours().length, before, "nothing is asked any more");
      });
    }
  }
});
