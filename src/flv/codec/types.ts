/**
 * The types of codec configurations.
 *
 * @module
 */

/** The configuration of a video track. */
export interface VideoConfig {
  /** The FourCC, as `avc1`. */
  codec: string;
  /** The profile, as `High`. */
  profile?: string;
  /** The level, as `4.2`. */
  level?: string;
  /** The width of the displayed picture, in pixels. */
  width?: number;
  /** The height of the displayed picture, in pixels. */
  height?: number;
  /** Frames per second, rounded to thousandths. */
  frameRate?: number;
}

/** The configuration of an audio track. */
export interface AudioConfig {
  /** The FourCC, as `mp4a`. */
  codec: string;
  /** The profile, as `LC`. */
  profile?: string;
  /** Samples per second of the decoded sound. */
  sampleRate?: number;
  /** The number of channels of the decoded sound. */
  channels?: number;
}

/** Adds the defined members to a configuration. */
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
