/** Tells open editors to reload, by server-sent events. */
import { once } from "node:events";
import { createServer, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

export class ReloadServer {
  readonly #editors = new Set<ServerResponse>();

  private constructor(
    private readonly server: Server,
    /** Address of the events. */
    readonly url: string,
  ) {}

  /** Listens on any free port of this machine only. */
  static async open(): Promise<ReloadServer> {
    const server = createServer();
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    const { port } = server.address() as AddressInfo;
    const reload = new ReloadServer(server, `http://127.0.0.1:${port}/`);
    server.on("request", (_request, response) => {
      reload.#add(response);
    });
    return reload;
  }

  /** Sends every open editor the event. */
  tellEditors(): void {
    for (const editor of this.#editors) editor.write("data: reload\n\n");
  }

  async close(): Promise<void> {
    const closed = once(this.server, "close");
    this.server.close();
    this.server.closeAllConnections();
    await closed;
  }

  #add(response: ServerResponse): void {
    response.writeHead(200, { "content-type": "text/event-stream", "access-control-allow-origin": "*" });
    response.flushHeaders();
    this.#editors.add(response);
    response.on("close", () => this.#editors.delete(response));
  }
}

/** The script for the editor's page: reloads it, unless changes would be lost. */
export const reloadScript = (
  url: string,
): string => `new EventSource(${JSON.stringify(url)}).onmessage = function () {
  if (RED.nodes.dirty()) RED.notify("The nodes were built again. Deploy your changes and reload the page.", "warning");
  else location.reload();
};
`;
