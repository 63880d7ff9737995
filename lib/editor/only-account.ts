/** A node that was just placed or imported without an account takes the only one there is; a first account is taken by all. */
import { hasSpec, specOf } from "./spec";
import type { EditableNode, EditorNode } from "./red-types";

/** Watches for new nodes. Nodes of the flows that are merely being loaded stay as they are. */
export function takeOnlyAccount(): void {
  const fresh: EditorNode[] = [];
  RED.events.on("nodes:add", (node: EditorNode) => {
    if (!hasSpec(node.type)) return;
    // An import raises the event before all its nodes are there.
    if (fresh.push(node) === 1) setTimeout(() => settle(fresh.splice(0)));
  });
}

function settle(fresh: readonly EditorNode[]): void {
  const added = fresh.filter((node) => node.changed === true);
  const account = onlyAccount();
  if (account === undefined || added.length === 0) return;
  const takers = added.some(({ id }) => id === account) ? allNodes() : added;
  for (const node of takers) take(node, account);
  RED.view.redraw();
}

function onlyAccount(): string | undefined {
  const accounts: string[] = [];
  RED.nodes.eachConfig((node) => {
    if (node.type === "vocu-account") accounts.push(node.id);
  });
  return accounts.length === 1 ? accounts[0] : undefined;
}

function allNodes(): EditorNode[] {
  const nodes: EditorNode[] = [];
  RED.nodes.eachNode((node) => {
    if (hasSpec(node.type)) nodes.push(node);
  });
  return nodes;
}

/** Gives a node the account, unless it has one or needs none. A dialog that is open shows its own choice. */
function take(node: EditorNode, account: string): void {
  const { account: wanted } = specOf(node.type);
  const given = typeof node.account === "string" ? node.account : "";
  if (wanted !== true || (given !== "" && RED.nodes.node(given)) || RED.editor.getEditStack().includes(node))
    return;
  Object.assign(node as unknown as EditableNode, { account, changed: true, dirty: true });
  RED.nodes.updateConfigNodeUsers(node, { action: "add" });
  RED.editor.validateNode(node);
}
