/**
 * The schemas of streams and their ledgers.
 *
 * @module
 */

import { count, list, object, type Part, ref, text } from "./parts.ts";

const KIND = text(
  "What it is: `recording`, `output`, `push`, `rtmp-play`, `http-flv`, `ws-flv`, or another.",
);
const MODE: Part = {
  enum: ["lossless", "live"],
  description: "Whether it holds the publisher back when it is slow, or is skipped forward.",
};
const number: Part = { type: "number", minimum: 0 };

const stream = {
  path: text("`app/name`, or the name alone if there is no app."),
  app: text("All but the last part of the path."),
  name: text("The last part of the path; over RTMP it may hold slashes."),
  publisher: ref("Publisher"),
  video: ref("Video"),
  audio: ref("Audio"),
  bitrate: count("Bits a second over the last few seconds."),
  ledger: ref("Ledger"),
};

/** The schemas of streams and their media. */
export const STREAM_SCHEMAS: Readonly<Record<string, Part>> = {
  Stream: object(stream, "video", "audio"),
  EndedStream: object(
    {
      ...stream,
      endedAt: text("When the publication ended.", { format: "date-time" }),
      end: object({
        reason: {
          enum: ["unpublished", "disconnected", "closed", "failed"],
          description:
            "`unpublished`: the publisher ended it; `disconnected`: its connection did; " +
            "`closed`: the server or an operator did; `failed`: it broke the protocol or a limit.",
        },
        description: text("Why, in one sentence, as in the log."),
      }),
    },
    "video",
    "audio",
  ),
  Publisher: object({
    id: text("The publication's, as in the log.", { format: "uuid" }),
    connection: {
      type: ["string", "null"],
      description: "The id of the connection it comes by; null for a stream that is pulled.",
    },
    address: text("Where the publisher connects from, as `address:port`."),
    since: text("When it was accepted.", { format: "date-time" }),
    flashVer: text("What the publisher calls itself."),
  }),
  Video: object(
    {
      codec: text("The FourCC, as `avc1`."),
      profile: text("As `High`."),
      level: text("As `4.2`."),
      width: number,
      height: number,
      frameRate: number,
    },
    ...["profile", "level", "width", "height", "frameRate"],
  ),
  Audio: object(
    {
      codec: text("The FourCC, as `mp4a`."),
      profile: text("As `LC`."),
      sampleRate: number,
      channels: number,
    },
    ...["profile", "sampleRate", "channels"],
  ),
};

const frames = {
  videoFrames: count("Coded frames of video."),
  audioFrames: count("Coded frames of audio."),
  scriptTags: count("Metadata, cue points and the like."),
  otherTags: count("Sequence headers, ends of sequence, empty tags."),
};

/** The schemas of ledgers. */
export const LEDGER_SCHEMAS: Readonly<Record<string, Part>> = {
  MediaCounts: object(frames),
  Ledger: object({
    received: object({
      bytes: count("Bytes of the connection."),
      chunks: count("Chunks of the connection."),
      messages: count("Messages of the connection."),
      misaddressed: count("Those that named another message stream than the one that publishes."),
      ...frames,
      discarded: {
        type: "object",
        description: "Messages that became nothing, by reason.",
        additionalProperties: count("Messages."),
      },
    }),
    tags: ref("MediaCounts"),
    inFlight: ref("MediaCounts"),
    unread: ref("MediaCounts"),
    consumers: list(ref("Consumer")),
    departed: list(ref("DepartedConsumers")),
    balance: { type: "integer", description: "Anything but 0 is a bug of the server." },
  }),
  Consumer: object({
    id: text("As in `plays` of a connection, and the id of a recording.", { format: "uuid" }),
    kind: KIND,
    mode: MODE,
    address: {
      type: ["string", "null"],
      description: "Where it connects from, as `address:port`, or where it leads; null for files.",
    },
    connection: {
      type: ["string", "null"],
      description: "The id of its connection; null for what is no peer of this server.",
    },
    since: text("When it came.", { format: "date-time" }),
    offered: ref("MediaCounts"),
    delivered: ref("MediaCounts"),
    inFlight: object(frames, ...Object.keys(frames)),
    dropped: {
      type: "object",
      description: "What it did not get, by reason.",
      additionalProperties: ref("MediaCounts"),
    },
  }),
  DepartedConsumers: object({
    kind: KIND,
    mode: MODE,
    count: count("How many have left."),
    kicked: count("How many of them an operator has sent away."),
    delivered: ref("MediaCounts"),
    dropped: ref("MediaCounts"),
    balance: count("0, or a bug of the server."),
  }),
};
