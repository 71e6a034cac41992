import { assertEquals } from "@std/assert";
import fc from "fast-check";
import type { FlvTag, FlvTagType } from "../../src/flv/flv_tag.ts";
import { readCapabilities } from "../../src/session/capabilities.ts";
import { playerFilter } from "../../src/session/server/player_filter.ts";
import { hex } from "../support/bytes.ts";

const AVC1 = "61766331";
const HVC1 = "68766331";
const OPUS = "4f707573";
const MP4A = "6d703461";

const NOTHING = {};
const AVC_ONLY = { fourCcList: ["avc1", "mp4a"] };
const HEVC = { videoFourCcInfoMap: { hvc1: 1, avc1: 4 }, audioFourCcInfoMap: { Opus: 1 } };
const HEVC_ENCODER = { videoFourCcInfoMap: { hvc1: 2, avc1: 3 } };
const ALL = { fourCcList: ["*"] };
const ALL_TRACKS = { fourCcList: ["*"], capsEx: 2 };
const ALL_MOD_EX = { fourCcList: ["*"], capsEx: 4 };
const EVERYTHING = { fourCcList: ["*"], capsEx: 15 };
const AVC_TRACKS = { fourCcList: ["avc1"], capsEx: 2 };
const RECONNECTS = { capsEx: 1 };

/** What a player has announced, the tag, and what it gets: the same, nothing, or these bytes. */
type Row = [
  said: Record<string, unknown>,
  type: FlvTagType,
  tag: string,
  gets: true | false | string,
];

const LEGACY_AVC = "17 01 000000 65";
const LEGACY_HEVC = "1c 01 000000 26";
const LEGACY_AAC = "af 01 21";
const SCRIPT = "02 000a 6f6e4d65746144617461";
const ENHANCED_HEVC = `91 ${HVC1} 000005 26`;
const ENHANCED_AVC = `91 ${AVC1} 000005 65`;
const ENHANCED_OPUS = `91 ${OPUS} fc`;
// Two tracks of one codec: coded frames, of 4 and 5 bytes with their composition times.
const TRACKS = `96 11 ${HVC1} 00 000004 000005 26 01 000005 000006 2701`;
const FIRST_OF_TRACKS = `91 ${HVC1} 000005 26`;
// One track, with id 1.
const SECOND_TRACK = `96 01 ${HVC1} 01 000005 26`;
// Two tracks of two codecs.
const CODECS = `96 21 ${HVC1} 00 000004 000005 26 ${AVC1} 01 000004 000005 65`;
const AUDIO_TRACKS = `95 11 ${MP4A} 00 000001 21 01 000001 22`;
const MOD_EX = `97 02 000007 01 ${AVC1} 000005 65`;
// A seek's begin: a command names no codec.
const COMMAND = "d1 00";
const MALFORMED = "91 6876";

const ROWS: Row[] = [
  ...[NOTHING, AVC_ONLY, HEVC, RECONNECTS].flatMap((said): Row[] => [
    [said, "video", LEGACY_AVC, true],
    [said, "video", LEGACY_HEVC, true],
    [said, "audio", LEGACY_AAC, true],
    [said, "script", SCRIPT, true],
    [said, "video", "", true],
    [said, "audio", "", true],
    [said, "video", COMMAND, true],
  ]),
  [NOTHING, "video", ENHANCED_HEVC, true],
  [NOTHING, "audio", ENHANCED_OPUS, true],
  [NOTHING, "video", TRACKS, FIRST_OF_TRACKS],
  [NOTHING, "video", CODECS, FIRST_OF_TRACKS],
  [NOTHING, "video", SECOND_TRACK, false],
  [NOTHING, "audio", AUDIO_TRACKS, `91 ${MP4A} 21`],
  [NOTHING, "video", MOD_EX, ENHANCED_AVC],
  [NOTHING, "video", MALFORMED, false],
  [AVC_ONLY, "video", ENHANCED_HEVC, false],
  [AVC_ONLY, "video", ENHANCED_AVC, true],
  [AVC_ONLY, "audio", ENHANCED_OPUS, false],
  [AVC_ONLY, "audio", AUDIO_TRACKS, `91 ${MP4A} 21`],
  [AVC_ONLY, "video", TRACKS, false],
  [AVC_ONLY, "video", CODECS, false],
  [HEVC, "video", ENHANCED_HEVC, true],
  [HEVC, "video", ENHANCED_AVC, true],
  [HEVC, "audio", ENHANCED_OPUS, true],
  [HEVC, "video", CODECS, FIRST_OF_TRACKS],
  [HEVC_ENCODER, "video", ENHANCED_HEVC, false],
  [HEVC_ENCODER, "video", ENHANCED_AVC, true],
  [ALL, "video", ENHANCED_HEVC, true],
  [ALL, "video", TRACKS, FIRST_OF_TRACKS],
  [ALL, "video", MOD_EX, ENHANCED_AVC],
  [ALL_TRACKS, "video", TRACKS, true],
  [ALL_TRACKS, "video", CODECS, true],
  [ALL_TRACKS, "video", SECOND_TRACK, true],
  [ALL_TRACKS, "video", MOD_EX, ENHANCED_AVC],
  [ALL_MOD_EX, "video", MOD_EX, true],
  [AVC_TRACKS, "video", TRACKS, false],
  [AVC_TRACKS, "video", CODECS, true],
  [EVERYTHING, "video", CODECS, true],
  [EVERYTHING, "video", MOD_EX, true],
  [EVERYTHING, "video", MALFORMED, false],
  [RECONNECTS, "video", ENHANCED_HEVC, false],
];

for (const [said, type, digits, gets] of ROWS) {
  const name = `${JSON.stringify(said)} of ${type} ${digits}`;
  Deno.test(`playerFilter() gives a player that said ${name}: ${gets}`, () => {
    const tag: FlvTag = { type, timestamp: 40, data: hex(digits || "") };
    const expected = gets === true ? tag : gets ? { ...tag, data: hex(gets) } : undefined;
    assertEquals(playerFilter(readCapabilities(said))(tag), expected);
  });
}

Deno.test("playerFilter() takes any tag, and never writes to it", () => {
  const capabilities = fc.record({
    fourCcList: fc.option(fc.array(fc.constantFrom("avc1", "hvc1", "*")), { nil: undefined }),
    capsEx: fc.option(fc.nat(15), { nil: undefined }),
  });
  const bytes = fc.tuple(
    fc.constantFrom(0x17, 0x91, 0x93, 0x95, 0x96, 0x97, 0xa1),
    fc.uint8Array({ maxLength: 40 }),
  ).map(([first, rest]) => Uint8Array.of(first, ...rest));
  fc.assert(
    fc.property(capabilities, fc.constantFrom("audio", "video"), bytes, (said, type, data) => {
      const before = data.slice();
      const filtered = playerFilter(readCapabilities(said))({ type, timestamp: 0, data });
      assertEquals(data, before);
      if (filtered) assertEquals(filtered.type, type);
    }),
  );
});
