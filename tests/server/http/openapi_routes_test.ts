/**
 * Whether `/api/v1/openapi.json` has every route, and no other.
 *
 * @module
 */

import { assert, assertEquals } from "@std/assert";
import { type HttpContext, httpRoutes } from "../../../src/server/routes.ts";
import { openApi } from "../../../src/server/api/openapi/openapi.ts";
import { startHttpApp } from "../../support/http.ts";
import type { Description } from "../../support/openapi.ts";

const description = openApi as unknown as Description;

Deno.test("there is no route that is not described, and every other method is refused", async () => {
  await using http = await startHttpApp();
  const { routes } = httpRoutes({ ...NO_CONTEXT, apiToken: undefined } as HttpContext);
  const described = Object.entries(description.paths).flatMap(([path, methods]) =>
    Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`)
  );
  const real = routes.filter(({ method }) => method !== "ALL")
    .map(({ method, path }) => `${method} ${templateOf(path)}`);
  assertEquals(real.filter((route) => !described.includes(route)), []);
  const missing = described.filter((route) =>
    !/^(HEAD|PARAMETERS) /.test(route) && !real.includes(route)
  );
  assertEquals(missing, []);

  for (const path of Object.keys(description.paths)) {
    const target = path.replace("{file}", "main.js").replaceAll(/\{.*?\}/g, "x");
    const response = await fetch(`${http.url}${target}`, { method: "PATCH" });
    assertEquals([response.status, typeof (await response.json()).error], [405, "string"], path);
    assert(response.headers.has("allow"), path);
  }
  for (const path of ["/api", "/api/v1", "/api/v1/nothing", "/api/v2/streams", "/nothing"]) {
    const response = await fetch(`${http.url}${path}`);
    assertEquals([response.status, await response.json()], [404, {
      error: "Not found",
    }]);
  }
});

/** What routes lead to is not asked for when they are only listed. */
const NO_CONTEXT = {
  relays: { pushes: {} },
  metrics: {},
  rules: {},
  server: {},
};

/** The path of the description for one of the routes. */
function templateOf(path: string): string {
  if (path === "/*") return "/{app}/{name}.flv";
  return path.replace(/\/(streams|ended)\/\*/, "/$1/{path}").replace(":id", "{id}")
    .replace(/^\/page\/.*/, "/page/{file}");
}
