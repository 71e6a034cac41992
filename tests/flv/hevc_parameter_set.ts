/**
 * Sequence parameter sets of H.265, with everything that an encoder may put into them.
 *
 * @module
 */

import { BitWriter, withEmulationPrevention } from "../support/bit_writer.ts";

/** A short-term reference picture set. */
export type ReferenceSet =
  /** Distances to pictures shown before and after, the nearest first. */
  | { before: number[]; after: number[] }
  /** What it changes in the set before: whether each picture of it is used, kept, or neither. */
  | { shift: number; pictures: ("used" | "kept" | "neither")[] };

/** What is in the set; what is left out is not. */
export interface ParameterSet {
  width: number;
  height: number;
  chromaFormat?: 0 | 1 | 2 | 3;
  separatePlanes?: boolean;
  /** Off the left, right, top and bottom, in chroma samples. */
  cropping?: [number, number, number, number];
  /** For each sub-layer but the highest: whether it has a profile and a level of its own. */
  subLayers?: { profile: boolean; level: boolean }[];
  /** Buffering is said for each sub-layer, not for all of them together. */
  orderingOfEach?: boolean;
  /** Lists that follow an earlier one, and lists that are written out. */
  scalingLists?: "default" | "predicted" | "written";
  pcm?: boolean;
  referenceSets?: ReferenceSet[];
  /** Low bits of the picture order counts of long-term references. */
  longTerm?: number[];
  vui?: Vui;
}

/** The usability information. */
export interface Vui {
  /** `aspect_ratio_idc`, or width and height. */
  aspectRatio?: number | [number, number];
  overscan?: boolean;
  signalType?: { colours?: [number, number, number] };
  chromaLocation?: [number, number];
  defaultDisplayWindow?: [number, number, number, number];
  /** `vui_num_units_in_tick` and `vui_time_scale`. */
  timing?: [number, number];
}

/** Bits of a picture order count in these sets. */
const ORDER_COUNT_BITS = 8;

const PROFILE_BITS = 88;

/** The NAL unit. */
export function hevcParameterSet(set: ParameterSet): Uint8Array<ArrayBuffer> {
  const { subLayers = [], chromaFormat = 1, cropping, longTerm, vui } = set;
  const bits = new BitWriter();
  bits.u(16, 0x4201).u(4, 0).u(3, subLayers.length).flags(true);
  profileTierLevel(bits, subLayers);
  bits.ue(0, chromaFormat);
  if (chromaFormat === 3) bits.flags(set.separatePlanes ?? false);
  bits.ue(set.width, set.height).flags(cropping !== undefined).ue(...cropping ?? []);
  bits.ue(0, 0, ORDER_COUNT_BITS - 4).flags(set.orderingOfEach ?? false);
  const orderings = set.orderingOfEach ? subLayers.length + 1 : 1;
  for (let i = 0; i < orderings; i++) bits.ue(4, 2, 0);
  bits.ue(0, 3, 0, 3, 2, 2);
  scalingLists(bits, set.scalingLists);
  bits.flags(true, true).flags(set.pcm ?? false);
  if (set.pcm) bits.u(4, 7).u(4, 7).ue(0, 2).flags(true);
  referenceSets(bits, set.referenceSets ?? []);
  bits.flags(longTerm !== undefined);
  if (longTerm) bits.ue(longTerm.length);
  for (const low of longTerm ?? []) bits.u(ORDER_COUNT_BITS, low).flags(true);
  bits.flags(true, true).flags(vui !== undefined);
  if (vui) writeVui(bits, vui);
  bits.flags(false); // sps_extension_present_flag
  return withEmulationPrevention(bits.payload());
}

/** Section 7.3.3. */
function profileTierLevel(bits: BitWriter, subLayers: { profile: boolean; level: boolean }[]) {
  const profile = () => bits.u(8, 0x01).u(32, 0x60000000).u(PROFILE_BITS - 40, 0x900000000000);
  profile().u(8, 123);
  if (subLayers.length === 0) return;
  for (let i = 0; i < 8; i++) {
    const { profile = false, level = false } = subLayers[i] ?? {};
    bits.flags(profile, level);
  }
  for (const subLayer of subLayers) {
    if (subLayer.profile) profile();
    if (subLayer.level) bits.u(8, 93);
  }
}

/** Section 7.3.4. */
function scalingLists(bits: BitWriter, kind: ParameterSet["scalingLists"]): void {
  bits.flags(kind !== undefined);
  if (kind) bits.flags(kind !== "default");
  if (!kind || kind === "default") return;
  for (let size = 0; size < 4; size++) {
    for (let matrix = 0; matrix < 6; matrix += size === 3 ? 3 : 1) {
      bits.flags(kind === "written");
      if (kind === "predicted") {
        bits.ue(0);
        continue;
      }
      if (size > 1) bits.se(-3);
      bits.se(...Array.from({ length: size === 0 ? 16 : 64 }, (_, i) => i % 5 - 2));
    }
  }
}

/** Section 7.3.7. */
function referenceSets(bits: BitWriter, sets: ReferenceSet[]): void {
  bits.ue(sets.length);
  for (const [i, set] of sets.entries()) {
    const isPredicted = "shift" in set;
    if (i > 0) bits.flags(isPredicted);
    if (isPredicted) {
      bits.flags(set.shift < 0).ue(Math.abs(set.shift) - 1);
      for (const picture of set.pictures) {
        bits.flags(picture === "used");
        if (picture !== "used") bits.flags(picture === "kept");
      }
      continue;
    }
    bits.ue(set.before.length, set.after.length);
    for (const distances of [set.before, set.after]) {
      for (const [i, distance] of distances.entries()) {
        bits.ue(distance - (distances[i - 1] ?? 0) - 1).flags(true);
      }
    }
  }
}

/** Section E.2.1. */
function writeVui(bits: BitWriter, vui: Vui): void {
  const { aspectRatio, overscan, signalType, chromaLocation, defaultDisplayWindow, timing } = vui;
  bits.flags(aspectRatio !== undefined);
  if (typeof aspectRatio === "number") bits.u(8, aspectRatio);
  else if (aspectRatio) bits.u(8, 255).u(16, aspectRatio[0]).u(16, aspectRatio[1]);
  bits.flags(overscan !== undefined);
  if (overscan !== undefined) bits.flags(overscan);
  bits.flags(signalType !== undefined);
  if (signalType) {
    bits.u(3, 5).flags(true, signalType.colours !== undefined);
    for (const colour of signalType.colours ?? []) bits.u(8, colour);
  }
  bits.flags(chromaLocation !== undefined).ue(...chromaLocation ?? []);
  bits.flags(false, false, false).flags(defaultDisplayWindow !== undefined);
  bits.ue(...defaultDisplayWindow ?? []);
  bits.flags(timing !== undefined);
  if (timing) bits.u(32, timing[0]).u(32, timing[1]).flags(false, false);
  bits.flags(false); // bitstream_restriction_flag
}
