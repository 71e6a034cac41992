/**
 * The routes below `/api/v1`.
 *
 * @module
 */

import {
  BY_TOKEN,
  count,
  errors,
  ID,
  json,
  list,
  LOCATION,
  object,
  type Part,
  ref,
  WRITE_ERRORS,
} from "./parts.ts";

const ENDED: Part = { 204: { description: "It is ended." } };

/** The responses of a route that reads; each may refuse a page of another site with 403. */
const readResponses = (description: string, schema: Part, ...statuses: number[]): Part => ({
  ...{ 200: json(description, schema) },
  ...errors(403, ...statuses),
});

function deleteOperation(tag: string, summary: string): Part {
  return {
    tags: [tag],
    summary,
    security: BY_TOKEN,
    responses: { ...ENDED, ...WRITE_ERRORS, ...errors(404) },
  };
}

function postOperation(tag: string, summary: string, body: string, made: string): Part {
  const responses = {
    201: json("It has begun.", ref(made), LOCATION),
    ...WRITE_ERRORS,
    ...errors(400, 408, 409, 413, 415),
  };
  const requestBody = { required: true, content: { "application/json": { schema: ref(body) } } };
  return { tags: [tag], summary, security: BY_TOKEN, requestBody, responses };
}

/** The path of a stream is one parameter: a slash in it may be `%2F`, or stand as it is. */
const PATH: Part = {
  name: "path",
  in: "path",
  required: true,
  description: "`app/name`; the slash may be left as it is.",
  schema: { type: "string" },
};

const startRecording = postOperation(
  "recordings",
  "Begin to record a stream, from its last keyframe on",
  "NewRecording",
  "Recording",
);

/** The paths of the API. */
export const API_PATHS: Readonly<Record<string, Part>> = {
  "/api/v1/openapi.json": {
    get: {
      tags: ["about"],
      summary: "This description",
      responses: readResponses("OpenAPI 3.1.", { type: "object" }),
    },
  },
  "/api/v1/server": {
    get: {
      tags: ["about"],
      summary: "What publishers and operators have to know of the server",
      responses: readResponses("The server.", ref("Server")),
    },
  },
  "/api/v1/token": {
    post: {
      tags: ["about"],
      summary: "Whether the token is right, without changing anything",
      security: BY_TOKEN,
      responses: { 204: { description: "It is." }, ...WRITE_ERRORS },
    },
  },
  "/api/v1/streams": {
    get: {
      tags: ["streams"],
      summary: "What is live",
      responses: readResponses("All streams.", object({ streams: list(ref("Stream")) })),
    },
  },
  "/api/v1/streams/{path}": {
    parameters: [PATH],
    get: {
      tags: ["streams"],
      summary: "One stream and its books",
      responses: readResponses("The stream.", ref("Stream"), 404),
    },
    delete: deleteOperation("streams", "End a publication; its publisher is told"),
  },
  "/api/v1/ended": {
    get: {
      tags: ["streams"],
      summary: "What has ended lately, with its final ledger, the newest first",
      responses: readResponses(
        "At most 200 publications of the last 15 minutes.",
        object({ ended: list(ref("EndedStream")) }),
      ),
    },
  },
  "/api/v1/ended/{path}": {
    parameters: [PATH],
    get: {
      tags: ["streams"],
      summary: "The publication of a path that ended last",
      responses: readResponses("The publication.", ref("EndedStream"), 404),
    },
  },
  "/api/v1/ending": {
    get: {
      tags: ["streams"],
      summary: "What has ended while consumers still take the last of it",
      responses: readResponses(
        "Publications whose ledgers are not final.",
        object({ ending: list(ref("EndedStream")) }),
      ),
    },
  },
  "/api/v1/connections": {
    get: {
      tags: ["connections"],
      summary: "Who publishes and who watches",
      responses: readResponses("All of them.", object({ connections: list(ref("Connection")) })),
    },
  },
  "/api/v1/connections/{id}": {
    parameters: [ID],
    get: {
      tags: ["connections"],
      summary: "One connection",
      responses: readResponses("The connection.", ref("Connection"), 404),
    },
    delete: deleteOperation("connections", "End a connection, whatever it carries"),
  },
  "/api/v1/pushes": {
    get: {
      tags: ["pushes"],
      summary: "Streams that are sent on to other servers",
      responses: readResponses("All of them.", object({ pushes: list(ref("Push")) })),
    },
    post: postOperation("pushes", "Send a stream on whenever it is live", "NewPush", "Push"),
  },
  "/api/v1/pushes/{id}": {
    parameters: [ID],
    delete: deleteOperation("pushes", "End a push"),
  },
  "/api/v1/recordings": {
    get: {
      tags: ["recordings"],
      summary: "Recordings that run",
      responses: readResponses(
        "All of them, and what has failed.",
        object({
          recordings: list(ref("Recording")),
          failed: count("Recordings that have failed since the server started."),
          lastFailure: { anyOf: [ref("RecordingFailure"), { type: "null" }] },
        }),
      ),
    },
    post: {
      ...startRecording,
      responses: { ...startRecording.responses as Part, ...errors(404, 500) },
    },
  },
  "/api/v1/recordings/{id}": {
    parameters: [ID],
    delete: deleteOperation(
      "recordings",
      "End a recording; its file is complete when this answers",
    ),
  },
};
