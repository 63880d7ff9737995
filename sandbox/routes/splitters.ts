/** Routes for splitter configurations. */
import type { FastifyInstance } from "fastify";
import { notFound } from "../errors";
import { page } from "../page";
import { fields } from "../read";
import { changeSplitter, newSplitter, type Splitter } from "../state/splitter";
import type { World } from "../world";

const MOST_PER_PAGE = 50;

interface SplitterPath {
  Params: { id: string };
}

/** Splitter configurations, API reference H. */
export function splitterRoutes(app: FastifyInstance, { splitters }: World): void {
  const find = (id: string): Splitter => {
    const splitter = splitters.get(id);
    if (!splitter) throw notFound("RESOURCE_NOT_FOUND", "Splitter not found");
    return splitter;
  };

  app.get("/api/splitter", ({ query }) => {
    const all = [...splitters.values()].reverse();
    return { status: 200, message: "OK", data: page(all, query, MOST_PER_PAGE), total: all.length };
  });

  app.post("/api/splitter", ({ body }) => {
    const splitter = newSplitter(fields(body));
    splitters.set(splitter.id, splitter);
    return { status: 200, message: "OK", data: splitter };
  });

  app.get<SplitterPath>("/api/splitter/:id", ({ params }) => ({
    status: 200,
    message: "OK",
    data: find(params.id),
  }));

  app.post<SplitterPath>("/api/splitter/:id", ({ params, body }) => {
    const splitter = find(params.id);
    changeSplitter(splitter, fields(body));
    return { status: 200, message: "OK", data: splitter };
  });

  app.delete<SplitterPath>("/api/splitter/:id", ({ params }) => {
    splitters.delete(find(params.id).id);
    return { status: 200 };
  });
}
