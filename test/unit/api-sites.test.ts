import assert from "node:assert/strict";
import { baseUrlOf, VocuError } from "../../lib/api";
import { Redactor } from "../../lib/api/redact";

describe("api sites", () => {
  for (const [site, url] of [
    ["vocu.ai", "https://v1.vocu.ai"],
    ["vocu.studio", "https://v1.vocu.studio"],
    ["wusound.cn", "https://v1.wusound.cn"],
  ] as const) {
    it(`knows ${site}, whatever the custom URL says`, () => {
      assert.equal(baseUrlOf(site, "http://elsewhere.example"), url);
    });
  }

  for (const [given, expected] of [
    ["https://vocu.example", "https://vocu.example"],
    [" https://VOCU.example:443/ ", "https://vocu.example"],
    ["http://127.0.0.1:4880/vocu//", "http://127.0.0.1:4880/vocu"],
  ] as const) {
    it(`takes ${JSON.stringify(given)} as ${expected}`, () => {
      assert.equal(baseUrlOf("custom", given), expected);
    });
  }

  const bad: [string, string | undefined, string][] = [
    ["custom", undefined, "not a URL"],
    ["custom", "", "not a URL"],
    ["custom", "vocu.example", "not a URL"],
    ["custom", "ftp://vocu.example", "neither http nor https"],
    ["custom", "https://user:pass-word@vocu.example", "it contains a user name or password"],
    ["custom", "https://user@vocu.example", "it contains a user name or password"],
    ["custom", "https://:pass-word@vocu.example", "it contains a user name or password"],
    ["custom", "https://vocu.example/?token=1", "it contains a query or a fragment"],
    ["custom", "https://vocu.example/#token", "it contains a query or a fragment"],
    ["toString", "https://vocu.example", "unknown site"],
  ];
  for (const [site, url, detail] of bad) {
    it(`refuses the site ${site} with ${url === undefined ? "nothing" : JSON.stringify(url)}`, () => {
      assert.throws(
        () => baseUrlOf(site, url),
        (error) => {
          assert.ok(error instanceof VocuError);
          assert.equal(error.code, "BAD_BASE_URL");
          assert.deepEqual(error.cause, { retryable: false, detail });
          assert.doesNotMatch(`${error.message}${JSON.stringify(error)}`, /pass-word/);
          return true;
        },
      );
    });
  }
});

describe("api redactor", () => {
  it("takes out a secret, plain and URL-encoded", () => {
    const redactor = new Redactor(["a+b/c="]);
    assert.equal(redactor.redact("x a+b/c= y a%2Bb%2Fc%3D z a%2bb%2fc%3d"), "x *** y *** z ***");
  });

  for (const [form, write] of Object.entries<(secret: string) => string>({
    "a form": (secret) => new URLSearchParams({ token: secret }).toString(),
    JSON: (secret) => JSON.stringify({ secret }),
    "a text in a form": (secret) => new URLSearchParams({ text: `before ${secret} after` }).toString(),
    "a text in JSON": (secret) => JSON.stringify({ text: `before ${secret} after` }),
    "a text in JSON in JSON": (secret) => JSON.stringify(JSON.stringify(`before ${secret} after`)),
    "JSON in JSON": (secret) => JSON.stringify(JSON.stringify({ secret })),
    base64: (secret) => Buffer.from(secret).toString("base64"),
    "base64 behind one letter": (secret) => Buffer.from(`u${secret}`).toString("base64"),
    "base64 behind a name": (secret) => Buffer.from(`me:${secret} and more`).toString("base64"),
    "base64 for URLs": (secret) => Buffer.from(secret).toString("base64url"),
    "base64 for URLs behind a letter": (secret) => Buffer.from(`u${secret}`).toString("base64url"),
    "hexadecimal digits": (secret) => Buffer.from(secret).toString("hex"),
  })) {
    it(`takes out a secret in ${form}`, () => {
      const secret = 'sk-a "b\\c>?ÿ+/0815';
      const text = new Redactor([secret]).redact(write(secret));
      assert.ok(text.includes("***"), text);
      assert.ok(text.replace("***", "").length < write(secret).length - 14, text);
    });
  }

  it("takes out the longer of two secrets that begin alike", () => {
    assert.equal(new Redactor(["secret", "secret-long"]).redact("secret-long"), "***");
  });

  it("looks for secrets of four characters and more", () => {
    assert.equal(new Redactor(["abc", "abcd"]).redact("abc abcd"), "abc ***");
    assert.equal(new Redactor(["abc", ""]).redact("abc"), "abc");
  });

  it("tells whether a text has a secret in it", () => {
    const redactor = new Redactor(["secret"]);
    assert.deepEqual([redactor.leaks("a SECRET"), redactor.leaks("none")], [true, false]);
  });

  for (const [what, text, shown] of [
    ["a secret", "it is secret!", "it is ***!"],
    ["a style sheet", "<style type='x'>p { color: red }</style >after", "after"],
    ["two scripts", "<script>a</script>between<SCRIPT src=b></SCRIPT>", "between"],
    ["words that only markup keeps apart", "one<br>two<script></script>three", "one two three"],
    ["a comparison", "1 < 2", "1 < 2"],
    ["an open tag", "broken <b", "broken <b"],
    ["control characters", "\u0000one\r\n\t\u007ftwo\u0000", "one two"],
    ["300 characters", "x".repeat(300), "x".repeat(300)],
    ["301 characters", "x".repeat(301), `${"x".repeat(299)}…`],
  ] as const) {
    it(`makes foreign text safe to show: ${what}`, () => {
      assert.equal(new Redactor(["secret"]).clean(text), shown);
    });
  }

  it("makes one short line without markup of what is foreign", () => {
    assert.equal(new Redactor([]).clean("<p>a\n<script>x()</script>b</p>"), "a b");
  });

  it("has nothing to say of what is not text or blank", () => {
    const redactor = new Redactor([]);
    assert.deepEqual(
      [redactor.clean(5), redactor.clean(" <br> "), redactor.clean(undefined)],
      [undefined, undefined, undefined],
    );
  });
});
