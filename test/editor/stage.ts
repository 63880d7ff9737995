/** A sandbox, a Node-RED and a person's browser in front of it. */
import assert from "node:assert/strict";
import { startNodeRed, type NodeRed, type NodeRedOptions } from "../node-red";
import { startSandbox, type Sandbox } from "../../sandbox";
import { openEditor, type Editor, type EditorOptions } from "./editor";

export interface Stage {
  readonly sandbox: Sandbox;
  readonly nodeRed: NodeRed;
  readonly editor: Editor;
  /** Ends everything. @throws AssertionError when the page complained about anything, or the API's description was broken */
  close(): Promise<void>;
}

/** Sets the stage; `options` say which Node-RED and how the person likes it. */
export async function setStage(options: NodeRedOptions & Omit<EditorOptions, "url"> = {}): Promise<Stage> {
  const [sandbox, nodeRed] = await Promise.all([startSandbox(), startNodeRed(options)]);
  const end = async (): Promise<void> => {
    await Promise.all([nodeRed.stop(), sandbox.close()]);
    assert.deepEqual(sandbox.violations, []);
  };
  try {
    const editor = await openEditor({ ...options, url: nodeRed.url });
    return { sandbox, nodeRed, editor, close: () => editor.close().finally(end) };
  } catch (error) {
    await end();
    throw error;
  }
}
