/**
 * `/api/v1/openapi.json`: the OpenAPI description of all HTTP routes.
 *
 * @module
 */

import { VERSION } from "../../../version.ts";
import { API_PATHS } from "./api_paths.ts";
import { MEDIA_PATHS } from "./media_paths.ts";
import { OPERATING_PATHS } from "./operating_paths.ts";
import { OTHER_SCHEMAS } from "./other_schemas.ts";
import type { Part } from "./parts.ts";
import { LEDGER_SCHEMAS, STREAM_SCHEMAS } from "./stream_schemas.ts";

/** The description (OpenAPI 3.1). */
export const openApi: Part = {
  openapi: "3.1.0",
  info: {
    title: "Sluice",
    version: VERSION,
    summary: "Live video in over RTMP, and out again.",
    description:
      "Reading is open to every client that can connect. Whatever changes state needs the " +
      "API token, which there is unless the server listens on loopback alone. Every error is " +
      '`{ "error": "..." }`; a method that is not for a path is answered with 405.',
    license: { name: "MIT", identifier: "MIT" },
  },
  servers: [{ url: "/" }],
  tags: ["streams", "connections", "pushes", "recordings", "media", "operating", "page", "about"]
    .map((name) => ({ name })),
  paths: { ...API_PATHS, ...MEDIA_PATHS, ...OPERATING_PATHS },
  components: {
    securitySchemes: {
      apiToken: { type: "http", scheme: "bearer", description: "The API token." },
      streamKey: { type: "http", scheme: "bearer", description: "The stream key." },
    },
    schemas: { ...STREAM_SCHEMAS, ...LEDGER_SCHEMAS, ...OTHER_SCHEMAS },
  },
};
