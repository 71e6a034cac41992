/**
 * Functions that build parts of the OpenAPI description.
 *
 * @module
 */

/** A part of the description (OpenAPI 3.1; schemas are JSON Schema 2020-12). */
export type Part = { readonly [name: string]: unknown };

/** A reference to a schema among the components. */
export function ref(name: string): Part {
  return { $ref: `#/components/schemas/${name}` };
}

/** The schema of an object with exactly these members; all but the `optional` ones are required. */
export function object(properties: Record<string, Part>, ...optional: string[]): Part {
  const required = Object.keys(properties).filter((name) => !optional.includes(name));
  return { type: "object", properties, required, additionalProperties: false };
}

/** The schema of a list. */
export function list(items: Part): Part {
  return { type: "array", items };
}

/** The schema of a string. */
export function text(description: string, more: Part = {}): Part {
  return { type: "string", description, ...more };
}

/** The schema of a count. */
export function count(description: string): Part {
  return { type: "integer", minimum: 0, description };
}

/** A response with a JSON body. */
export function json(description: string, schema: Part, headers: Part = {}): Part {
  return { description, headers, content: { "application/json": { schema } } };
}

/** The `Location` header of what was created. */
export const LOCATION: Part = {
  Location: { description: "Where it is ended.", schema: { type: "string" } },
};

const STATUS_TEXT: Readonly<Record<number, string>> = {
  400: "The request makes no sense, or what was sent is broken.",
  401: "The token or key is missing or wrong.",
  403:
    "It is not allowed: a page of another site asks, or what is asked for is not served here, or leads where only the token may.",
  404: "Not found.",
  405: "The method is not for this; `Allow` has those that are.",
  408: "The body did not arrive in time.",
  409:
    "It cannot be now: there is one already, it is ended from the server, it is turned off, or Deno does not permit it.",
  413: "The body is too large.",
  415: "The body is not sent as `application/json`.",
  429: "Too many requests with a wrong token; `Retry-After` says for how many seconds to wait.",
  500: "Internal server error.",
  503: "The server is shutting down.",
  504: "The stream is published, but nothing that can be sent has come in time.",
};

/** The error responses of these statuses. */
export function errors(...statuses: number[]): Part {
  return Object.fromEntries(
    statuses.map((status) => [status, json(STATUS_TEXT[status]!, ref("Error"), HEADERS[status])]),
  );
}

function header(name: string, schema: Part): Part {
  return { [name]: { schema, required: true } };
}

const HEADERS: Readonly<Record<number, Part>> = {
  401: header("WWW-Authenticate", { type: "string" }),
  405: header("Allow", { type: "string" }),
  429: header("Retry-After", { type: "integer", minimum: 1 }),
};

/** The errors of requests that change state: the token is checked first. */
export const WRITE_ERRORS: Part = errors(401, 403, 429);

/** The security of requests that change state: the token, if the server has one. */
export const BY_TOKEN: readonly Part[] = [{ apiToken: [] }, {}];

/** The path parameter `id`. */
export const ID: Part = {
  name: "id",
  in: "path",
  required: true,
  schema: { type: "string" },
};
