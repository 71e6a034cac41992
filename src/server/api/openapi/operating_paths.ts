/**
 * The routes for people, and for programs that monitor servers.
 *
 * @module
 */

import { errors, json, object, type Part, text } from "./parts.ts";

const TEXT: Part = { schema: { type: "string" } };

const UNCHANGED: Part = { 304: { description: "As the browser has it already." } };

/** The paths of health checks, metrics and the page. */
export const OPERATING_PATHS: Readonly<Record<string, Part>> = {
  "/healthz": {
    get: {
      tags: ["operating"],
      summary: "Whether the server answers",
      responses: { 200: json("It does.", object({ status: { const: "ok" } })) },
    },
  },
  "/readyz": {
    get: {
      tags: ["operating"],
      summary: "Whether clients should be sent here",
      responses: {
        200: json("Yes.", object({ status: { const: "ready" } })),
        503: json(
          "No: RTMP does not listen, or the server ends.",
          object({ status: { const: "not-ready" }, reason: text("Why.") }),
        ),
      },
    },
  },
  "/metrics": {
    get: {
      tags: ["operating"],
      summary: "What Prometheus reads",
      responses: {
        200: { description: "Prometheus' text format.", content: { "text/plain": TEXT } },
        ...errors(403),
      },
    },
  },
  "/": {
    get: {
      tags: ["page"],
      summary: "The page",
      responses: {
        200: { description: "It loads nothing from elsewhere.", content: { "text/html": TEXT } },
        ...UNCHANGED,
      },
    },
  },
  "/page/{file}": {
    parameters: [{ name: "file", in: "path", required: true, schema: { type: "string" } }],
    get: {
      tags: ["page"],
      summary: "What the page loads",
      description:
        "The page itself names these files as `/page/{version}/{file}`, which browsers and proxies " +
        "may keep for a year.",
      responses: {
        200: {
          description: "A script, a style or a picture.",
          content: { "text/javascript": TEXT, "text/css": TEXT, "image/svg+xml": TEXT },
        },
        ...UNCHANGED,
        ...errors(404),
      },
    },
  },
};
