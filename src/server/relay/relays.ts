/**
 * The relays of a server: pushes to other servers, and pulls from them.
 *
 * @module
 */

import type { Publication } from "../../publication/publication.ts";
import type { StreamRegistry } from "../streams/stream_registry.ts";
import type { LoopDetector } from "./loop_detector.ts";
import { Pull } from "./pull.ts";
import { Pushes } from "./pushes.ts";
import type { PullConfig, RelayConfig } from "./relay_config.ts";
import type { RtmpServer } from "../../serve/types.ts";

/** The configuration of all relays. */
export interface RelaysConfig {
  pushes: RelayConfig[];
  pulls: PullConfig[];
  /** The stream key of this server, which pulls need too. */
  streamKey: string | undefined;
  /** How long another server may read or send nothing, in milliseconds. */
  timeout: number;
}

/** All relays of a server. */
export class Relays {
  /** The pushes; more can be added while the server runs. */
  readonly pushes: Pushes;
  readonly #pulls: Pull[];

  /** Starts the configured relays. */
  constructor(
    rtmp: RtmpServer,
    streams: StreamRegistry,
    loops: LoopDetector,
    config: RelaysConfig,
  ) {
    const { pushes, pulls, streamKey, timeout } = config;
    const options = { loops, idleTimeout: timeout };
    this.pushes = new Pushes(streams, options);
    for (const { stream, url } of pushes) this.pushes.add(stream, url);
    this.#pulls = pulls.map((pull) =>
      new Pull(rtmp, streams, pull, { ...options, key: streamKey })
    );
    streams.onOpen(({ publication }) => this.#published(publication));
  }

  /** Called when a stream is published here. */
  #published(publication: Publication): void {
    this.pushes.published(publication);
    for (const pull of this.#pulls) {
      if (pull.stream === publication.path) pull.published(publication);
    }
  }

  /** Ends all relays. */
  async stop(): Promise<void> {
    await Promise.all([this.pushes.stop(), ...this.#pulls.map((pull) => pull.stop())]);
  }
}
