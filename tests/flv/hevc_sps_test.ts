import { assertEquals, assertThrows } from "@std/assert";
import { FlvError } from "../../src/errors.ts";
import { readSequenceParameterSet } from "../../src/flv/codec/hevc_sps.ts";
import { hevcParameterSet, type ParameterSet, type ReferenceSet } from "./hevc_parameter_set.ts";

const HD = { width: 1920, height: 1080 };

/** It follows everything that varies here, and is found only when that was read right. */
const TIMING: ParameterSet = { ...HD, vui: { timing: [1001, 60_000] } };

const NEITHER = { profile: false, level: false };

/** As hardware encoders send it for I P P P: one picture before, two, three, four. */
const LOW_DELAY: ReferenceSet[] = [
  { before: [1], after: [] },
  { before: [1, 2], after: [] },
  { before: [1, 2, 3], after: [] },
  { before: [1, 2, 3, 4], after: [] },
];

/** As for I B B B P, each written as what it changes in the one before it. */
const PYRAMID: ReferenceSet[] = [
  { before: [4], after: [] },
  { shift: 2, pictures: ["used", "used"] }, // -2, +2
  { shift: 1, pictures: ["used", "used", "used"] }, // -1, +3, +1
  { shift: -2, pictures: ["used", "used", "used", "neither"] }, // -3, -1, +1
];

const FOUND: [string, Partial<ParameterSet>][] = [
  ["nothing else", {}],
  ["one sub-layer with a level", { subLayers: [{ profile: false, level: true }] }],
  ["one sub-layer with a profile", { subLayers: [{ profile: true, level: false }] }],
  ["sub-layers without either", { subLayers: [NEITHER, NEITHER] }],
  [
    "six sub-layers",
    {
      subLayers: [
        { profile: true, level: true },
        NEITHER,
        { profile: false, level: true },
        { profile: true, level: false },
        NEITHER,
        { profile: true, level: true },
      ],
    },
  ],
  [
    "the buffering of each sub-layer",
    { subLayers: [NEITHER, NEITHER], orderingOfEach: true },
  ],
  ["the buffering of its only layer", { orderingOfEach: true }],
  ["default scaling lists", { scalingLists: "default" }],
  ["scaling lists that follow others", { scalingLists: "predicted" }],
  ["scaling lists", { scalingLists: "written" }],
  ["PCM", { pcm: true }],
  ["long-term references", { longTerm: [0, 16, 255] }],
  ["long-term references, none of them here", { longTerm: [] }],
  ["reference sets of low delay", { referenceSets: LOW_DELAY }],
  ["reference sets of a pyramid", { referenceSets: PYRAMID }],
  [
    "a set of pictures before and after",
    { referenceSets: [{ before: [1, 3, 8], after: [1, 4] }] },
  ],
  ["an empty set", { referenceSets: [{ before: [], after: [] }, { before: [], after: [] }] }],
  [
    "a set that keeps nothing of the one before",
    {
      referenceSets: [
        { before: [1, 2], after: [] },
        { shift: -1, pictures: ["neither", "neither", "neither"] },
        { shift: -1, pictures: ["used"] },
        { shift: -1, pictures: ["kept", "used"] },
      ],
    },
  ],
  [
    // Distances -2 and +1 moved by -1 are -3 and 0, and the last one is -1: 0 is no reference.
    "a set whose shift moves a picture onto the current one",
    {
      referenceSets: [
        { before: [2], after: [1] },
        { shift: -1, pictures: ["used", "kept", "used"] },
        { shift: -1, pictures: ["used", "used", "used"] },
      ],
    },
  ],
  [
    // The pictures of the second set are -1, -2 and -3, the nearest first. The third leaves out the
    // nearest, which would be moved to 0, and so has three: -1, -2 and +1.
    "a set that leaves out the nearest picture before",
    {
      referenceSets: [
        { before: [1, 2], after: [] },
        { shift: -1, pictures: ["used", "used", "used"] },
        { shift: 1, pictures: ["neither", "used", "used", "used"] },
        { shift: -1, pictures: ["used", "used", "used", "used"] },
      ],
    },
  ],
  [
    // The same the other way round: +1, +2 and +3, then +1, +2 and -1.
    "a set that leaves out the nearest picture after",
    {
      referenceSets: [
        { before: [], after: [1, 2] },
        { shift: 1, pictures: ["used", "used", "used"] },
        { shift: -1, pictures: ["neither", "used", "used", "used"] },
        { shift: 1, pictures: ["used", "used", "used", "used"] },
      ],
    },
  ],
  [
    "sixty-four sets of sixteen pictures",
    {
      referenceSets: Array(64).fill({
        before: [1, 2, 3, 4, 5, 6, 7, 8],
        after: [1, 2, 3, 4, 5, 6, 7, 8],
      }),
    },
  ],
  [
    "everything at once",
    {
      subLayers: [{ profile: true, level: true }, NEITHER],
      orderingOfEach: true,
      scalingLists: "written",
      pcm: true,
      referenceSets: [...LOW_DELAY, ...PYRAMID],
      longTerm: [1, 2],
    },
  ],
];

for (const [what, varied] of FOUND) {
  Deno.test(`readSequenceParameterSet() finds the frame rate after ${what}`, () => {
    const nalUnit = hevcParameterSet({ ...TIMING, ...varied });
    assertEquals(readSequenceParameterSet(nalUnit), { ...HD, frameRate: 59.94 });
  });
}

const VUIS: [string, ParameterSet["vui"], number | undefined][] = [
  ["a known aspect ratio", { aspectRatio: 1, timing: [1, 25] }, 25],
  ["an aspect ratio of its own", { aspectRatio: [4, 3], timing: [1, 25] }, 25],
  ["overscan", { overscan: true, timing: [1, 25] }, 25],
  ["a signal type without colours", { signalType: {}, timing: [1, 25] }, 25],
  ["colours of BT.2020 PQ", { signalType: { colours: [9, 16, 9] }, timing: [1, 25] }, 25],
  ["a chroma location", { chromaLocation: [2, 2], timing: [1, 25] }, 25],
  ["a default display window", { defaultDisplayWindow: [0, 8, 0, 4], timing: [1, 25] }, 25],
  [
    "all of it",
    {
      aspectRatio: [1, 1],
      overscan: false,
      signalType: { colours: [9, 18, 9] },
      chromaLocation: [0, 0],
      defaultDisplayWindow: [1, 2, 3, 4],
      timing: [1001, 24_000],
    },
    23.976,
  ],
  ["times of 32 bits", { timing: [100_000_000, 3_000_000_000] }, 30],
  ["no times", { signalType: { colours: [1, 1, 1] } }, undefined],
  ["times that say nothing", { timing: [0, 0] }, undefined],
];

for (const [what, vui, frameRate] of VUIS) {
  Deno.test(`readSequenceParameterSet() reads usability information with ${what}`, () => {
    const expected = frameRate === undefined ? HD : { ...HD, frameRate };
    assertEquals(readSequenceParameterSet(hevcParameterSet({ ...HD, vui: vui! })), expected);
  });
}

const SIZES: [string, ParameterSet, { width: number; height: number }][] = [
  ["nothing cropped", { width: 64, height: 48 }, { width: 64, height: 48 }],
  ["4:2:0", { width: 1920, height: 1088, cropping: [0, 0, 0, 4] }, HD],
  [
    "4:2:2",
    { width: 1920, height: 1088, chromaFormat: 2, cropping: [1, 2, 0, 8] },
    { width: 1914, height: 1080 },
  ],
  [
    "4:4:4",
    { width: 1920, height: 1088, chromaFormat: 3, cropping: [3, 0, 0, 8] },
    { width: 1917, height: 1080 },
  ],
  [
    "4:4:4 in planes of their own",
    { width: 1920, height: 1088, chromaFormat: 3, separatePlanes: true, cropping: [0, 1, 0, 8] },
    { width: 1919, height: 1080 },
  ],
  [
    "no chroma",
    { width: 1920, height: 1088, chromaFormat: 0, cropping: [0, 1, 1, 7] },
    { width: 1919, height: 1080 },
  ],
];

for (const [what, set, size] of SIZES) {
  Deno.test(`readSequenceParameterSet() reads the size of a picture with ${what}`, () => {
    assertEquals(readSequenceParameterSet(hevcParameterSet(set)), size);
  });
}

const REFUSED: [string, Partial<ParameterSet>, string][] = [
  [
    "more than 64 reference sets",
    { referenceSets: Array(65).fill({ before: [1], after: [] }) },
    "read 65 reference picture sets, expected up to 64",
  ],
  [
    "more than 16 pictures in a set",
    { referenceSets: [{ before: Array.from({ length: 17 }, (_, i) => i + 1), after: [] }] },
    "read 17 reference pictures, expected up to 16",
  ],
  [
    "more than 16 pictures in a set that is predicted",
    {
      referenceSets: [
        { before: Array.from({ length: 16 }, (_, i) => i + 1), after: [] },
        { shift: -1, pictures: Array(17).fill("used") },
      ],
    },
    "read 17 reference pictures, expected up to 16",
  ],
  ["a picture that is cropped away", { cropping: [480, 480, 0, 0] }, "1920x1080 cropped by 1920x0"],
];

for (const [what, varied, message] of REFUSED) {
  Deno.test(`readSequenceParameterSet() throws at ${what}`, () => {
    const nalUnit = hevcParameterSet({ ...TIMING, ...varied });
    assertThrows(() => readSequenceParameterSet(nalUnit), FlvError, message);
  });
}
