/**
 * The routes that carry video.
 *
 * @module
 */

import { errors, json, type Part, ref } from "./parts.ts";

const FLV: Part = { "video/x-flv": { schema: { type: "string", format: "binary" } } };

const param = (name: string, description: string): Part => ({
  ...{ name, in: "path", required: true, description, schema: { type: "string" } },
});

const query = (name: string, description: string, schema: Part): Part => ({
  ...{ name, in: "query", description, schema },
});

const VIEW: readonly Part[] = [
  query("wait", "Seconds to wait for a publisher; nothing is answered before.", {
    ...{ type: "number", minimum: 0, maximum: 3600, default: 30 },
  }),
  query("mode", "`lossless` holds the publisher back, where the server allows it.", {
    ...{ enum: ["live", "lossless"], default: "live" },
  }),
  query("audio", "0 to leave audio out.", { enum: ["0", "1"] }),
  query("video", "0 to leave video out.", { enum: ["0", "1"] }),
  query(
    "tracks",
    "`first` for the plain form: the first track of each kind, and no packets that players which " +
      "know little of Enhanced RTMP trip over.",
    { enum: ["first"] },
  ),
];

/** The parts that PUT and POST share. */
const PUBLISH: Part = {
  tags: ["media"],
  parameters: [query("key", "The stream key, if the server has one.", { type: "string" })],
  security: [{ streamKey: [] }, {}],
  requestBody: { required: true, content: FLV },
};

const PUBLISHED = { 201: json("All of it was taken.", ref("Published")) };

const NO_FORM = json("The body is sent as forms of any page can send it.", ref("Error"));

/** The paths for watching and publishing. */
export const MEDIA_PATHS: Readonly<Record<string, Part>> = {
  "/{app}/{name}.flv": {
    parameters: [
      param("app", "The app; its slashes may be left as they are."),
      param("name", "The name of the stream."),
    ],
    get: {
      tags: ["media"],
      summary: "Watch, as HTTP-FLV; over a WebSocket, the same as WS-FLV",
      parameters: VIEW,
      responses: {
        101: { description: "A WebSocket: FLV header and tags follow, a binary message each." },
        200: { description: "The stream, for as long as it goes on.", content: FLV },
        ...errors(400, 403, 404, 503, 504),
      },
    },
    head: {
      tags: ["media"],
      summary: "Whether a stream is live",
      parameters: VIEW,
      responses: Object.fromEntries(
        [200, 400, 403, 404].map((status) => [status, { description: "As for GET, at once." }]),
      ),
    },
    put: {
      ...PUBLISH,
      summary: "Publish: the body is an FLV file that may go on for hours",
      responses: { ...PUBLISHED, ...errors(400, 401, 403, 404, 409, 503) },
    },
    post: {
      ...PUBLISH,
      summary: "The same, as FFmpeg asks for it",
      responses: { ...PUBLISHED, ...errors(400, 401, 403, 404, 409, 503), 415: NO_FORM },
    },
    options: {
      tags: ["media"],
      summary: "Tells browsers that pages of all sites may watch",
      responses: { 204: { description: "See its headers." } },
    },
  },
};
