import assert from "node:assert/strict";
import { FormData } from "undici";
import { client, collect, failure, json, KEY, refusingUrl, serve, serveSocket } from "./api-server";

const INFO = { operation: "account-info", method: "GET", path: "/api/account/info" } as const;
const CREATE = {
  operation: "voice-create",
  method: "POST",
  path: "/api/voice",
  json: { name: "n" },
} as const;

describe("api call: requests", () => {
  const echo = () => serve((_request, response) => json(response, { status: 200, data: 1 }));

  it("sends the key as a Bearer header", async () => {
    const server = await echo();
    await client(server.url).call(INFO);
    assert.equal(server.seen[0]?.headers.authorization, `Bearer ${KEY}`);
  });

  it("encodes what goes into the places of a path", async () => {
    const server = await echo();
    await client(server.url).call({ ...INFO, path: "/api/voice/{id}", pathParams: { id: "market:a/b?c" } });
    assert.equal(server.seen[0]?.rawUrl, "/api/voice/market%3Aa%2Fb%3Fc");
  });

  for (const id of ["", ".", ".."]) {
    it(`refuses "${id}" as an id instead of calling another operation`, async () => {
      const server = await echo();
      const error = await failure(
        client(server.url).call({ ...INFO, path: "/api/voice/{id}", pathParams: { id } }),
      );
      assert.deepEqual([error.code, error.cause.field, server.seen.length], ["BAD_PARAMETER", "id", 0]);
    });
  }

  for (const path of ["@evil.example/x", "//evil.example/x", "/\\evil.example/x"]) {
    it(`keeps the odd path ${path} on the server of the base URL`, async () => {
      const server = await echo();
      await client(server.url).call({ ...INFO, path });
      assert.equal(server.seen.length, 1);
    });
  }

  it("refuses a path that climbs out of the base URL's path", async () => {
    const server = await echo();
    const error = await failure(client(`${server.url}/vocu`).call({ ...INFO, path: "/../admin" }));
    assert.deepEqual([error.code, error.cause.field, server.seen.length], ["BAD_PARAMETER", "path", 0]);
  });

  it("keeps the path of the base URL", async () => {
    const server = await echo();
    await client(`${server.url}/proxy/vocu`).call(INFO);
    assert.equal(server.seen[0]?.path, "/proxy/vocu/api/account/info");
  });

  it("writes booleans of a query as text and leaves out what is blank", async () => {
    const server = await echo();
    const query = { a: true, b: false, c: 0, d: "", e: null, f: undefined, g: "x y+z" };
    await client(server.url).call({ ...INFO, query });
    assert.equal(server.seen[0]?.rawUrl, "/api/account/info?a=true&b=false&c=0&g=x%20y%2Bz");
  });

  it("sends JSON bodies with their JSON types", async () => {
    const server = await echo();
    const body = { name: "你好", on: true, n: 1.5, list: [1, 2], none: null };
    await client(server.url).call({ ...CREATE, json: body });
    assert.equal(server.seen[0]?.headers["content-type"], "application/json");
    assert.deepEqual(JSON.parse(String(server.seen[0].body)), body);
  });

  it("sends forms with their length", async () => {
    const server = await echo();
    const form = new FormData();
    form.set("file", new Blob([Buffer.from("RIFF")]), "a.wav");
    await client(server.url).call({ operation: "upload", method: "POST", path: "/api/upload", form });
    const seen = server.seen[0];
    assert.match(seen?.headers["content-type"] ?? "", /^multipart\/form-data; boundary=/);
    assert.equal(Number(seen?.headers["content-length"]), seen?.body.length);
    assert.match(seen?.body.toString() ?? "", /filename="a\.wav"[\s\S]*RIFF/);
  });

  for (const method of ["GET", "DELETE"] as const) {
    it(`sends ${method} without a body`, async () => {
      const server = await echo();
      await client(server.url).call({ ...INFO, method, json: { a: 1 } });
      assert.deepEqual(
        [server.seen[0]?.method, server.seen[0]?.body.length, server.seen[0]?.headers["content-type"]],
        [method, 0, undefined],
      );
    });
  }

  it("sends its name and a language if they are set", async () => {
    const server = await echo();
    await client(server.url, { userAgent: "node-red-vocu/1", language: "zh-CN" }).call(INFO);
    const { headers } = server.seen[0] ?? {};
    assert.deepEqual([headers?.["user-agent"], headers?.["accept-language"]], ["node-red-vocu/1", "zh-CN"]);
  });

  it("keeps connections for the next requests", async () => {
    const server = await echo();
    const vocu = client(server.url);
    for (let i = 0; i < 10; i++) await vocu.call(INFO);
    // undici takes a second one when a request follows at once.
    assert.ok(server.connections() <= 2, `${server.connections()} connections`);
  });

  it("fails with NO_API_KEY without sending anything when there is no key", async () => {
    const server = await echo();
    const error = await failure(client(server.url, { apiKey: " " }).call(INFO));
    assert.deepEqual([error.code, server.connections()], ["NO_API_KEY", 0]);
  });

  it("fails with BAD_API_KEY without sending anything when no header can hold the key", async () => {
    const server = await echo();
    const error = await failure(client(server.url, { apiKey: "sk-“1234”" }).call(INFO));
    assert.deepEqual([error.code, server.connections()], ["BAD_API_KEY", 0]);
  });
});

describe("api call: replies", () => {
  it("gives the envelope's data, the whole body, the request id and the number of tries", async () => {
    const server = await serve((_request, response) =>
      json(response, { status: 200, data: [1], total: 7 }, 200, { "X-Vocu-App-Request-Id": "r-1" }),
    );
    const reply = await client(server.url).call(INFO);
    assert.deepEqual(reply.data, [1]);
    assert.equal(reply.body.total, 7);
    assert.deepEqual([reply.statusCode, reply.requestId, reply.attempts], [200, "r-1", 1]);
    assert.ok(reply.durationMs > 0);
  });

  it("takes a success without message and data", async () => {
    const server = await serve((_request, response) => json(response, { status: 200 }));
    assert.equal((await client(server.url).call({ ...INFO, method: "DELETE" })).data, undefined);
  });

  for (const method of ["POST", "DELETE"] as const) {
    it(`takes a 200 with nothing after a ${method} as a success without data: it has been done`, async () => {
      const server = await serve((_request, response) => response.writeHead(200).end());
      const request = { operation: "change", method, path: "/api/voice" } as const;
      const { data, body } = await client(server.url).call(request);
      assert.deepEqual([data, body], [undefined, {}]);
    });
  }

  it("takes 204 as a success without data", async () => {
    const server = await serve((_request, response) => response.writeHead(204).end());
    assert.deepEqual((await client(server.url).call({ ...INFO, method: "DELETE" })).body, {});
  });

  it("passes Vocu's code and facts through", async () => {
    const body = {
      status: 404,
      code: "VOICE_NOT_FOUND",
      message: "no such voice",
      requestId: "r-2",
      traceId: "t-2",
      detail: { field: "voiceId" },
    };
    const server = await serve((_request, response) => json(response, body, 404));
    const error = await failure(client(server.url).call(INFO));
    assert.equal(error.code, "VOICE_NOT_FOUND");
    assert.equal(error.message, "no such voice");
    assert.deepEqual(error.cause, {
      operation: "account-info",
      statusCode: 404,
      requestId: "r-2",
      traceId: "t-2",
      retryable: false,
      serverMessage: "no such voice",
      field: "voiceId",
      attempts: 1,
    });
  });

  it("takes a 200 whose body has another status as that error", async () => {
    const server = await serve((_request, response) =>
      json(response, { status: 403, code: "AUTH_FORBIDDEN" }),
    );
    const error = await failure(client(server.url).call(INFO));
    assert.deepEqual([error.code, error.cause.statusCode], ["AUTH_FORBIDDEN", 403]);
  });

  for (const status of [true, false, "", null, "OK", {}]) {
    it(`takes a 200 whose body has the status ${JSON.stringify(status)} as a success`, async () => {
      const server = await serve((_request, response) => json(response, { status, data: 1 }));
      assert.equal((await client(server.url).call(INFO)).data, 1);
    });
  }

  it("takes the key out of a success that repeats it, in names and values at any depth", async () => {
    const deep = `{"a":`.repeat(20_000) + JSON.stringify(`at the end ${KEY}`) + "}".repeat(20_000);
    const server = await serve((_request, response) => {
      const data = {
        [KEY]: [`Bearer ${KEY}`, { url: `https://a.example/?token=${encodeURIComponent(KEY)}` }],
      };
      const base64 = Buffer.from(KEY).toString("base64");
      response.end(
        `{"status":200,"data":${JSON.stringify({ ...data, base64, n: 1, none: null })},"deep":${deep}}`,
      );
    });
    const { data, body } = await client(server.url).call(INFO);
    assert.deepEqual(data, {
      "***": ["Bearer ***", { url: "https://a.example/?token=***" }],
      base64: "***0=",
      n: 1,
      none: null,
    });
    let inner: unknown = body.deep;
    while (typeof inner === "object" && inner !== null) inner = (inner as { a: unknown }).a;
    assert.equal(inner, "at the end ***");
  });

  it("does not wait forever for a reply that drips", async () => {
    const server = await serve((_request, response) => {
      response.write('{"status":200,"data":"');
      const timer = setInterval(() => response.write("x"), 20);
      response.on("close", () => clearInterval(timer));
    });
    const vocu = client(server.url, { stallTimeoutMs: 200 });
    const started = performance.now();
    assert.equal((await failure(vocu.call(CREATE))).code, "CONNECTION_LOST");
    assert.ok(performance.now() - started < 5000);
    await (
      await server.request(0)
    ).closed;
  });

  it("takes what has arrived of an error that drips", async () => {
    const server = await serve((_request, response) => {
      response.writeHead(500);
      response.write("out of order");
      const timer = setInterval(() => response.write(" "), 20);
      response.on("close", () => clearInterval(timer));
    });
    const error = await failure(client(server.url, { stallTimeoutMs: 200 }).call(CREATE));
    assert.deepEqual([error.code, error.cause.serverMessage], ["HTTP_500", "out of order"]);
  });

  it("waits for a long reply that keeps coming", async () => {
    const server = await serve((_request, response) => {
      let left = 20;
      response.write('{"status":200,"data":"');
      const timer = setInterval(() => {
        response.write("x".repeat(1000));
        if (--left > 0) return;
        clearInterval(timer);
        response.end('"}');
      }, 25);
    });
    const { data } = await client(server.url, { stallTimeoutMs: 200 }).call(INFO);
    assert.equal(String(data).length, 20_000);
  });

  it("takes an error status as an error although the body says 200", async () => {
    const server = await serve((_request, response) => json(response, { status: 200, data: {} }, 500));
    assert.equal((await failure(client(server.url).call(INFO))).code, "HTTP_500");
  });

  const words: [string, object | string, string | undefined][] = [
    ["the message", { status: 400, message: "bad" }, "bad"],
    ["error.message", { status: 400, error: { message: "worse" } }, "worse"],
    ["error", { status: 400, error: "Bad Request" }, "Bad Request"],
    [
      "an HTML page, without its markup",
      "<html><style>p{}</style><h1>Bad\n gateway</h1></html>",
      "Bad gateway",
    ],
    ["plain text", "upstream   down\n", "upstream down"],
    ["nothing", "", undefined],
    ["invalid JSON", '{"status":', '{"status":'],
  ];
  for (const [what, body, expected] of words) {
    it(`has good words for an error body without code: ${what}`, async () => {
      const server = await serve((_request, response) =>
        response.writeHead(400).end(typeof body === "string" ? body : JSON.stringify(body)),
      );
      const error = await failure(client(server.url).call(INFO));
      assert.deepEqual([error.code, error.cause.serverMessage], ["HTTP_400", expected]);
    });
  }

  it("shortens the server's words to 300 characters", async () => {
    const server = await serve((_request, response) => json(response, { message: "x".repeat(5000) }, 400));
    assert.equal((await failure(client(server.url).call(INFO))).cause.serverMessage?.length, 300);
  });

  it("reads no more of a huge error body than it needs", async () => {
    const server = await serve((_request, response) => {
      response.writeHead(500);
      const more = () => {
        while (!response.destroyed && response.write(Buffer.alloc(65536, "x")));
      };
      response.on("drain", more);
      more();
    });
    assert.equal((await failure(client(server.url).call(INFO))).code, "HTTP_500");
    await server.seen[0]?.closed;
  });

  it("keeps the status of an error whose body breaks off", async () => {
    const server = await serve((_request, response) => {
      response.writeHead(403, { "content-length": "100" });
      response.write('{"status":403', () => response.destroy());
    });
    assert.equal((await failure(client(server.url).call(INFO))).code, "HTTP_403");
  });

  it("takes a 404 that is not Vocu's as an operation the server does not offer", async () => {
    const server = await serve((_request, response) => response.writeHead(404).end("<h1>Not Found</h1>"));
    assert.equal((await failure(client(server.url).call(INFO))).code, "OPERATION_NOT_OFFERED");
  });

  it("takes a 404 of an older edition's envelope as an unknown thing, not an unknown operation", async () => {
    const server = await serve((_request, response) => json(response, { status: 404, message: "?" }, 404));
    assert.equal((await failure(client(server.url).call(INFO))).code, "HTTP_404");
  });

  const senseless: [string, string][] = [
    ["HTML", "<html></html>"],
    ["nothing", ""],
    ["invalid JSON", '{"status":200'],
    ["an array", "[]"],
    ["a number", "200"],
  ];
  for (const [what, body] of senseless) {
    it(`takes a 200 with ${what} as BAD_REPLY`, async () => {
      const server = await serve((_request, response) => response.writeHead(200).end(body));
      assert.equal((await failure(client(server.url).call(INFO))).code, "BAD_REPLY");
    });
  }

  it("takes an answer that is not HTTP as BAD_REPLY", async () => {
    const server = await serveSocket((socket) => {
      socket.once("data", () => socket.end("220 smtp.example ESMTP\r\n"));
    });
    assert.equal((await failure(client(server.url).call(INFO))).code, "BAD_REPLY");
  });

  it("takes a reply cut within its body as CONNECTION_LOST", async () => {
    const server = await serve((_request, response) => {
      response.writeHead(200, { "content-length": "100" });
      response.write('{"status":200', () => response.destroy());
    });
    assert.equal((await failure(client(server.url).call(INFO))).code, "CONNECTION_LOST");
  });

  for (const [form, value] of [
    ["seconds", "7"],
    ["an HTTP date", "Thu, 01 Jan 2026 00:00:07 GMT"],
  ] as const) {
    it(`reads Retry-After as ${form}`, async () => {
      const server = await serve((_request, response) => json(response, {}, 429, { "Retry-After": value }));
      const error = await failure(client(server.url).call(INFO));
      assert.deepEqual([error.code, error.cause.retryAfter, error.cause.retryable], ["HTTP_429", 7, true]);
    });
  }

  it("has an error that survives JSON and holds nothing else", async () => {
    const error = await failure(client(await refusingUrl()).call(INFO));
    assert.deepEqual(Object.keys(error), ["code", "cause"]);
    assert.deepEqual(JSON.parse(JSON.stringify(error.cause)), error.cause);
  });
});

describe("api call: a reply that comes byte by byte", () => {
  /** A server that sends a byte of a body every few milliseconds and never ends it. */
  const dripping = (type: string) =>
    serve((_request, response) => {
      response.writeHead(200, { "content-type": type });
      const timer = setInterval(() => response.write(" "), 10);
      response.once("close", () => clearInterval(timer));
    });

  it("ends in an error for a speech too", async () => {
    for (const type of ["application/json", "application/octet-stream"]) {
      const server = await dripping(type);
      const limits = { stallTimeoutMs: 300, firstByteTimeoutMs: 300 };
      const speaking = client(server.url, limits).speak({ voiceId: "v", text: "Hello" });
      await failure(speaking.then(({ audio }) => collect(audio)));
      await server.seen[0]?.closed;
    }
  });

  it("is whole where it comes slowly but fast enough", async () => {
    const text = JSON.stringify({ status: 200, data: "x".repeat(60_000) });
    const server = await serve((_request, response) => {
      response.writeHead(200, { "content-type": "application/json" });
      let at = 0;
      const timer = setInterval(() => {
        response.write(text.slice(at, at + 4000));
        at += 4000;
        if (at < text.length) return;
        clearInterval(timer);
        response.end();
      }, 40);
    });
    const reply = await client(server.url, { stallTimeoutMs: 400 }).call(INFO);
    assert.equal(String(reply.data).length, 60_000);
  });
});

describe("api call: redirects", () => {
  it("follows a GET within the origin, with the key", async () => {
    const server = await serve((request, response) =>
      request.path === "/new"
        ? json(response, { status: 200, data: "here" })
        : response.writeHead(302, { location: "/new" }).end(),
    );
    assert.equal((await client(server.url).call(INFO)).data, "here");
    assert.equal(server.seen[1]?.headers.authorization, `Bearer ${KEY}`);
  });

  it("closes the connection to a server that sends a body behind its redirect", async () => {
    const server = await serve((request, response) => {
      if (request.path === "/there") json(response, { status: 200, data: "ok" });
      else response.writeHead(302, { location: "/there" }).write("moved");
    });
    assert.equal((await client(server.url).call(INFO)).data, "ok");
    await server.seen[0]?.closed;
  });

  it("sends nothing to another origin, and names it", async () => {
    const other = await serve((_request, response) => json(response, {}));
    const server = await serve((_request, response) =>
      response.writeHead(307, { location: other.url }).end(),
    );
    const error = await failure(client(server.url).call(INFO));
    assert.deepEqual([error.code, error.cause.host], ["REDIRECT_REFUSED", other.url.slice("http://".length)]);
    assert.equal(other.connections(), 0);
  });

  it("does not follow a POST", async () => {
    const server = await serve((_request, response) => response.writeHead(308, { location: "/new" }).end());
    assert.equal((await failure(client(server.url).call(CREATE))).code, "REDIRECT_REFUSED");
    assert.equal(server.seen.length, 1);
  });

  it("closes the connection of a redirect whose body continues", async () => {
    const server = await serve((request, response) => {
      if (request.path === "/new") {
        json(response, { status: 200, data: "here" });
        return;
      }
      response.writeHead(302, { location: "/new" });
      const timer = setInterval(() => response.write("more"), 5);
      response.on("close", () => clearInterval(timer));
    });
    assert.equal((await client(server.url).call(INFO)).data, "here");
    await server.seen[0]?.closed;
  });

  it("gives up after five redirects", async () => {
    const server = await serve((_request, response) => response.writeHead(302, { location: "/again" }).end());
    assert.equal((await failure(client(server.url).call(INFO))).code, "REDIRECT_REFUSED");
    assert.equal(server.seen.length, 6);
  });
});
