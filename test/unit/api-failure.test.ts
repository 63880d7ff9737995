import assert from "node:assert/strict";
import { VocuError } from "../../lib/api";
import { abortError, type ErrorFacts } from "../../lib/api/errors";
import { networkError, neverSent, type Phase } from "../../lib/api/failure";
import { Redactor } from "../../lib/api/redact";

const HOST = "v1.vocu.ai";
const KEY = "sk-0123456789";

const nodeError = (code: string, message = "it failed"): Error => Object.assign(new Error(message), { code });

function failure(error: Error, phase: Phase, proxied = false): VocuError {
  const to = { host: HOST, proxied, connectTimeoutMs: 5000 };
  return networkError(error, phase, to, new Redactor([KEY]));
}

describe("a failure of the network", () => {
  for (const [nodeCode, code, retryable] of [
    ["UND_ERR_CONNECT_TIMEOUT", "CONNECT_TIMEOUT", true],
    ["ETIMEDOUT", "CONNECT_TIMEOUT", true],
    ["ENOTFOUND", "HOST_NOT_FOUND", true],
    ["EAI_AGAIN", "HOST_NOT_FOUND", true],
    ["ECONNREFUSED", "CONNECTION_REFUSED", true],
    ["EHOSTUNREACH", "CONNECT_FAILED", true],
    ["ERR_TLS_CERT_ALTNAME_INVALID", "TLS_FAILED", false],
    ["ERR_SSL_WRONG_VERSION_NUMBER", "TLS_FAILED", false],
    ["ERR_OSSL_PEM_NO_START_LINE", "TLS_FAILED", false],
    ["ERR_CRYPTO_INVALID_STATE", "TLS_FAILED", false],
    ["CERT_HAS_EXPIRED", "TLS_FAILED", false],
    ["CRL_HAS_EXPIRED", "TLS_FAILED", false],
    ["UNABLE_TO_VERIFY_LEAF_SIGNATURE", "TLS_FAILED", false],
    ["SELF_SIGNED_CERT_IN_CHAIN", "TLS_FAILED", false],
    ["DEPTH_ZERO_SELF_SIGNED_CERT", "TLS_FAILED", false],
    ["HOSTNAME_MISMATCH", "TLS_FAILED", false],
    ["INVALID_CA", "TLS_FAILED", false],
    ["INVALID_PURPOSE", "TLS_FAILED", false],
    ["PATH_LENGTH_EXCEEDED", "TLS_FAILED", false],
    ["EPROTO", "TLS_FAILED", false],
  ] as const) {
    it(`is ${code} while it connects: ${nodeCode}`, () => {
      const error = failure(nodeError(nodeCode), "connecting");
      assert.deepEqual([error.code, error.cause.retryable, error.cause.host], [code, retryable, HOST]);
      assert.equal(neverSent(error.code), true);
    });
  }

  it("tells the time limit of a connection, and nothing of the network's own words", () => {
    const { cause } = failure(nodeError("ETIMEDOUT", "connect ETIMEDOUT 10.0.0.1:443"), "connecting");
    assert.deepEqual(cause, { retryable: true, host: HOST, timeoutMs: 5000 });
  });

  it("is the proxy's while it connects to one, but not if the certificate is at fault", () => {
    assert.equal(failure(nodeError("ECONNREFUSED"), "connecting", true).code, "PROXY_FAILED");
    assert.equal(failure(nodeError("CERT_HAS_EXPIRED"), "connecting", true).code, "TLS_FAILED");
  });

  for (const [message, statusCode, retryable] of [
    ["Proxy response (502) !== 200 when HTTP Tunneling", 502, true],
    ["Proxy response (500) !== 200 when HTTP Tunneling", 500, true],
    ["Proxy response (499) !== 200 when HTTP Tunneling", 499, false],
    ["Proxy Authentication Required (407)", 407, false],
  ] as const) {
    it(`is the proxy's with its status: ${message}`, () => {
      for (const phase of ["connecting", "waiting"] as const) {
        const { code, cause } = failure(new Error(message), phase);
        assert.deepEqual([code, cause.statusCode, cause.retryable], ["PROXY_FAILED", statusCode, retryable]);
      }
    });
  }

  for (const [error, code, retryable] of [
    [nodeError("ECONNRESET"), "CONNECTION_LOST", true],
    [nodeError("UND_ERR_SOCKET"), "CONNECTION_LOST", true],
    [Object.assign(new Error("bad"), { name: "HTTPParserError" }), "BAD_REPLY", false],
    [nodeError("UND_ERR_HEADERS_OVERFLOW"), "BAD_REPLY", false],
    [nodeError("UND_ERR_RES_CONTENT_LENGTH_MISMATCH"), "BAD_REPLY", false],
  ] as const) {
    it(`is ${code} while it waits: ${(error as NodeJS.ErrnoException).code ?? error.name}`, () => {
      const { code: found, cause } = failure(error, "waiting");
      assert.deepEqual([found, cause.retryable], [code, retryable]);
      assert.equal(neverSent(found), false);
    });
  }

  it("is STREAM_CUT while it receives, whatever it is", () => {
    for (const code of ["ECONNRESET", "CERT_HAS_EXPIRED", "UND_ERR_HEADERS_OVERFLOW"])
      assert.equal(failure(nodeError(code), "receiving").code, "STREAM_CUT");
  });

  it("is ABORTED where the connections were closed", () => {
    for (const code of ["UND_ERR_DESTROYED", "UND_ERR_CLOSED"])
      assert.deepEqual(failure(nodeError(code), "receiving"), new VocuError("ABORTED", { retryable: false }));
  });

  it("stays what it is where it is one of ours already", () => {
    const error = new VocuError("UPLOAD_STALLED", { retryable: true });
    assert.equal(failure(error, "waiting"), error);
  });

  it("holds the network's words without the key, else its code", () => {
    assert.equal(failure(nodeError("EPIPE", `wrote ${KEY}`), "waiting").cause.detail, "wrote ***");
    assert.equal(failure(nodeError("EPIPE", ""), "waiting").cause.detail, "EPIPE");
    assert.equal("detail" in failure(new Error(""), "waiting").cause, false);
  });
});

describe("the sentence of an error", () => {
  const ALL = {
    retryable: false,
    host: HOST,
    detail: "why",
    timeoutMs: 500,
    bytes: 7,
    field: "text",
    statusCode: 403,
  };

  for (const [code, whole, bare] of [
    ["NO_API_KEY", "No API key is set"],
    ["BAD_API_KEY", "The API key has characters that no key has"],
    ["BAD_BASE_URL", "The base URL is not usable: why", "The base URL is not usable"],
    ["BAD_PARAMETER", "The value of text is not usable: why", "The value of a parameter is not usable"],
    ["HOST_NOT_FOUND", "v1.vocu.ai was not found", "the server was not found"],
    ["CONNECTION_REFUSED", "v1.vocu.ai refused the connection", "the server refused the connection"],
    ["CONNECT_TIMEOUT", "No connection to v1.vocu.ai within 500 ms", "No connection to the server"],
    ["CONNECT_FAILED", "No connection to v1.vocu.ai: why", "No connection to the server"],
    ["TLS_FAILED", "No secure connection to v1.vocu.ai: why", "No secure connection to the server"],
    [
      "PROXY_FAILED",
      "The proxy did not connect to v1.vocu.ai: why",
      "The proxy did not connect to the server",
    ],
    [
      "CONNECTION_LOST",
      "v1.vocu.ai closed the connection before it answered: why",
      "the server closed the connection before it answered",
    ],
    [
      "UPLOAD_STALLED",
      "v1.vocu.ai stopped taking the data within 500 ms",
      "the server stopped taking the data",
    ],
    [
      "FILE_UNREADABLE",
      "The file could not be read while it was sent: why",
      "The file could not be read while it was sent",
    ],
    ["FIRST_BYTE_TIMEOUT", "v1.vocu.ai did not answer within 500 ms", "the server did not answer"],
    ["STREAM_CUT", "The audio was cut off after 7 bytes", "The audio was cut off"],
    ["STREAM_STALLED", "The audio stopped coming after 7 bytes", "The audio stopped coming"],
    ["STREAM_INCOMPLETE", "The audio ended too early after 7 bytes", "The audio ended too early"],
    ["CONTINUE_GONE", "The speech that was begun elsewhere is no longer there"],
    ["CONTINUE_MISMATCH", "The audio at the address is not the speech that was begun elsewhere"],
    ["NOT_AUDIO", "The server answered without audio: why", "The server answered without audio"],
    ["BAD_REPLY", "The server's answer makes no sense: why", "The server's answer makes no sense"],
    [
      "REDIRECT_REFUSED",
      "A redirect to v1.vocu.ai was not followed: why",
      "A redirect to the server was not followed",
    ],
    ["OPERATION_NOT_OFFERED", "This server does not offer the operation"],
    ["LIVE_NOT_OFFERED", "This server does not offer live speech"],
    [
      "LIVE_NOT_READY",
      "The live channel did not become ready within 500 ms",
      "The live channel did not become ready",
    ],
    [
      "LIVE_REFUSED",
      "The live channel refused the connection (403)",
      "The live channel refused the connection (no status)",
    ],
    ["LIVE_CLOSED", "The live channel was closed before it answered"],
    [
      "LIVE_PROTOCOL",
      "The live channel sent something that makes no sense: why",
      "The live channel sent something that makes no sense",
    ],
    [
      "LIVE_UNSAFE",
      "The live channel at v1.vocu.ai is not encrypted",
      "The live channel at the server is not encrypted",
    ],
    ["ABORTED", "Aborted"],
    ["HTTP_403", "The server answered 403", "The server answered with an error"],
  ] as const) {
    it(`says what is known: ${code}`, () => {
      assert.equal(new VocuError(code, ALL).message, whole);
      assert.equal(new VocuError(code, { retryable: false }).message, bare ?? whole);
    });
  }

  it("is the server's own where the code is the server's", () => {
    const facts = { ...ALL, serverMessage: "The voice is busy" };
    assert.equal(new VocuError("VOICE_BUSY", facts).message, "The voice is busy");
    assert.equal(new VocuError("NO_API_KEY", facts).message, "No API key is set");
  });
});

describe("the facts of an error", () => {
  it("are those that are known, and survive JSON", () => {
    const facts: ErrorFacts = { retryable: true, host: undefined, attempts: 0 };
    const { cause } = new VocuError("ABORTED", facts);
    assert.deepEqual(JSON.parse(JSON.stringify(cause)), { retryable: true, attempts: 0 });
    assert.deepEqual(cause, { retryable: true, attempts: 0 });
  });

  it("can be added to, in a copy", () => {
    const error = new VocuError("STREAM_CUT", { retryable: true, bytes: 1 });
    const copy = error.with({ bytes: 2, operation: "speak" }, "STREAM_STALLED");
    assert.deepEqual(
      [copy.code, copy.cause],
      ["STREAM_STALLED", { retryable: true, bytes: 2, operation: "speak" }],
    );
    assert.deepEqual([error.code, error.cause], ["STREAM_CUT", { retryable: true, bytes: 1 }]);
    assert.equal(error.with({}).code, "STREAM_CUT");
  });

  it("are those of the reason where somebody aborted with one of ours", () => {
    const reason = new VocuError("FIRST_BYTE_TIMEOUT", { retryable: true });
    assert.equal(abortError(AbortSignal.abort(reason)), reason);
    for (const signal of [AbortSignal.abort(), undefined])
      assert.deepEqual(
        [abortError(signal).code, abortError(signal).cause],
        ["ABORTED", { retryable: false }],
      );
  });

  it("come with a name that no assignment changes and no listing shows", () => {
    const error = new VocuError("ABORTED", { retryable: false });
    assert.equal(error.name, "VocuError");
    assert.deepEqual(Object.keys(error).sort(), ["cause", "code"]);
  });
});
