/**
 * `/api/v1`: the state of the server as JSON, and requests that change it.
 *
 * @module
 */

import { Hono } from "hono";
import { httpError } from "../http/http_error.ts";
import type { PeerRegistry } from "../streams/peer_registry.ts";
import type { StreamRegistry } from "../streams/stream_registry.ts";
import type { Recordings } from "../record/recordings.ts";
import { isPermittedWithoutToken } from "../relay/permitted_address.ts";
import type { Relays } from "../relay/relays.ts";
import { apiGuard } from "./api_guard.ts";
import { connectionRoutes } from "./connection_routes.ts";
import { endedRoutes } from "./ended_routes.ts";
import type { EndedStreams } from "./ended_streams.ts";
import type { HttpEnv } from "../http/http_env.ts";
import { openApi } from "./openapi/openapi.ts";
import { pushRoutes } from "./push_routes.ts";
import { recordingRoutes } from "./recording_routes.ts";
import { type ServerFacts, serverRoutes } from "./server_routes.ts";
import { streamRoutes } from "./stream_routes.ts";

/** The parts of the server that the API shows and changes. */
export interface ApiContext {
  streams: StreamRegistry;
  peers: PeerRegistry;
  endedStreams: EndedStreams;
  relays: Relays;
  /** `undefined` if the server has no directory for recordings. */
  recordings: Recordings | undefined;
  /** The token for requests that change state; `undefined` if only this machine can connect. */
  apiToken: string | undefined;
  server: ServerFacts;
}

/** The methods of each path; `GET` includes `HEAD`. */
const METHODS: readonly [path: string, methods: string][] = [
  ["/openapi.json", "GET"],
  ["/server", "GET"],
  ["/token", "POST"],
  ["/streams", "GET"],
  ["/streams/*", "DELETE, GET"],
  ["/ended", "GET"],
  ["/ended/*", "GET"],
  ["/ending", "GET"],
  ["/connections", "GET"],
  ["/connections/:id", "DELETE, GET"],
  ["/pushes", "GET, POST"],
  ["/pushes/:id", "DELETE"],
  ["/recordings", "GET, POST"],
  ["/recordings/:id", "DELETE"],
];

/** The routes of the API. */
export function apiRoutes(context: ApiContext): Hono<HttpEnv> {
  const { streams, peers, endedStreams, relays, recordings, apiToken, server } = context;
  const routes = new Hono<HttpEnv>();
  routes.use(apiGuard(apiToken));
  // Indented, since people read it too.
  const description = JSON.stringify(openApi, null, 2);
  routes.get("/openapi.json", (context) => {
    return context.body(description, 200, { "content-type": "application/json" });
  });
  const needsToken = apiToken !== undefined;
  const canRecord = recordings !== undefined;
  routes.route("/server", serverRoutes({ ...server, needsToken, canRecord }));
  // A request that arrives here has the right token.
  routes.post("/token", (context) => context.body(null, 204));
  routes.route("/streams", streamRoutes(streams));
  routes.route("/", endedRoutes(endedStreams));
  routes.route("/connections", connectionRoutes(peers));
  routes.route(
    "/pushes",
    pushRoutes(relays.pushes, needsToken ? undefined : isPermittedWithoutToken),
  );
  routes.route("/recordings", recordingRoutes(streams, recordings));
  for (const [path, methods] of METHODS) {
    routes.all(path, (context) => {
      context.header("allow", methods);
      throw httpError(405, context.req.method);
    });
  }
  return routes;
}
