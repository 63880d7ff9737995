/** Whether an account has a key: the editor does not know what is stored, so it asks. */
import { UNTOUCHED } from "./admin-api";
import { elementOf } from "./fields";
import type { EditorNode } from "./red-types";
import { word } from "./words";

const TYPE = "vocu-account";

/** What the runtime said, by account id. */
const stored = new Map<string, boolean>();

/** Asks for each account that appears, and for all of them after a deploy. */
export function watchKeys(): void {
  RED.events.on("nodes:add", (node: EditorNode) => {
    // The editor still knows the key of an account that was just made, and of one whose deletion was undone.
    if (node.type === TYPE) setTimeout(() => void find(node));
  });
  RED.events.on("deploy", () => {
    RED.nodes.eachConfig((node) => {
      if (node.type === TYPE) void find(node);
    });
  });
}

async function find(node: EditorNode): Promise<void> {
  let has: boolean;
  try {
    const answer: unknown = await $.getJSON(`credentials/${TYPE}/${node.id}`);
    has = (answer as { has_apiKey?: unknown }).has_apiKey === true;
  } catch {
    return;
  }
  const news = stored.get(node.id) !== has;
  stored.set(node.id, has);
  if (news) validateUsers(node);
}

/** An account without a key makes the nodes that use it invalid, too. */
function validateUsers(node: EditorNode): void {
  RED.editor.validateNode(node);
  RED.nodes.eachNode((user) => {
    if (user.account === node.id) RED.editor.validateNode(user);
  });
  RED.view.redraw();
}

/** Node-RED's validator for the account as a whole: true, or that the key is missing. Not known counts as there. */
export function validateKey(node: EditorNode): true | string {
  const typed = node.credentials?.apiKey;
  if (typeof typed === "string" && typed !== "") return true;
  const has = typed === undefined ? (node.credentials?.has_apiKey ?? stored.get(node.id)) : false;
  return has === false ? word("errors.NO_API_KEY") : true;
}

/** What is wrong with the key of an open dialog. */
export function keyProblem(node: EditorNode): string | undefined {
  const typed = elementOf(node, "apiKey").val();
  if (typed === UNTOUCHED || (typeof typed === "string" && typed.trim() !== "")) return undefined;
  return word("errors.INPUT_MISSING", { label: word("dialog.apiKey") });
}
