/** Routes for content templates. */
import type { FastifyInstance } from "fastify";
import { notFound } from "../errors";
import { page } from "../page";
import { fields, requiredText, text } from "../read";
import { newTemplate, readContents, type Template } from "../state/template";
import type { World } from "../world";

interface TemplatePath {
  Params: { id: string };
}

/** Content templates, API reference G. */
export function templateRoutes(app: FastifyInstance, { templates, account }: World): void {
  const find = (id: string): Template => {
    const template = templates.get(id);
    if (!template) throw notFound("RESOURCE_NOT_FOUND", "Template not found");
    return template;
  };

  app.post("/api/template", ({ body }) => {
    const name = requiredText(fields(body), "name");
    const template = newTemplate(name, account.userId, readContents(body));
    templates.set(template.id, template);
    return { status: 200, message: "OK", data: template };
  });

  app.get("/api/template", ({ query }) => {
    const fromLibrary = text(fields(query), "from") === "library";
    const own = fromLibrary ? [] : [...templates.values()].reverse();
    return { status: 200, message: "OK", data: page(own, query) };
  });

  app.get<TemplatePath>("/api/template/:id", ({ params }) => ({
    status: 200,
    message: "OK",
    data: find(params.id),
  }));

  // The body is checked before the template is looked for; a description that is left out is erased. API reference G.2.
  app.post<TemplatePath>("/api/template/:id", ({ params, body }) => {
    const parts = readContents(body);
    const template = find(params.id);
    Object.assign(template, parts, { name: text(fields(body), "name") || template.name });
    return { status: 200 };
  });

  app.delete<TemplatePath>("/api/template/:id", ({ params }) => {
    templates.delete(find(params.id).id);
    return { status: 200 };
  });
}
