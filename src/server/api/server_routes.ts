/**
 * `/api/v1/server`: what publishers and operators have to know of the server itself.
 *
 * @module
 */

import { Hono } from "hono";
import { VERSION } from "../../version.ts";

/** What publishers have to know. */
export interface ServerFacts {
  /** Where RTMP listens. */
  rtmpPort: number;
  /** The only app that is accepted; `null` if all are. */
  app: string | null;
  /** Whether publishers need the stream key. */
  needsKey: boolean;
}

/** What `GET /api/v1/server` answers. It says that there are secrets, and none of them. */
export interface ServerDescription extends ServerFacts {
  version: string;
  /** Whether requests that change state need the API token. */
  needsToken: boolean;
  /** Whether streams can be recorded. */
  canRecord: boolean;
}

/** Routes the question. */
export function serverRoutes(facts: Omit<ServerDescription, "version">): Hono {
  const description: ServerDescription = { version: VERSION, ...facts };
  const routes = new Hono();
  routes.get("/", (context) => context.json(description));
  return routes;
}
