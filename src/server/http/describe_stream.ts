/**
 * A live stream as the API shows it.
 *
 * @module
 */

import type { Channel } from "../../channel/channel.ts";
import { FlvError } from "../../errors.ts";
import { readAudioConfig } from "../../flv/codec/audio_config.ts";
import type { AudioConfig, VideoConfig } from "../../flv/codec/types.ts";
import { readVideoConfig } from "../../flv/codec/video_config.ts";
import type { FlvTag } from "../../flv/flv_tag.ts";
import type { PublicationLedger } from "../../ledger/publication_ledger.ts";
import type { LiveStream } from "../hub.ts";

/** What `GET /api/v1/streams/<path>` answers. */
export interface StreamDescription {
  path: string;
  app: string;
  name: string;
  publisher: { id: string; address: string; since: string; flashVer: string };
  video?: VideoConfig;
  audio?: AudioConfig;
  /** Bits a second over the last few seconds. */
  bitrate: number;
  ledger: PublicationLedger;
}

/** Describes a stream: who publishes it, what is in it, and its books. */
export function describeStream({ publication, channel }: LiveStream): StreamDescription {
  const { path, app, name, id, remoteAddr, since, flashVer, ledger } = publication;
  const video = describeVideo(channel);
  const audio = firstConfig(channel.sample("audio"), readAudioConfig);
  return {
    path,
    app,
    name,
    publisher: { id, address: remoteAddr, since: since.toISOString(), flashVer },
    ...(video && { video }),
    ...(audio && { audio }),
    bitrate: channel.rate.bitrate,
    ledger,
  };
}

/** Where the codec's configuration says no frame rate, it is the measured one. */
function describeVideo(channel: Channel): VideoConfig | undefined {
  const config = firstConfig(channel.sample("video"), readVideoConfig);
  return config && { frameRate: channel.rate.frameRate, ...config };
}

/** What the tags say of themselves; one that is malformed says nothing. */
function firstConfig<Config>(
  tag: FlvTag | undefined,
  read: (data: Uint8Array) => Config,
): Config | undefined {
  if (!tag) return undefined;
  try {
    return read(tag.data);
  } catch (error) {
    if (error instanceof FlvError) return undefined;
    throw error;
  }
}
