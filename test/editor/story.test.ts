/** From the palette to a deployed node, as a person would do it the first time. */
import assert from "node:assert/strict";
import { styleIds, voiceIds } from "../../sandbox";
import type { FlowNode } from "../node-red";
import { nodeRed4, nodeRed5, type Peer } from "../peers";
import { setStage, type Stage } from "./stage";

const EDITIONS: readonly { name: string; label: string; peer: () => Peer; colorScheme: "light" | "dark" }[] =
  [
    { name: "Node-RED 4.1", label: "4.1", peer: nodeRed4, colorScheme: "light" },
    { name: "Node-RED 5 in the dark", label: "5-dark", peer: nodeRed5, colorScheme: "dark" },
  ];

for (const { name, label, peer, colorScheme } of EDITIONS) {
  describe(`a first flow in the editor of ${name}`, function () {
    this.timeout(90_000);
    let stage: Stage;
    let refused: string;
    let connected: string;
    let voices: string[];
    let styles: string[];
    let account: FlowNode;
    let node: FlowNode;

    before(async () => {
      stage = await setStage({ peer: peer(), label, colorScheme, sliding: true });
      const { editor, sandbox } = stage;
      const id = await editor.drag("vocu-speech-stream");
      await editor.open(id);
      await editor.addAccount();
      await editor.page.selectOption("#node-config-input-site", "custom");
      await editor.page.fill("#node-config-input-baseUrl", sandbox.url);
      refused = await testConnection("sk-wrong");
      await editor.screenshot("account-refused");
      connected = await testConnection(sandbox.apiKey);
      await editor.screenshot("account-connected");
      await editor.done("config");
      await editor.hint("voiceId").filter({ hasText: "6 voices" }).waitFor();
      voices = await editor.list("voiceId");
      await editor.screenshot("voices");
      await editor.pick("Ada");
      await editor.hint("promptId").filter({ hasText: "3 styles" }).waitFor();
      styles = await editor.list("promptId");
      await editor.pick("Lively");
      await editor.screenshot("speech-stream");
      await editor.done("node");
      await editor.deploy();
      await editor.screenshot("deployed");
      const flows = await editor.flows();
      account = flows.find(({ type }) => type === "vocu-account") ?? assert.fail("no account");
      node = flows.find((each) => each.id === id) ?? assert.fail("no node");
    });
    after(() => stage.close());

    async function testConnection(key: string): Promise<string> {
      const { editor } = stage;
      await editor.page.fill("#node-config-input-apiKey", key);
      const answered = editor.page.waitForResponse((response) => response.url().endsWith("/vocu/account"));
      await editor.page.click(".vocu-test button");
      await answered;
      const hint = editor.hint("vocu-test");
      await hint.locator(".fa-check, .fa-exclamation-circle").waitFor();
      return hint.innerText();
    }

    it("refuses a wrong key in words before anything is deployed", () => {
      assert.match(refused, /^The API key is not accepted\./);
    });

    it("connects with the right key before anything is deployed", () => {
      assert.match(connected, /^Connected as Sandbox · paid plan · 100,000 credits$/);
    });

    it("offers the voices of the account by name, bought ones too", () => {
      assert.deepEqual(voices, ["Ada", "Klaus", "Miles", "Vera (preview)", "明月", "Harbour Radio"]);
    });

    it("offers the styles of the chosen voice, the default one first", () => {
      assert.equal(styles.length, 3);
      assert.deepEqual(styles.slice(1), ["Warm", "Lively"]);
    });

    it("deploys the voice and the style that were picked", () => {
      const { voiceId, voiceIdType, promptId, promptIdType } = node;
      assert.deepEqual(
        { voiceId, voiceIdType, promptId, promptIdType },
        { voiceId: voiceIds.english, voiceIdType: "str", promptId: styleIds.lively, promptIdType: "str" },
      );
    });

    it("leaves every other optional input blank, with the type of a literal", () => {
      const { preset, speechRate, speechRateType, vivid, vividType, emo_switch, emo_switchType } = node;
      assert.deepEqual(
        { preset, speechRate, speechRateType, vivid, vividType, emo_switch, emo_switchType },
        {
          preset: "",
          speechRate: "",
          speechRateType: "num",
          vivid: "",
          vividType: "bool",
          emo_switch: "",
          emo_switchType: "json",
        },
      );
    });

    it("reads the text from the payload", () => {
      assert.deepEqual([node.text, node.textType], ["payload", "msg"]);
    });

    it("deploys the account's site and address", () => {
      assert.deepEqual([account.site, account.baseUrl], ["custom", stage.sandbox.url]);
    });

    it("keeps the key out of the flow", async () => {
      assert.ok(!JSON.stringify(await stage.editor.flows()).includes(stage.sandbox.apiKey));
    });

    it("counts the node as sound", async () => {
      assert.deepEqual(await stage.editor.complaints(node.id), []);
    });

    it("shows the same again when the dialog is opened again", async () => {
      const { editor } = stage;
      await editor.open(node.id);
      await editor.hint("voiceId").filter({ hasText: "Calm British reading voice" }).waitFor();
      assert.equal(await editor.combobox("voiceId").inputValue(), "Ada");
      assert.equal(await editor.combobox("promptId").inputValue(), "Lively");
      assert.deepEqual(await editor.held("voiceId"), { type: "str", value: voiceIds.english });
      await editor.done("node");
    });

    it("tests the deployed account without the key being typed again", async () => {
      const { editor } = stage;
      await editor.open(node.id);
      await editor.editAccount();
      await editor.page.click(".vocu-test button");
      await editor.hint("vocu-test").filter({ hasText: "Connected as Sandbox" }).waitFor();
      assert.equal(await editor.page.inputValue("#node-config-input-apiKey"), "__PWRD__");
      await editor.done("config");
      await editor.done("node");
    });

    it("speaks what was deployed", async () => {
      const { nodeRed } = stage;
      const place = { z: node.z, x: 100, y: 100 };
      const button = {
        ...place,
        id: "button",
        type: "inject",
        props: [{ p: "payload" }],
        payload: "Good evening.",
      };
      const end = { ...place, id: "end", type: "debug", active: false, wires: [] };
      const flows = (await stage.editor.flows()).map((each) =>
        each.id === node.id ? { ...each, wires: [["end"], []] } : each,
      );
      await nodeRed.deploy([...flows, { ...button, payloadType: "str", wires: [[node.id]] }, end]);
      await nodeRed.inject("button");
      const last = await nodeRed.waitFor(
        "end",
        ({ parts }) => (parts as { count?: number }).count !== undefined,
      );
      assert.ok(Buffer.isBuffer(last.payload));
    });
  });
}
