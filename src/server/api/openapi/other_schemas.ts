/**
 * The schemas of connections, pushes, recordings and errors.
 *
 * @module
 */

import { count, list, object, type Part, ref, text } from "./parts.ts";

const ID = text("Tells it from others.", { format: "uuid" });
const SINCE = text("When it began.", { format: "date-time" });
const PATH = text("The path of the stream, as `live/demo`.");

/** The schemas, by name. */
export const OTHER_SCHEMAS: Readonly<Record<string, Part>> = {
  Error: object({ error: text("What is wrong, in one sentence.") }),
  Server: object({
    version: text("Of the program."),
    rtmpPort: count("Where RTMP listens."),
    app: {
      type: ["string", "null"],
      description: "The only app that is accepted, if not all are.",
    },
    needsKey: { type: "boolean", description: "Whether publishers need the stream key." },
    needsToken: {
      type: "boolean",
      description: "Whether requests that change state need the token.",
    },
    canRecord: { type: "boolean", description: "Whether streams can be recorded." },
  }),
  Connection: object({
    id: text("As `connection` in the log.", { format: "uuid" }),
    protocol: { enum: ["rtmp", "rtmps", "http-flv", "ws-flv"] },
    address: text("Where the peer connects from, as `address:port`."),
    since: SINCE,
    publishes: list(ref("CarriedStream")),
    plays: list(ref("CarriedStream")),
    bytesReceived: count("Bytes that have come."),
    bytesSent: count("Bytes that were sent."),
  }),
  CarriedStream: object({
    path: PATH,
    id: text("The publication's, or the consumer's in the ledger of the stream.", {
      format: "uuid",
    }),
  }),
  Push: object({
    id: ID,
    stream: PATH,
    target: text("Where to, as `rtmp://host:1935/app/…`: the rest of the URL may be secret."),
    state: { enum: ["waiting", "connecting", "live", "retrying", "ended"] },
    failures: count("How often it has failed in a row."),
    lastError: { type: ["string", "null"] },
    ledger: { anyOf: [ref("Consumer"), { type: "null" }] },
  }),
  NewPush: object(
    {
      stream: PATH,
      url: text("`rtmp://` or `rtmps://`, with the app and the stream's name."),
      app: text("The app there with its query, instead of what the URL says."),
      name: text("The stream's name there with its query, instead of what the URL says."),
    },
    "app",
    "name",
  ),
  Recording: object({
    id: text("That of its consumer in the ledger of the stream.", { format: "uuid" }),
    stream: PATH,
    publication: text("The id of the publication.", { format: "uuid" }),
    file: text("Where it is in the directory of recordings."),
    since: SINCE,
    bytes: count("Bytes that have been written."),
    duration: {
      type: "number",
      minimum: 0,
      description: "Seconds from the first frame to the end of the last.",
    },
    videoFrames: count("Frames of video that have been written."),
    audioFrames: count("Frames of audio that have been written."),
  }),
  NewRecording: object({ stream: PATH }),
  RecordingFailure: object({
    stream: PATH,
    file: { type: ["string", "null"], description: "null if it could not be made." },
    time: text("When.", { format: "date-time" }),
    error: text("Why."),
  }),
  Published: object({ path: PATH, messages: count("Tags that were read.") }),
};
