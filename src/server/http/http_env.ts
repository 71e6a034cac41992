/**
 * The environment of the HTTP routes.
 *
 * @module
 */

import type { HttpBindings } from "@hono/node-server";

/** The type of a route's environment: Node's request and response. */
export type HttpEnv = { Bindings: HttpBindings };
