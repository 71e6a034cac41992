/**
 * Bits as the specifications of codecs write them down.
 *
 * @module
 */

/** Writes bits from the highest of each byte down. */
export class BitWriter {
  #digits = "";

  /** An unsigned number of so many bits: `u(n)`. */
  u(bits: number, value: number): this {
    this.#digits += value.toString(2).padStart(bits, "0");
    return this;
  }

  /** Flags, a bit each. */
  flags(...flags: boolean[]): this {
    for (const flag of flags) this.u(1, Number(flag));
    return this;
  }

  /** Unsigned exponential Golomb codes: `ue(v)`. */
  ue(...values: number[]): this {
    for (const value of values) {
      const digits = (value + 1).toString(2);
      this.#digits += "0".repeat(digits.length - 1) + digits;
    }
    return this;
  }

  /** Signed exponential Golomb codes: `se(v)`. */
  se(...values: number[]): this {
    return this.ue(...values.map((value) => value > 0 ? 2 * value - 1 : -2 * value));
  }

  /** The bytes of a payload of H.264 or H.265: a 1 follows, and zeros to the end of the byte. */
  payload(): Uint8Array<ArrayBuffer> {
    const digits = `${this.#digits}1`;
    const whole = digits.padEnd(Math.ceil(digits.length / 8) * 8, "0");
    return Uint8Array.from(whole.match(/.{8}/g)!, (byte) => parseInt(byte, 2));
  }
}

/** A payload as a NAL unit has it: a 3 stands between two zeros and a byte of 3 or less. */
export function withEmulationPrevention(payload: Uint8Array): Uint8Array<ArrayBuffer> {
  const bytes: number[] = [];
  let zeros = 0;
  for (const byte of payload) {
    if (zeros === 2 && byte <= 3) {
      bytes.push(3);
      zeros = 0;
    }
    bytes.push(byte);
    zeros = byte === 0 ? zeros + 1 : 0;
  }
  return Uint8Array.from(bytes);
}
