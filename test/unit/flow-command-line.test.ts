import assert from "node:assert/strict";
import { argumentsOf } from "../../lib/flow/sound/command-line";
import type { Problem } from "../../lib/flow/message/problem";

describe("the arguments in a line", () => {
  for (const [line, words] of [
    ["", []],
    ["a  b\tc", ["a", "b", "c"]],
    ['--dev="a b"', ["--dev=a b"]],
    ["--dev='a b'c", ["--dev=a bc"]],
    ['"a b" c', ["a b", "c"]],
    ["\"a\"'b'c", ["abc"]],
    ['"" b', ["", "b"]],
    ['"a \\"b\\" \\\\"', ['a "b" \\']],
    ["C:\\sound\\x.wav", ["C:\\sound\\x.wav"]],
    ["it\\s", ["it\\s"]],
    ['["a b", "-c"]', ["a b", "-c"]],
  ] as const) {
    it(`are ${JSON.stringify(words)} in ${line}`, () => assert.deepEqual(argumentsOf(line), words));
  }

  for (const [line, code] of [
    ["it's", "PLAYER_QUOTE"],
    ['a "b', "PLAYER_QUOTE"],
    ["[1]", "PLAYER_ARGUMENTS"],
    ["[", "PLAYER_ARGUMENTS"],
    ["a\0", "INPUT_HAS_NUL"],
    ['["\\u0000"]', "INPUT_HAS_NUL"],
  ] as const) {
    it(`are refused in ${JSON.stringify(line)}`, () => {
      assert.throws(
        () => argumentsOf(line),
        (error: Problem) => error.code === code,
      );
    });
  }
});
