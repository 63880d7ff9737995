/** Each status, with and without JSON; redirects; and successes that are none. */
import type { Fault } from "../../../sandbox";
import type { Failure } from "../support/cells";
import { everywhere, type Row } from "./row";

const STATUSES = [304, 400, 401, 402, 403, 404, 408, 409, 413, 422, 425, 429, 451, 500, 502, 503, 504, 520];
/** With these every form of a body is tried, with the others what is documented and what is not even JSON. */
const IN_EVERY_FORM = [404, 503];
const TRANSIENT = [408, 425, 429, 500, 502, 503, 504];
const CODE = "SAFETY_CHECK_FAILED";

type Answer = NonNullable<Fault["reply"]>;

/** The forms of an error's body, and the code that comes of each. */
const FORMS: readonly {
  name: string;
  reply: (status: number) => Answer;
  code: (status: number) => string;
  /** The code of a list, where it is another. */
  codeOfList?: (status: number) => string;
}[] = [
  {
    name: "a documented error",
    reply: (status) => ({ status, json: { status, code: CODE, message: "No" } }),
    code: () => CODE,
  },
  {
    name: "an error without a code",
    reply: (status) => ({ status, json: { status, message: "No" } }),
    code: (status) => `HTTP_${status}`,
    codeOfList: (status) => (status === 404 ? "OPERATION_NOT_OFFERED" : `HTTP_${status}`),
  },
  {
    name: "an HTML page",
    reply: (status) => ({ status, text: "<html><h1>No</h1></html>", contentType: "text/html" }),
    code: (status) => (status === 404 ? "OPERATION_NOT_OFFERED" : `HTTP_${status}`),
  },
  {
    name: "an empty body",
    reply: (status) => ({ status, text: "" }),
    code: (status) => (status === 404 ? "OPERATION_NOT_OFFERED" : `HTTP_${status}`),
  },
  {
    name: "JSON that breaks off",
    reply: (status) => ({ status, text: '{"status":', contentType: "application/json" }),
    code: (status) => (status === 404 ? "OPERATION_NOT_OFFERED" : `HTTP_${status}`),
  },
];

function formsFor(status: number): typeof FORMS {
  if (status === 304) return FORMS.filter(({ name }) => name === "an empty body");
  return IN_EVERY_FORM.includes(status)
    ? FORMS
    : FORMS.filter(({ name }) => name === "a documented error" || name === "an HTML page");
}

export const STATUS: readonly Row[] = STATUSES.flatMap((status) =>
  formsFor(status).map((form) => {
    const cause = { statusCode: status, retryable: TRANSIENT.includes(status) };
    const failure: Failure = { code: form.code(status), cause };
    return {
      what: `${status} with ${form.name}`,
      // 401 to the header is tried once more with the key in the query (API reference 2).
      trouble: [{ reply: form.reply(status), times: Infinity }],
      // A list takes no ID, so that nothing but the operation can be missing.
      on: {
        chunks: failure,
        read: { ...failure, code: form.codeOfList?.(status) ?? failure.code },
        generate: failure,
      },
    };
  }),
);

/** A storage host speaks its own language; the speech has been paid for by then. */
export const STORAGE: readonly Row[] = [403, 404, 410, 416, 429, 500, 503].map((status) => ({
  what: `${status} from the storage host`,
  trouble: [{ reply: { status, text: "<Error>NoSuchKey</Error>", contentType: "application/xml" } }],
  on: {
    download: { code: `HTTP_${status}`, charged: true, cause: { statusCode: status } },
  },
}));

const ELSEWHERE = "http://127.0.0.1:9/";

const redirected = (status: number): Row => ({
  what: `a ${status} redirect to another origin`,
  trouble: [{ redirect: { status, to: ELSEWHERE } }],
  on: {
    chunks: { code: "REDIRECT_REFUSED", cause: { host: "127.0.0.1:9", retryable: false } },
    read: { code: "REDIRECT_REFUSED", cause: { host: "127.0.0.1:9", retryable: false } },
    generate: { code: "REDIRECT_REFUSED", cause: { host: "127.0.0.1:9", retryable: false } },
  },
});

/** A success by its status, with something else behind it. */
const pretended = (what: string, reply: Answer): Row => ({
  what,
  trouble: [{ reply }],
  on: { stream: { code: "NOT_AUDIO" }, read: { code: "BAD_REPLY" }, generate: { code: "BAD_REPLY" } },
});

export const PRETENCE: readonly Row[] = [
  ...[301, 302, 303, 307, 308].map(redirected),
  {
    what: "a redirect that goes round and round",
    trouble: [{ redirect: { to: "/api/voice" }, times: Infinity }],
    on: { read: { code: "REDIRECT_REFUSED" } },
  },
  {
    what: "a redirect within the server",
    trouble: [{ redirect: { to: "/api/voice?showMarket=false" } }],
    on: { read: "whole" },
  },
  {
    what: "a redirect to nowhere",
    trouble: [{ redirect: { to: "http://[" } }],
    on: { stream: { code: "REDIRECT_REFUSED" }, read: { code: "REDIRECT_REFUSED" } },
  },
  {
    what: "200 with an error of the service in it",
    trouble: [{ reply: { status: 200, json: { status: 403, code: "AUTH_FORBIDDEN", message: "No" } } }],
    on: {
      ...everywhere({ code: "AUTH_FORBIDDEN", cause: { statusCode: 403 } }),
      download: { code: "NOT_AUDIO", charged: true },
    },
  },
  pretended("200 with a page for people", {
    status: 200,
    text: "<!doctype html><p>Log in",
    contentType: "text/html",
  }),
  pretended("200 with nothing", { status: 200, text: "" }),
  pretended("200 with a JSON list", { status: 200, json: [] }),
  pretended("200 with null", { status: 200, json: null }),
  pretended("200 with JSON that breaks off", {
    status: 200,
    text: '{"status":200,"data":',
    contentType: "application/json",
  }),
  pretended("200 with plain text", { status: 200, text: "Internal error" }),
];
