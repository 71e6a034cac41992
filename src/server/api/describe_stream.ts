/**
 * A live stream as the API shows it.
 *
 * @module
 */

import type { Feed } from "../../channel/feed.ts";
import { FlvError } from "../../errors.ts";
import { readAudioConfig } from "../../flv/codec/audio_config.ts";
import type { AudioConfig, VideoConfig } from "../../flv/codec/types.ts";
import { readVideoConfig } from "../../flv/codec/video_config.ts";
import type { FlvTag } from "../../flv/flv_tag.ts";
import { readMetadata } from "../../flv/metadata.ts";
import type { PublicationLedger } from "../../ledger/publication_ledger.ts";
import type { LiveStream } from "../streams/stream_registry.ts";

/** The answer of `GET /api/v1/streams/<path>`. */
export interface StreamDescription {
  path: string;
  app: string;
  name: string;
  /** The publisher: the id of the publication, and that of its connection if it has one. */
  publisher: {
    id: string;
    connection: string | null;
    address: string;
    since: string;
    flashVer: string;
  };
  video?: VideoConfig;
  audio?: AudioConfig;
  /** Bits a second over the last few seconds. */
  bitrate: number;
  ledger: PublicationLedger;
}

/** Describes a stream: its publisher, its media, and its ledger. */
export function describeStream({ publication, feed }: LiveStream): StreamDescription {
  const { path, app, name, id, remoteAddr, since, flashVer, ledger } = publication;
  const metadata = membersOf(feed.metadata);
  const video = describeVideo(feed, metadata);
  const audio = describeAudio(feed, metadata);
  return {
    path,
    app,
    name,
    publisher: {
      id,
      connection: publication.connection ?? null,
      address: remoteAddr,
      since: since.toISOString(),
      flashVer,
    },
    ...(video && { video }),
    ...(audio && { audio }),
    bitrate: feed.rate.bitrate,
    ledger,
  };
}

/** Describes video by the codec's configuration, then the metadata, then the measured frame rate. */
function describeVideo(feed: Feed, metadata: Metadata): VideoConfig | undefined {
  const config = videoConfigOf(feed.sample("video"));
  if (!config) return undefined;
  const { width, height, framerate } = metadata;
  const measured = { ...numbers({ width, height }), frameRate: feed.rate.frameRate };
  return { ...measured, ...numbers({ frameRate: framerate }), ...config };
}

function describeAudio(feed: Feed, metadata: Metadata): AudioConfig | undefined {
  const config = audioConfigOf(feed.sample("audio"));
  if (!config) return undefined;
  const { audiosamplerate, stereo } = metadata;
  const channels = typeof stereo === "boolean" ? stereo ? 2 : 1 : undefined;
  return { ...numbers({ sampleRate: audiosamplerate, channels }), ...config };
}

type Metadata = Readonly<Record<string, unknown>>;

const videoConfigOf = readOnce(readVideoConfig);
const audioConfigOf = readOnce(readAudioConfig);

function membersOf(tag: FlvTag | undefined): Metadata {
  const metadata = tag && readMetadata(tag.data);
  return metadata && "members" in metadata ? metadata.members : {};
}

/** The members that are positive numbers: encoders write 0 for unknown values. */
function numbers<Name extends string>(
  members: Record<Name, unknown>,
): Partial<Record<Name, number>> {
  const known = Object.entries(members).filter(([, value]) =>
    typeof value === "number" && value > 0
  );
  return Object.fromEntries(known) as Partial<Record<Name, number>>;
}

/**
 * Caches the result of reading a tag, since pages ask for it every second. The result of a malformed
 * tag is `undefined`.
 */
function readOnce<Value>(
  read: (data: Uint8Array) => Value | undefined,
): (tag: FlvTag | undefined) => Value | undefined {
  const known = new WeakMap<Uint8Array, Value | undefined>();
  return (tag) => {
    if (!tag) return undefined;
    const { data } = tag;
    if (!known.has(data)) known.set(data, undefinedIfMalformed(() => read(data)));
    return known.get(data);
  };
}

function undefinedIfMalformed<Value>(read: () => Value): Value | undefined {
  try {
    return read();
  } catch (error) {
    if (error instanceof FlvError) return undefined;
    throw error;
  }
}
