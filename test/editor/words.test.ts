/** The runtime's words: errors name fields as the dialog does. */
import assert from "node:assert/strict";
import { startNodeRed, type FlowNode, type NodeRed } from "../node-red";

const FLOW: FlowNode[] = [
  { id: "tab", type: "tab", label: "Flow" },
  { id: "account", type: "vocu-account", site: "vocu.ai" },
  {
    id: "speech",
    type: "vocu-speech-stream",
    z: "tab",
    x: 300,
    y: 100,
    account: "account",
    voiceId: "",
    voiceIdType: "str",
    wires: [[], []],
  },
  { id: "button", type: "inject", z: "tab", x: 100, y: 100, props: [], payload: "", wires: [["speech"]] },
  { id: "catch", type: "catch", z: "tab", x: 100, y: 200, scope: null, wires: [["end"]] },
  { id: "end", type: "debug", z: "tab", x: 300, y: 200, active: false, wires: [] },
];

describe("the words of the runtime", function () {
  this.timeout(60_000);
  let nodeRed: NodeRed;

  before(async () => {
    nodeRed = await startNodeRed({ flows: FLOW, credentials: { account: { apiKey: "sk-any" } } });
  });
  beforeEach(() => {
    nodeRed.forget();
  });
  after(() => nodeRed.stop());

  for (const { language, sentence } of [
    { language: "en-US", sentence: "“Text” is missing." },
    { language: "zh-CN", sentence: "缺少“文本”。" },
    { language: "zh-TW", sentence: "缺少「文字」。" },
    { language: "ja", sentence: "「テキスト」が指定されていません。" },
    { language: "ko", sentence: "“텍스트” 값이 없습니다." },
    { language: "ru", sentence: "Не указано: «Текст»." },
    { language: "de", sentence: "„Text“ fehlt." },
    { language: "es-ES", sentence: "Falta «Texto»." },
    { language: "fr", sentence: "«\u00a0Texte\u00a0» est manquant." },
    { language: "pt-BR", sentence: "“Texto” está faltando." },
  ]) {
    it(`an error in ${language} names the field by its label`, async () => {
      await nodeRed.speak(language);
      await nodeRed.inject("button");
      const { error } = await nodeRed.waitFor("end");
      assert.equal((error as { message: string }).message, sentence);
    });
  }

  it("are those of the language that Node-RED was started with", async () => {
    const chinese = await startNodeRed({
      language: "zh-CN",
      flows: FLOW,
      credentials: { account: { apiKey: "sk-any" } },
    });
    try {
      await chinese.inject("button");
      const { error } = await chinese.waitFor("end");
      assert.equal((error as { message: string }).message, "缺少“文本”。");
    } finally {
      await chinese.stop();
    }
  });
});
