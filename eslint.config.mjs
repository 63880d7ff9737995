import js from "@eslint/js";
import globals from "globals";
import tseslint from "typescript-eslint";

/** Forbids imports whose path matches one of the patterns, with the reason the plan gives. */
const mayNotImport = (files, patterns, message) => ({
  files,
  rules: { "no-restricted-imports": ["error", { patterns: [{ regex: patterns, message }] }] },
});

const TIMERS = "use lib/timers: a bare timer of more than 2^31 ms fires at once";

export default tseslint.config(
  { ignores: ["dist/", "resources/", "coverage/", "artifacts/", "demo/", "node_modules/"] },
  js.configs.recommended,
  {
    files: ["**/*.ts"],
    extends: [...tseslint.configs.strictTypeChecked],
    languageOptions: {
      parserOptions: {
        project: ["./tsconfig.json", "./lib/editor/tsconfig.json"],
        tsconfigRootDir: import.meta.dirname,
      },
    },
    rules: {
      "@typescript-eslint/restrict-template-expressions": ["error", { allowNumber: true }],
      "@typescript-eslint/no-confusing-void-expression": ["error", { ignoreArrowShorthand: true }],
      "max-lines": ["error", { max: 320, skipBlankLines: true, skipComments: true }],
      "max-lines-per-function": ["error", { max: 60, skipBlankLines: true, skipComments: true, IIFEs: true }],
    },
  },
  {
    files: ["lib/**/*.ts"],
    rules: {
      "no-restricted-properties": [
        "error",
        { property: "httpAdmin", message: "admin routes are registered with adminRoute (lib/flow/admin)" },
      ],
    },
  },
  { files: ["test/**/*.ts"], rules: { "max-lines-per-function": "off", "max-lines": "off" } },
  { files: ["**/*.mjs"], languageOptions: { globals: globals.node } },
  {
    files: ["lib/api/**"],
    rules: {
      "no-restricted-globals": [
        "error",
        ...["setTimeout", "setInterval"].map((name) => ({ name, message: TIMERS })),
      ],
      "no-restricted-properties": ["error", { object: "AbortSignal", property: "timeout", message: TIMERS }],
      "@typescript-eslint/no-restricted-imports": [
        "error",
        { patterns: [{ regex: "^(node:)?timers", message: TIMERS }] },
      ],
    },
  },
  mayNotImport(["nodes/**"], "(^|/)lib/(api|audio|editor)(/|$)|(^|/)sandbox/", "nodes -> lib/flow only"),
  mayNotImport(
    ["lib/flow/**"],
    "(^|/)(nodes|sandbox|editor)/",
    "lib/flow imports lib/api and lib/audio, never nodes, sandbox or editor",
  ),
  mayNotImport(
    ["lib/api/**"],
    "^node-red|^@node-red|(^|/)(flow|audio|nodes|sandbox|editor)(/|$)",
    "lib/api knows neither Node-RED nor the other rooms",
  ),
  mayNotImport(
    ["lib/audio/**"],
    "^node-red|^@node-red|(^|/)(flow|api|nodes|sandbox|editor)(/|$)",
    "lib/audio knows neither Node-RED nor the other rooms",
  ),
  mayNotImport(
    ["sandbox/**"],
    "(^|/)(lib|nodes)(/|$)",
    "the sandbox is an independent witness: it imports nothing of lib or nodes",
  ),
);
