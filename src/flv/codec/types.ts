/**
 * What codec configurations are read into.
 *
 * @module
 */

/** What a decoder configuration says about a video track. */
export interface VideoConfig {
  /** The FourCC, as `avc1`. */
  codec: string;
  /** The profile, as `High`. */
  profile?: string;
  /** The level, as `4.2`. */
  level?: string;
  /** Pixels across that are to be shown. */
  width?: number;
  /** Pixels down that are to be shown. */
  height?: number;
  /** Frames per second, to thousandths. */
  frameRate?: number;
}

/** What a decoder configuration says about an audio track. */
export interface AudioConfig {
  /** The FourCC, as `mp4a`. */
  codec: string;
  /** The profile, as `LC`. */
  profile?: string;
  /** Samples per second of the decoded sound. */
  sampleRate?: number;
  /** How many channels the decoded sound has. */
  channels?: number;
}

/** Adds what is known to a configuration, which has no members without a value. */
export function assignKnown<Config extends object>(
  config: Config,
  known: { [Name in keyof Config]?: Config[Name] | undefined },
): Config {
  for (const [name, value] of Object.entries(known)) {
    if (value !== undefined) Object.assign(config, { [name]: value });
  }
  return config;
}

/** Frames per second of a clock that ticks `timeScale` times a second. */
export function frameRateOf(timeScale: number, ticksPerFrame: number): number | undefined {
  if (timeScale === 0 || ticksPerFrame === 0) return undefined;
  return Math.round(timeScale / ticksPerFrame * 1000) / 1000;
}
