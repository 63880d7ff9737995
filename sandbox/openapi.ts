/** Reads `openapi.yaml` and checks requests, replies and values against it. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import Ajv, { type ValidateFunction } from "ajv/dist/2020";
import addFormats from "ajv-formats";
import { parse } from "yaml";
import { closed } from "./closed-schema";
import type { Edition } from "./options";
import { fields, text, type Fields } from "./read";

/** One operation of the document. */
export interface Operation {
  id: string;
  method: string;
  /** Path template, e.g. `/api/voice/{id}`. */
  path: string;
  /** First of its tags. */
  tag: string;
  definition: Fields;
}

const METHODS = ["get", "post", "put", "patch", "delete"];
const SHORT_LANGUAGES: Record<string, string> = { "en-us": "en", "fr-fr": "fr" };

interface Parameter {
  name: string;
  in: string;
  required?: boolean;
  schema: Fields;
}

const FILE = join(__dirname, "openapi.yaml");

/** Resolves a `$ref`; undefined if its target does not exist. */
function pointer(document: Fields, ref: string): Fields | undefined {
  let found: unknown = ref.startsWith("#/") ? document : undefined;
  for (const part of ref.slice(2).split("/")) {
    found = fields(found)[part.replaceAll("~1", "/").replaceAll("~0", "~")];
  }
  return typeof found === "object" && found !== null ? fields(found) : undefined;
}

/** Every `$ref` of the document without a target, with the path of its key. */
function danglingReferences(document: Fields, at: unknown = document, path = "#"): string[] {
  if (typeof at !== "object" || at === null) return [];
  return Object.entries(at).flatMap(([key, value]) => {
    const here = `${path}/${key.replaceAll("~", "~0").replaceAll("/", "~1")}`;
    if (key !== "$ref" || typeof value !== "string") return danglingReferences(document, value, here);
    return pointer(document, value) ? [] : [`${here} refers to ${value}, which does not exist`];
  });
}

/**
 * Reads the document and follows every `$ref` once, so that a wrong one fails here and not in some later request.
 * @throws Error that names the file, the key and the remedy.
 */
export function readDocument(file = FILE): Fields {
  let document: Fields;
  try {
    document = fields(parse(readFileSync(file, "utf8")));
  } catch (error) {
    throw new Error(`${file} cannot be read: ${(error as Error).message}`, { cause: error });
  }
  const dangling = danglingReferences(document);
  if (dangling.length > 0) {
    throw new Error(`${file}: ${dangling.join("; ")}. Correct the $ref or add what it names.`);
  }
  return document;
}

const read = new Map<Edition, OpenApi>();

/** The document for an edition; read once in a process. */
export function openApiFor(edition: Edition): OpenApi {
  const known = read.get(edition) ?? new OpenApi(edition);
  read.set(edition, known);
  return known;
}

/** The OpenAPI document of the API, with checks of requests and replies. */
export class OpenApi {
  readonly operations: Operation[];
  readonly #document: Fields;
  readonly #ajv: Ajv;
  readonly #compiled = new Map<string, ValidateFunction>();
  readonly #routes: { operation: Operation; pattern: RegExp }[];

  constructor(edition: Edition) {
    this.#document = readDocument();
    if (edition === "2025") this.#shortenLanguages();
    this.#ajv = new Ajv({ strict: false, allErrors: true, coerceTypes: false });
    addFormats(this.#ajv);
    this.operations = Object.entries(fields(this.#document["paths"])).flatMap(([path, item]) =>
      METHODS.filter((method) => method in fields(item)).map((method) => {
        const definition = fields(fields(item)[method]);
        const shared = fields(item)["parameters"];
        return {
          id: text(definition, "operationId") ?? "",
          method: method.toUpperCase(),
          path,
          tag: String((definition["tags"] as unknown[])[0]),
          definition: { shared, ...definition },
        };
      }),
    );
    this.#routes = this.operations.map((operation) => ({
      operation,
      pattern: new RegExp(`^${operation.path.replaceAll(".", "\\.").replace(/\{\w+\}/g, "[^/]+")}$`),
    }));
  }

  /** The operation behind a request; the deprecated alias /api/tts/voice counts as /api/voice. API reference C. */
  find(method: string, path: string): Operation | undefined {
    const canonical = path.replace(/^\/api\/tts\/voice(?=\/|$)/, "/api/voice");
    const wanted = method === "HEAD" ? "GET" : method;
    const candidates = this.#routes.filter(
      ({ operation, pattern }) => operation.method === wanted && pattern.test(canonical),
    );
    return (candidates.find(({ operation }) => operation.path === canonical) ?? candidates[0])?.operation;
  }

  /** Describes the faults of a request's query and body; empty if there are none. */
  checkRequest(
    operation: Operation,
    query: Record<string, string>,
    body: unknown,
    contentType: string,
  ): string[] {
    return [...this.#checkQuery(operation, query), ...this.#checkBody(operation, body, contentType)];
  }

  /** Describes the faults of a JSON reply. */
  checkReply(operation: Operation, status: number, body: unknown): string[] {
    const responses = fields(operation.definition["responses"]);
    const response = this.#follow(fields(responses[String(status)] ?? responses["default"]));
    if (!("description" in response)) return [`reply ${status} is not documented`];
    const schema = fields(fields(response["content"])["application/json"])["schema"];
    if (schema === undefined) return [`reply ${status} is not documented as JSON`];
    const listed = this.errorCodes(operation, status);
    const code = text(fields(body), "code");
    const unlisted = listed && code !== undefined && !listed.includes(code);
    return [
      ...this.#errors(
        `${operation.id} ${status}`,
        "reply",
        () => closed(fields(schema), this.#resolve, false),
        body,
      ),
      ...(unlisted ? [`code ${code} is not listed for ${status}`] : []),
    ];
  }

  /** The error codes that an operation lists for a status; undefined if it lists none. API reference D.1, D.4. */
  errorCodes(operation: Operation | undefined, status: number): string[] | undefined {
    const listed = fields(operation?.definition["x-error-codes"])[String(status)];
    return Array.isArray(listed) ? listed.map(String) : undefined;
  }

  /** Describes the faults of a value of one of the document's schemas; with `exact`, including unknown properties. */
  checkSchema(name: string, value: unknown, exact = false): string[] {
    const schema = () => closed(this.#resolve(`#/components/schemas/${name}`), this.#resolve, exact);
    return this.#errors(`schema ${name} ${String(exact)}`, name, schema, value);
  }

  #checkQuery(operation: Operation, query: Record<string, string>): string[] {
    const declared = [operation.definition["shared"], operation.definition["parameters"]]
      .flatMap((list): unknown[] => (Array.isArray(list) ? list : []))
      .map((parameter) => this.#follow(fields(parameter)) as unknown as Parameter)
      .filter((parameter) => parameter.in === "query");
    const tokenAllowed = JSON.stringify(operation.definition["security"] ?? []).includes("queryToken");
    const problems: string[] = [];
    for (const [name, value] of Object.entries(query)) {
      const parameter = declared.find((each) => each.name === name);
      if (parameter) {
        const key = `${operation.id} query ${name}`;
        problems.push(
          ...this.#errors(key, `query ${name}`, () => this.#inline(parameter.schema), value, true),
        );
      } else if (!(name === "token" && tokenAllowed)) {
        problems.push(`query ${name} is unknown`);
      }
    }
    for (const { name, required } of declared) {
      if (required && !(name in query)) problems.push(`query ${name} is missing`);
    }
    return problems;
  }

  #checkBody(operation: Operation, body: unknown, contentType: string): string[] {
    const requestBody = fields(operation.definition["requestBody"]);
    if (body === undefined || body === null)
      return requestBody["required"] === true ? ["body is missing"] : [];
    const media = contentType.split(";")[0]?.trim() ?? "";
    const schema = fields(fields(requestBody["content"])[media])["schema"];
    if (schema === undefined) {
      const empty = typeof body === "object" && Object.keys(body).length === 0;
      return empty && !("content" in requestBody) ? [] : [`body of type ${media} is not documented`];
    }
    return this.#errors(
      `${operation.id} ${media}`,
      "body",
      () => closed(fields(schema), this.#resolve, true),
      body,
    );
  }

  #errors(key: string, where: string, schema: () => Fields, value: unknown, fromText = false): string[] {
    let validate = this.#compiled.get(key);
    if (!validate) {
      validate = this.#ajv.compile(schema());
      this.#compiled.set(key, validate);
    }
    const readings = fromText ? readText(value) : [value];
    for (const reading of readings) if (validate(reading)) return [];
    return (validate.errors ?? []).map(
      (error) =>
        `${where}${error.instancePath} ${error.message ?? "is wrong"} ${JSON.stringify(error.params)}`,
    );
  }

  readonly #resolve = (ref: string): Fields => {
    const found = pointer(this.#document, ref);
    if (!found) throw new Error(`${FILE}: there is no ${ref}. Correct the name or add what it names.`);
    return found;
  };

  #inline(schema: Fields): Fields {
    return closed(schema, this.#resolve, false);
  }

  #follow(object: Fields): Fields {
    const ref = text(object, "$ref");
    return ref === undefined ? object : this.#resolve(ref);
  }

  #shortenLanguages(): void {
    for (const name of ["SampleLanguage", "SynthesisLanguage"]) {
      const schema = this.#resolve(`#/components/schemas/${name}`);
      schema["enum"] = (schema["enum"] as string[]).map((code) => SHORT_LANGUAGES[code] ?? code);
    }
  }
}

/** The values a query's text may stand for: itself, a number, a boolean (also as 1 and 0). */
function readText(value: unknown): unknown[] {
  const readings: unknown[] = [value];
  if (value === "true" || value === "1") readings.unshift(true);
  if (value === "false" || value === "0") readings.unshift(false);
  if (typeof value === "string" && value.trim() !== "" && Number.isFinite(Number(value)))
    readings.unshift(Number(value));
  return readings;
}
