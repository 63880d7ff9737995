import js from "@eslint/js";
import { createTypeScriptImportResolver } from "eslint-import-resolver-typescript";
import { importX } from "eslint-plugin-import-x";
import globals from "globals";
import tseslint from "typescript-eslint";

/** What a folder may not import of the package, except for some paths in it; `message` says the direction. */
const zone = (target, from, except, message) => ({
  target: `./${target}`,
  from: `./${from}`,
  ...(except.length > 0 ? { except: except.map((path) => `./${path}`) } : {}),
  message,
});

/** The folders of lib/flow from the bottom to the top: each may import itself and those before it. */
const FLOW_LEVELS = [["message"], ["input", "queue"], ["cache"], ["account"], ["node"]];

/** What the families of nodes do: each may import every level above, none another family. */
const FLOW_FAMILIES = ["speech", "live", "sound", "text", "tasks", "voices", "uploads", "admin"];

const flowZones = [
  ...FLOW_LEVELS.flatMap((level, depth) =>
    level.map((folder) => [folder, [...FLOW_LEVELS.slice(0, depth).flat(), folder]]),
  ),
  ...FLOW_FAMILIES.map((family) => [family, [...FLOW_LEVELS.flat(), family]]),
].map(([folder, allowed]) =>
  zone(
    `lib/flow/${folder}`,
    "lib/flow",
    allowed,
    `lib/flow/${folder} imports only ${allowed.join(", ")} of lib/flow`,
  ),
);

/** Who may import whom: see CONTRIBUTING. Nothing imports the tools and the tests. */
const ZONES = [
  ...["lib", "nodes", "sandbox"].flatMap((folder) =>
    ["scripts", "bench", "test"].map((tool) => zone(folder, tool, [], `nothing that runs imports ${tool}`)),
  ),
  zone(
    "scripts",
    "test",
    ["node-red.ts", "node-red", "peers.ts"],
    "scripts import only Node-RED's host of the tests",
  ),
  zone("lib", "nodes", [], "nodes import lib, never the other way round"),
  zone("lib", "sandbox", [], "the sandbox stands in for the service; lib does not know it"),
  zone("nodes", "sandbox", [], "the sandbox stands in for the service; nodes do not know it"),
  zone("nodes", "lib", ["flow", "schema"], "nodes import lib/flow and lib/schema"),
  zone("sandbox", "lib", [], "the sandbox is written from the API reference and imports nothing of lib"),
  zone("sandbox", "nodes", [], "the sandbox is written from the API reference and imports nothing of nodes"),
  zone("lib/schema", "lib", ["schema"], "lib/schema imports nothing"),
  zone("lib/timers", "lib", ["timers"], "lib/timers imports nothing"),
  zone("lib/promises", "lib", ["promises"], "lib/promises imports nothing"),
  zone("lib/api", "lib", ["api", "timers", "promises"], "lib/api imports only lib/timers and lib/promises"),
  zone(
    "lib/audio",
    "lib",
    ["audio", "timers", "promises"],
    "lib/audio imports only lib/timers and lib/promises",
  ),
  zone("lib/editor", "lib", ["editor", "schema"], "lib/editor imports only lib/schema"),
  zone("lib/flow", "lib/editor", [], "lib/editor runs in browsers"),
  zone("lib/flow", "lib/api", ["index.ts"], "lib/flow imports lib/api through its index"),
  zone("lib/flow", "lib/audio", ["index.ts"], "lib/flow imports lib/audio through its index"),
  ...flowZones,
];

/** Node-RED, which only lib/flow and nodes know. */
const NODE_RED = {
  group: ["node-red", "node-red/*", "@node-red/*"],
  message: "only lib/flow and nodes know Node-RED",
};

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
    files: ["**/*.ts", "**/*.mjs"],
    plugins: { "import-x": importX },
    settings: {
      "import-x/resolver-next": [createTypeScriptImportResolver({ project: "./tsconfig.json" })],
      "import-x/parsers": { "@typescript-eslint/parser": [".ts"], espree: [".mjs"] },
    },
    rules: {
      "import-x/no-cycle": ["error", { ignoreExternal: true }],
      "import-x/no-restricted-paths": ["error", { basePath: import.meta.dirname, zones: ZONES }],
      "import-x/no-unresolved": "error",
    },
  },
  {
    // Its packages are installed apart from the project's.
    files: ["scripts/mutation/**"],
    rules: { "import-x/no-unresolved": "off" },
  },
  {
    files: ["lib/{schema,api,audio,editor,timers}/**/*.ts", "sandbox/**/*.ts"],
    rules: { "no-restricted-imports": ["error", { patterns: [NODE_RED] }] },
  },
  {
    files: ["lib/**/*.ts"],
    ignores: ["lib/editor/**", "lib/timers/**"],
    rules: {
      // A promise that is only marked with `void` still ends the process when it is rejected.
      "@typescript-eslint/no-floating-promises": ["error", { ignoreVoid: false }],
      "no-restricted-globals": [
        "error",
        ...["setTimeout", "setInterval"].map((name) => ({ name, message: TIMERS })),
      ],
      "no-restricted-properties": [
        "error",
        { object: "AbortSignal", property: "timeout", message: TIMERS },
        { property: "httpAdmin", message: "admin routes are registered with adminRoute (lib/flow/admin)" },
      ],
      "@typescript-eslint/no-restricted-imports": [
        "error",
        { patterns: [{ regex: "^(node:)?timers", message: TIMERS }] },
      ],
    },
  },
  { files: ["test/**/*.ts"], rules: { "max-lines-per-function": "off", "max-lines": "off" } },
  { files: ["**/*.mjs"], languageOptions: { globals: globals.node } },
  { files: [".*.js"], languageOptions: { sourceType: "commonjs", globals: globals.node } },
  {
    files: ["test/brokers/stand-in/*.js"],
    languageOptions: { globals: globals.node, sourceType: "commonjs" },
  },
);
