/** Every admin route, however it was registered, refuses what a foreign page could make a browser send. */
import assert from "node:assert/strict";
import helper from "node-red-node-test-helper";
import { ADMIN_ROUTES } from "./support/admin-routes";
import { useFlows } from "./support/flows";
import { ourTypes } from "./support/modules";
import { onTab, tab } from "./support/speech-flow";

interface Layer {
  readonly route?: { readonly path: string; readonly methods: Readonly<Record<string, boolean>> };
}

describe("the admin routes of all nodes", () => {
  const flows = useFlows();

  // Without any player nobody has to listen to the test tone.
  let path: string | undefined;
  before(() => {
    path = process.env.PATH;
    process.env.PATH = "";
  });
  after(() => {
    process.env.PATH = path;
  });

  beforeEach(() => flows.load([tab, ...ourTypes().map((type) => ({ ...onTab, id: type, type, wires: [] }))]));

  it("are the ones that the tests know, and each is a POST", () => {
    const { _httpAdmin: app } = helper as unknown as { _httpAdmin: { _router: { stack: Layer[] } } };
    const routes = app._router.stack.flatMap(({ route }) => (route ? [route] : []));
    assert.deepEqual([...new Set(routes.map(({ path }) => path))].sort(), [...ADMIN_ROUTES]);
    for (const { path, methods } of routes) assert.deepEqual(methods, { post: true }, path);
  });

  const body = JSON.stringify({ id: "new", apiKey: "sk-typed" });
  for (const path of ADMIN_ROUTES) {
    const post = (headers: Record<string, string>) =>
      helper
        .request()
        .post(path)
        .set({ host: "home.example:1880", "content-type": "application/json", ...headers })
        .send(headers["content-type"]?.includes("form") === true ? "id=new" : body);
    const refused = async (headers: Record<string, string>, status: number, code: string): Promise<void> => {
      const reply = await post(headers);
      assert.equal(reply.status, status);
      assert.deepEqual(reply.body, { error: { code, params: {} } });
    };

    describe(path, () => {
      it("refuses what a form can send", async () => {
        for (const type of ["application/x-www-form-urlencoded", "multipart/form-data", "text/plain"]) {
          await refused({ "content-type": type }, 415, "JSON_ONLY");
        }
      });

      it("refuses a type that only looks like JSON", async () => {
        await refused({ "content-type": "text/plain; application/json" }, 415, "JSON_ONLY");
        await refused({ "content-type": "application/json-seq" }, 415, "JSON_ONLY");
      });

      it("refuses a page of another origin", async () => {
        for (const origin of [
          "https://evil.example",
          "http://home.example",
          "null",
          "http://evil.home.example:1880",
        ])
          await refused({ origin }, 403, "CROSS_SITE");
      });

      it("refuses a request that the browser calls cross-site, whatever else it says", async () => {
        for (const site of ["cross-site", "same-site"]) {
          await refused({ "sec-fetch-site": site, origin: "http://home.example:1880" }, 403, "CROSS_SITE");
        }
      });

      it("answers the editor's own page, also behind a proxy, and clients without a browser", async () => {
        const allowed: Record<string, string>[] = [
          { origin: "http://home.example:1880" },
          { origin: "https://red.example", "x-forwarded-host": "red.example" },
          { origin: "https://red.example", "x-forwarded-host": "red.example, inner:1880" },
          { origin: "https://red.example", "sec-fetch-site": "same-origin" },
          { "content-type": "application/json; charset=utf-8" },
          {},
        ];
        for (const headers of allowed)
          assert.equal((await post(headers)).status, 200, JSON.stringify(headers));
      });
    });
  }
});
