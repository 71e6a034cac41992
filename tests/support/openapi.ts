/**
 * The description of the HTTP side, held against what the server answers.
 *
 * @module
 */

import { Ajv2020 } from "ajv/dist/2020.js";
import addFormats from "ajv-formats";

/** The parts of a description that are looked at here. */
export interface Description {
  paths: Record<string, Record<string, Operation>>;
  components: { schemas: Record<string, unknown> };
}

/** A method of a path. */
interface Operation {
  responses: Record<string, Answer>;
}

/** One way in which it is answered. */
interface Answer {
  headers?: Record<string, { required?: boolean }>;
  content?: Record<string, { schema: object }>;
}

/** Says of answers whether they are as described, and remembers which have been seen. */
export class DescriptionCheck {
  readonly #description: Description;
  readonly #ajv = new Ajv2020({ strictTypes: false, validateFormats: true });
  readonly #seen = new Set<string>();

  constructor(description: Description) {
    this.#description = description;
    (addFormats as unknown as typeof addFormats.default)(this.#ajv);
    this.#ajv.addKeyword("components");
    this.#ajv.addSchema({ $id: "openapi", components: description.components });
  }

  /** All ways of answering that are described, as `GET /healthz 200`. */
  get described(): string[] {
    return Object.entries(this.#description.paths).flatMap(([path, methods]) =>
      Object.entries(methods).filter(([method]) => method !== "parameters").flatMap(
        ([method, { responses }]) =>
          Object.keys(responses).map((status) => `${method.toUpperCase()} ${path} ${status}`),
      )
    );
  }

  /** Those that no answer has been for. */
  get unseen(): string[] {
    return this.described.filter((answer) => !this.#seen.has(answer));
  }

  /** What is wrong with an answer; reads its body unless that is video. */
  async check(path: string, method: string, response: Response): Promise<string[]> {
    const name = `${method} ${path} ${response.status}`;
    const answer = this.#description.paths[path]?.[method.toLowerCase()]
      ?.responses[response.status];
    if (!answer) return [`${name} is not described`];
    this.#seen.add(name);
    const missing = Object.entries(answer.headers ?? {})
      .filter(([header, { required }]) => required && !response.headers.has(header))
      .map(([header]) => `${name} has no ${header}`);
    return [...missing, ...await this.#checkBody(name, answer, response)];
  }

  async #checkBody(name: string, { content }: Answer, response: Response): Promise<string[]> {
    const [type = ""] = (response.headers.get("content-type") ?? "").split(";");
    if (!content || name.startsWith("HEAD")) {
      const body = await response.text();
      return body === "" ? [] : [`${name} has a body: ${body}`];
    }
    const media = content[type];
    if (!media) return [`${name} is ${type}, not ${Object.keys(content)}`];
    if (type === "video/x-flv") return [];
    const text = await response.text();
    const { $ref, ...rest } = media.schema as { $ref?: string };
    const schema = { ...rest, ...$ref !== undefined && { $ref: `openapi${$ref}` } };
    const validate = this.#ajv.compile(withAbsoluteRefs(schema));
    if (validate(type === "application/json" ? JSON.parse(text) : text)) return [];
    return [`${name}: ${this.#ajv.errorsText(validate.errors)} in ${text}`];
  }
}

/** The schema with references that lead into the description from outside of it. */
function withAbsoluteRefs(schema: object): object {
  return JSON.parse(JSON.stringify(schema).replaceAll('"#/', '"openapi#/'));
}
