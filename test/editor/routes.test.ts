/** What the dialogs ask the runtime: the account and its voices, and how well the key is kept. */
import assert from "node:assert/strict";
import { request } from "undici";
import { startSandbox, styleIds, voiceIds, type Sandbox } from "../../sandbox";
import { ADMIN_ROUTES } from "../nodes/support/admin-routes";
import { startNodeRed, type NodeRed } from "../node-red";

interface Answer {
  readonly name?: string;
  readonly voices?: { id: string; usable: boolean; styles: { id: string }[] }[];
  readonly error?: { code: string; params: Record<string, unknown> };
}

async function post(
  url: string,
  path: string,
  body: object,
  headers: Record<string, string> = {},
): Promise<{ status: number; text: string }> {
  const reply = await request(`${url}/vocu/${path}`, {
    method: "POST",
    headers: { "content-type": "application/json", ...headers },
    body: JSON.stringify(body),
  });
  return { status: reply.statusCode, text: await reply.body.text() };
}

describe("what the dialogs ask about an account", function () {
  this.timeout(60_000);
  let sandbox: Sandbox;
  let elsewhere: Sandbox;
  let nodeRed: NodeRed;

  before(async () => {
    [sandbox, elsewhere] = await Promise.all([
      startSandbox({ apiKey: "sk-stored" }),
      startSandbox({ apiKey: "sk-stored" }),
    ]);
    nodeRed = await startNodeRed({
      flows: [
        { id: "deployed", type: "vocu-account", site: "custom", baseUrl: sandbox.url },
        { id: "from-env", type: "vocu-account", site: "custom", baseUrl: "${MY_SERVER}" },
      ],
      credentials: { deployed: { apiKey: "sk-stored" }, "from-env": { apiKey: "${MY_KEY}" } },
      env: {
        MY_KEY: "sk-stored",
        MY_SERVER: sandbox.url,
        OTHER_SECRET: "sk-other",
        OTHER_SERVER: elsewhere.url,
      },
    });
  });
  after(async () => {
    await Promise.all([nodeRed.stop(), sandbox.close(), elsewhere.close()]);
    assert.deepEqual([...sandbox.violations, ...elsewhere.violations], []);
  });

  async function ask(path: "account" | "voices", body: object): Promise<Answer> {
    const { status, text } = await post(nodeRed.url, path, body);
    assert.equal(status, 200);
    assert.ok(!text.includes("sk-stored"), "the answer holds the key");
    return JSON.parse(text) as Answer;
  }
  const custom = (properties: object = {}): object => ({
    id: "new",
    site: "custom",
    baseUrl: sandbox.url,
    ...properties,
  });

  it("tells name, plan and credits with a key that was just typed", async () => {
    const answer = await ask("account", custom({ apiKey: "sk-stored" }));
    const unspent = { used: 0, limit: 0 };
    const usage = { hour: unspent, day: unspent };
    assert.deepEqual(answer, { name: "Sandbox", paid: true, credits: 100000, usage });
  });

  it("takes the key from the variable that a deployed account uses for that server", async () => {
    assert.equal((await ask("account", custom({ apiKey: "${MY_KEY}" }))).name, "Sandbox");
  });

  it("takes the address from the variable that a deployed account uses", async () => {
    const account = custom({ baseUrl: "${MY_SERVER}", apiKey: "${MY_KEY}" });
    assert.equal((await ask("account", account)).name, "Sandbox");
    const withTypedKey = custom({ baseUrl: "${MY_SERVER}", apiKey: "sk-stored" });
    assert.equal((await ask("account", withTypedKey)).name, "Sandbox");
  });

  const refusedVariables: readonly (readonly [string, () => object])[] = [
    [
      "a deployed account's variable to another server",
      () => ({ apiKey: "${MY_KEY}", baseUrl: elsewhere.url }),
    ],
    [
      "a deployed account's variable, with blanks, to another server",
      () => ({ apiKey: " ${MY_KEY} ", baseUrl: elsewhere.url }),
    ],
    ["a deployed account's variable in another place", () => ({ apiKey: "${MY_SERVER}" })],
    ["a variable that no account uses, even to a deployed server", () => ({ apiKey: "${OTHER_SECRET}" })],
    ["a variable that no account uses", () => ({ apiKey: "${OTHER_SECRET}", baseUrl: elsewhere.url })],
    [
      "an address from a variable that no account uses",
      () => ({ apiKey: "sk-stored", baseUrl: "${OTHER_SERVER}" }),
    ],
    [
      "the deployed key to an address from a variable",
      () => ({ id: "deployed", baseUrl: "${OTHER_SERVER}" }),
    ],
    ["any other setting from a variable", () => ({ apiKey: "sk-stored", proxy: "${OTHER_SERVER}" })],
  ];
  for (const [what, own] of refusedVariables) {
    for (const path of ["account", "voices"] as const) {
      it(`never sends ${what} (${path})`, async () => {
        assert.equal((await ask(path, custom(own()))).error?.code, "KEY_NEEDED_AGAIN");
        assert.deepEqual(elsewhere.requests, []);
      });
    }
  }

  it("refuses a wrong key by its code", async () => {
    assert.equal((await ask("account", custom({ apiKey: "sk-wrong" }))).error?.code, "AUTH_UNAUTHORIZED");
  });

  it("misses a key that was neither typed nor deployed", async () => {
    assert.equal((await ask("account", custom())).error?.code, "NO_API_KEY");
  });

  it("misses a key that was cleared but is still deployed", async () => {
    assert.equal((await ask("account", custom({ id: "deployed", apiKey: "" }))).error?.code, "NO_API_KEY");
  });

  it("uses the deployed key for the deployed server", async () => {
    assert.equal((await ask("account", custom({ id: "deployed" }))).name, "Sandbox");
  });

  it("never sends the deployed key to another server", async () => {
    const answer = await ask("account", custom({ id: "deployed", baseUrl: elsewhere.url }));
    assert.equal(answer.error?.code, "KEY_NEEDED_AGAIN");
    assert.deepEqual(elsewhere.requests, []);
  });

  it("names a server that refuses the connection", async () => {
    const gone = await startSandbox();
    await gone.close();
    const { error } = await ask("account", custom({ baseUrl: gone.url, apiKey: "sk-stored" }));
    assert.equal(error?.code, "CONNECTION_REFUSED");
    assert.match(String(error.params.host), /^127\.0\.0\.1/);
  });

  it("refuses an invalid address", async () => {
    assert.equal(
      (await ask("account", custom({ baseUrl: "nonsense", apiKey: "x" }))).error?.code,
      "BAD_BASE_URL",
    );
  });

  it("says that a proxy has yet to be deployed", async () => {
    const answer = await ask("account", custom({ apiKey: "sk-stored", proxy: "undeployed" }));
    assert.equal(answer.error?.code, "PROXY_NOT_DEPLOYED");
  });

  it("says that a TLS configuration has yet to be deployed", async () => {
    const answer = await ask("account", custom({ apiKey: "sk-stored", tls: "undeployed" }));
    assert.equal(answer.error?.code, "TLS_NOT_DEPLOYED");
  });

  it("survives a body that is no account", async () => {
    assert.equal((await ask("account", [])).error?.code, "NO_API_KEY");
  });

  it("lists voices with their styles, the default one first", async () => {
    const { voices = [] } = await ask("voices", custom({ apiKey: "sk-stored" }));
    const english = voices.find(({ id }) => id === voiceIds.english);
    assert.deepEqual(
      english?.styles.map(({ id }) => id),
      ["default", styleIds.warm, styleIds.lively],
    );
  });
});

describe("what the dialogs let a person hear", function () {
  this.timeout(60_000);
  let sandbox: Sandbox;
  let elsewhere: Sandbox;
  let nodeRed: NodeRed;

  before(async () => {
    [sandbox, elsewhere] = await Promise.all([
      startSandbox({ apiKey: "sk-stored" }),
      startSandbox({ apiKey: "sk-stored" }),
    ]);
    nodeRed = await startNodeRed({
      flows: [{ id: "deployed", type: "vocu-account", site: "custom", baseUrl: sandbox.url }],
      credentials: { deployed: { apiKey: "sk-stored" } },
    });
  });
  after(() => Promise.all([nodeRed.stop(), sandbox.close(), elsewhere.close()]));

  interface Heard {
    readonly type?: string;
    readonly base64?: string;
    readonly error?: { code: string; params: Record<string, unknown> };
  }
  async function hear(path: "sample" | "preview", body: object): Promise<Heard> {
    const account = { id: "deployed", site: "custom", baseUrl: sandbox.url };
    const { text } = await post(nodeRed.url, path, { account, ...body });
    assert.ok(!text.includes("sk-stored"), "the answer holds the key");
    return JSON.parse(text) as Heard;
  }
  const isMp3 = ({ base64 = "" }: Heard): boolean => {
    const audio = Buffer.from(base64, "base64");
    return (
      audio.subarray(0, 3).toString("latin1") === "ID3" || (audio[0] === 0xff && (audio[1] ?? 0) >= 0xe0)
    );
  };
  const inputs = { voiceId: voiceIds.english, text: "Hello." };

  it("is a recording of a voice", async () => {
    const heard = await hear("sample", { voiceId: voiceIds.english });
    assert.match(heard.type ?? JSON.stringify(heard.error), /^audio\//);
    assert.ok((heard.base64 ?? "").length > 100);
  });

  it("is fetched without the key", async () => {
    await hear("sample", { voiceId: voiceIds.english });
    const fetched = sandbox.requests.filter(({ path }) => !path.startsWith("/api/"));
    assert.ok(fetched.length > 0);
    for (const { headers } of fetched) assert.equal(headers.authorization, undefined);
  });

  it("is no recording where the account has no such voice", async () => {
    assert.equal((await hear("sample", { voiceId: "somebody-elses" })).error?.code, "NO_SAMPLE");
  });

  it("is the text as the dialog has it", async () => {
    const heard = await hear("preview", { inputs: { ...inputs, speechRate: "1.5", seed: "7" } });
    assert.equal(heard.type, "audio/mpeg");
    assert.ok(isMp3(heard));
  });

  it("is checked as in a flow", async () => {
    const { error } = await hear("preview", { inputs: { ...inputs, speechRate: "9" } });
    assert.equal(error?.code, "INPUT_OUT_OF_RANGE");
    assert.equal((await hear("preview", { inputs: { text: "Hello." } })).error?.code, "INPUT_MISSING");
    assert.equal((await hear("preview", {})).error?.code, "INPUT_MISSING");
  });

  it("never sends the deployed key to another server", async () => {
    const account = { id: "deployed", site: "custom", baseUrl: elsewhere.url };
    for (const path of ["sample", "preview"] as const) {
      assert.equal((await hear(path, { account, inputs })).error?.code, "KEY_NEEDED_AGAIN");
    }
    assert.deepEqual(elsewhere.requests, []);
  });
});

describe("who may ask about accounts", function () {
  this.timeout(60_000);
  // bcrypt of the password "look"
  const password = "$2b$08$m2fSYBHTrsNmXbnc.mzj/eqEVwmBn/xvg8O8d0Dgs08Cp6zBHOaqK";
  let sandbox: Sandbox;
  let nodeRed: NodeRed;

  before(async () => {
    sandbox = await startSandbox();
    const users = [
      { username: "reader", password, permissions: "read" },
      { username: "editor", password, permissions: "*" },
    ];
    nodeRed = await startNodeRed({ settings: { adminAuth: { type: "credentials", users } } });
  });
  after(async () => {
    await Promise.all([nodeRed.stop(), sandbox.close()]);
    assert.deepEqual(sandbox.violations, []);
  });

  async function statusFor(headers: Record<string, string>): Promise<number> {
    const account = { id: "new", site: "custom", baseUrl: sandbox.url, apiKey: sandbox.apiKey };
    const replies = ADMIN_ROUTES.map((path) =>
      post(nodeRed.url, path.slice("/vocu/".length), account, headers),
    );
    const [status, ...others] = await Promise.all(replies.map(async (reply) => (await reply).status));
    assert.ok(status !== undefined && others.every((other) => other === status), others.join());
    return status;
  }

  async function token(username: string, scope: string): Promise<Record<string, string>> {
    const reply = await request(`${nodeRed.url}/auth/token`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({
        client_id: "node-red-editor",
        grant_type: "password",
        scope,
        username,
        password: "look",
      }),
    });
    const { access_token } = (await reply.body.json()) as { access_token: string };
    return { authorization: `Bearer ${access_token}` };
  }

  it("nobody who has not logged in", async () => {
    assert.equal(await statusFor({}), 401);
  });

  it("nobody who may only read", async () => {
    assert.equal(await statusFor(await token("reader", "read")), 401);
  });

  it("whoever may write", async () => {
    assert.equal(await statusFor(await token("editor", "*")), 200);
  });
});
