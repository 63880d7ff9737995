/** Audio URL behind a real nginx, with https and a path of its own. */
import assert from "node:assert/strict";
import { execFileSync, spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { readFile, writeFile } from "node:fs/promises";
import { createServer, type AddressInfo } from "node:net";
import { delimiter, join } from "node:path";
import { Agent, request } from "undici";
import { frames } from "./support/chunks";
import { useFlows } from "./support/flows";
import { useFolder } from "./support/folder";
import { onTab, sink, tab } from "./support/speech-flow";
import { nodesApp, serveNodes, webUrl } from "./support/web";

const folders = [...(process.env.PATH ?? "").split(delimiter), "/usr/sbin"];
const NGINX = folders.map((folder) => join(folder, "nginx")).find((path) => existsSync(path));
const TLS = join(__dirname, "..", "fixtures", "tls");

async function freePort(): Promise<number> {
  const server = createServer();
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  return port;
}

describe("audio-url behind nginx", () => {
  const folder = useFolder();
  const flows = useFlows();
  const agent = new Agent({ connect: { rejectUnauthorized: false } });
  let nginx: ChildProcess | undefined;
  let port = 0;

  before(function () {
    if (NGINX) return;
    console.log("    nginx is not installed: not tested");
    this.skip();
  });

  beforeEach(async () => {
    const speech = Buffer.concat(frames(5)).toString("base64");
    await flows.load([
      tab,
      { ...onTab, id: "in", type: "http in", url: "/speak", method: "get", wires: [["audio"]] },
      {
        ...onTab,
        id: "audio",
        type: "function",
        func: `msg.payload = Buffer.from("${speech}", "base64"); return msg;`,
        outputs: 1,
        wires: [["url"]],
      },
      { ...onTab, id: "url", type: "vocu-audio-url", publicUrl: "", wires: [["reply", "out"]] },
      { ...onTab, id: "reply", type: "http response", wires: [] },
      sink("out"),
    ]);
    serveNodes();
    port = await freePort();
    await startNginx();
  });

  afterEach(async () => {
    nodesApp().set("trust proxy", false);
    if (nginx && nginx.exitCode === null) {
      nginx.kill("SIGTERM");
      await once(nginx, "exit");
    }
    nginx = undefined;
  });
  after(() => agent.close());

  async function startNginx(): Promise<void> {
    const headers = [
      "X-Forwarded-Host $http_host",
      "X-Forwarded-Proto $scheme",
      "X-Forwarded-Prefix /red",
    ].map((header) => `proxy_set_header ${header};`);
    const paths = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"];
    const temporary = paths.map((name) => `${name}_temp_path ${join(folder(), name)};`);
    const config = `
      daemon off; master_process off; pid ${join(folder(), "pid")}; error_log ${join(folder(), "error.log")};
      events {}
      http {
        access_log off; ${temporary.join(" ")}
        server {
          listen 127.0.0.1:${port} ssl;
          ssl_certificate ${join(TLS, "server-cert.pem")}; ssl_certificate_key ${join(TLS, "server-key.pem")};
          location /red/ { proxy_pass ${webUrl()}/; proxy_buffering off; ${headers.join(" ")} }
        }
      }`;
    const file = join(folder(), "nginx.conf");
    await writeFile(file, config);
    const asked = ["-c", file, "-p", folder(), "-e", join(folder(), "error.log")];
    execFileSync(NGINX ?? "", ["-t", ...asked], { stdio: "ignore" });
    nginx = spawn(NGINX ?? "", asked, { stdio: "ignore" });
    while (!(await answers())) {
      if (nginx.exitCode !== null) throw new Error(await readFile(join(folder(), "error.log"), "utf8"));
    }
  }

  const fetch = (path: string): ReturnType<typeof request> =>
    request(`https://127.0.0.1:${port}${path}`, {
      dispatcher: agent,
      headers: { host: `home.example:${port}` },
    });

  const answers = (): Promise<boolean> =>
    fetch("/nothing").then(
      async ({ body }) => {
        await body.dump();
        return true;
      },
      () => false,
    );

  it("gives the proxy's own address, which works, where Node-RED trusts the proxy", async () => {
    nodesApp().set("trust proxy", "loopback");
    const url = new URL(await (await fetch("/red/speak")).body.text());
    assert.equal(url.origin, `https://home.example:${port}`);
    assert.match(url.pathname, /^\/red\/vocu\/audio\//);
    const { statusCode, headers, body } = await fetch(url.pathname);
    assert.equal(statusCode, 200);
    assert.equal(headers["accept-ranges"], "bytes");
    assert.deepEqual(Buffer.from(await body.arrayBuffer()), Buffer.concat(frames(5)));
  });

  it("gives no address that a stranger may have made up, where Node-RED does not", async () => {
    const url = new URL(await (await fetch("/red/speak")).body.text());
    assert.equal(url.protocol, "http:");
    assert.notEqual(url.hostname, "home.example");
  });
});
