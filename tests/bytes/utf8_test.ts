import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { decodeUtf8, percentDecode } from "../../src/bytes/utf8.ts";

const bytes = fc.uint8Array({ maxLength: 40 });

const NOT_UTF8: [what: string, bytes: number[], text: string][] = [
  ["a byte that only goes on", [0x61, 0x80, 0x62], "a%80b"],
  ["a character cut short", [0xe4, 0xbd], "%E4%BD"],
  ["a character cut short by another", [0xe4, 0xbd, 0x61], "%E4%BDa"],
  ["an overlong slash of two bytes", [0xc0, 0xaf], "%C0%AF"],
  ["an overlong slash of three bytes", [0xe0, 0x80, 0xaf], "%E0%80%AF"],
  ["an overlong NUL", [0xc0, 0x80], "%C0%80"],
  ["an overlong character of four bytes", [0xf0, 0x8f, 0xbf, 0xbf], "%F0%8F%BF%BF"],
  ["half a surrogate pair", [0xed, 0xa0, 0x80], "%ED%A0%80"],
  ["a whole surrogate pair", [0xed, 0xa0, 0xbd, 0xed, 0xb8, 0x80], "%ED%A0%BD%ED%B8%80"],
  ["a character beyond Unicode", [0xf4, 0x90, 0x80, 0x80], "%F4%90%80%80"],
  ["bytes that UTF-8 does not have", [0xfe, 0xff, 0xf5], "%FE%FF%F5"],
  ["GBK", [0xd6, 0xd0, 0xce, 0xc4], "%D6%D0%CE%C4"],
  ["Latin-1 between letters", [0x6b, 0xe4, 0x73, 0x65], "k%E4se"],
];

for (const [what, invalid, text] of NOT_UTF8) {
  Deno.test(`decodeUtf8() percent-encodes ${what}`, () => {
    assertEquals(decodeUtf8(Uint8Array.from(invalid)), text);
  });
}

Deno.test("decodeUtf8() gives every text back, a byte order mark and NUL too", () => {
  const text = fc.string({ unit: "binary", maxLength: 40 }).map((text) => text.toWellFormed());
  fc.assert(fc.property(text, (text) => {
    assertEquals(decodeUtf8(new TextEncoder().encode(text)), text);
  }));
  assertEquals(decodeUtf8(Uint8Array.of(0xef, 0xbb, 0xbf, 0, 0xef, 0xbf, 0xbd)), "\ufeff\0\ufffd");
});

Deno.test("decodeUtf8() takes for a character just what a strict decoder does", () => {
  const strict = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
  const isUtf8 = (bytes: Uint8Array) => {
    try {
      return strict.decode(bytes) !== undefined;
    } catch {
      return false;
    }
  };
  const high = fc.uint8Array({ min: 0x7e, maxLength: 6 });
  fc.assert(fc.property(fc.oneof(bytes, high), (bytes) => {
    const withoutPercent = bytes.filter((byte) => byte !== 0x25);
    assertEquals(decodeUtf8(withoutPercent).includes("%"), !isUtf8(withoutPercent));
  }));
});

const decode = (text: string) => decodeUtf8(percentDecode(new TextEncoder().encode(text)));

const ESCAPED: [text: string, decoded: string][] = [
  ["my%20stream", "my stream"],
  ["%64%65%6D%6f", "demo"],
  ["k%C3%A4se", "käse"],
  ["%2541", "A"],
  ["%25%34%31", "A"],
  ["%252525", "%"],
  ["100%", "100%"],
  ["100%%2", "100%%2"],
  ["%zz%", "%zz%"],
  ["%D6%d0", "%D6%D0"],
  ["%00", "\0"],
];

for (const [text, decoded] of ESCAPED) {
  Deno.test(`percentDecode() makes ${JSON.stringify(decoded)} of ${text}`, () => {
    assertEquals(decode(text), decoded);
  });
}

Deno.test("percentDecode() changes nothing the second time", () => {
  const text = fc.string({ unit: fc.constantFrom("%", "2", "5", "4", "C", "é"), maxLength: 40 });
  fc.assert(fc.property(text, (text) => {
    assertEquals(decode(decode(text)), decode(text));
  }));
});

Deno.test("percentDecode() takes what is encoded thousands of times", () => {
  assertEquals(decode(`%${"25".repeat(4000)}41`), "A");
});
