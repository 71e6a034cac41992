/**
 * `/api/v1/server`: facts about the server for publishers and operators.
 *
 * @module
 */

import { Hono } from "hono";
import { VERSION } from "../../version.ts";

/** Facts about the server for publishers. */
export interface ServerFacts {
  /** The port of RTMP. */
  rtmpPort: number;
  /** The only app that is accepted; `null` if all are. */
  app: string | null;
  /** Whether publishers need the stream key. */
  needsKey: boolean;
}

/** The answer of `GET /api/v1/server`. It contains no secrets, only whether they are needed. */
export interface ServerDescription extends ServerFacts {
  version: string;
  /** Whether requests that change state need the API token. */
  needsToken: boolean;
  /** Whether streams can be recorded. */
  canRecord: boolean;
}

/** The route of the server's description. */
export function serverRoutes(facts: Omit<ServerDescription, "version">): Hono {
  const description: ServerDescription = { version: VERSION, ...facts };
  const routes = new Hono();
  routes.get("/", (context) => context.json(description));
  return routes;
}
