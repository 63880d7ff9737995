/** Nodes of other packages that examples use: which package has them, and what stands in for them where it is not loaded. */
import type { Node, NodeAPI, NodeDef, NodeInitializer } from "node-red";

/** Node types of other packages, and the package to install for each. */
export const FOREIGN: Readonly<Record<string, string>> = {
  "amqp-broker": "@frankvdb/node-red-contrib-amqp",
  "amqp-in": "@frankvdb/node-red-contrib-amqp",
  "amqp-in-manual-ack": "@frankvdb/node-red-contrib-amqp",
  "amqp-out": "@frankvdb/node-red-contrib-amqp",
  "api-call-service": "node-red-contrib-home-assistant-websocket",
  "sonos-universal": "node-red-contrib-sonos-plus",
  "castv2-sender": "node-red-contrib-castv2",
  "telegram sender": "node-red-contrib-telegrambot",
  "ui-audio": "@flowfuse/node-red-dashboard",
  "ui-base": "@flowfuse/node-red-dashboard",
  "ui-group": "@flowfuse/node-red-dashboard",
  "ui-page": "@flowfuse/node-red-dashboard",
  "ui-theme": "@flowfuse/node-red-dashboard",
};

/** A module that registers a type whose nodes take messages and send none: a test looks at what they got. */
export function standIn(type: string): NodeInitializer {
  return (RED: NodeAPI) => {
    RED.nodes.registerType(type, function (this: Node, config: NodeDef) {
      RED.nodes.createNode(this, config);
      this.on("input", (_msg, _send, done) => done());
    });
  };
}
