/**
 * What every route knows of a request.
 *
 * @module
 */

import type { HttpBindings } from "@hono/node-server";

/** What routes know of a request beside what every server does: Node's own two ends of it. */
export type HttpEnv = { Bindings: HttpBindings };
