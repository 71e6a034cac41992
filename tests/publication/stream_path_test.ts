import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { streamPath } from "../../src/publication/stream_path.ts";

const LIVE_DEMO: [app: string, name: string][] = [
  ["live", "demo"],
  ["live/", "demo"],
  ["/live", "/demo"],
  ["//live//", "//demo//"],
  ["live/demo", ""],
  ["live/demo/", ""],
  ["", "live/demo"],
  ["", "live//demo"],
  ["", "/live/demo.flv"],
  ["live/demo", "/"],
  ["rtmp://host/live", "demo"],
  ["rtmp://host:1935/live/", "demo"],
  ["rtmp://host/live/demo", ""],
  ["", "rtmp://host/live/demo"],
  ["live", "rtmp://host/live/demo"],
  ["live", "rtmp://host:1935/live/demo"],
  ["live", "rtmps://user:password@[::1]:443/live/demo"],
  ["live", "rtmp://host/demo"],
  ["live", "http://host:8080/live/demo.flv"],
  ["live", "rtmp%3A%2F%2Fhost%2Flive%2Fdemo"],
  ["rtmp://host/live", " rtmp://host/live/demo"],
  ["live", "demo.flv"],
  ["live", "demo.flv.flv"],
  ["live", "flv:demo"],
  ["live/_definst_", "demo"],
  ["live/.", "./demo"],
  [" live ", "demo\r\n"],
  ["live\0", "demo\0\0"],
  ["live", "\tdemo\u00a0"],
  ["\u200elive", "\u2066demo\u200b\u2069"],
  ["live", "%64emo"],
  ["live%2Fdemo", ""],
  ["live", "demo%20%0A"],
];

for (const [app, name] of LIVE_DEMO) {
  Deno.test(`app ${JSON.stringify(app)} and name ${JSON.stringify(name)} are live/demo`, () => {
    assertEquals(streamPath(app, name), { app: "live", name: "demo", path: "live/demo" });
  });
}

const PATHS: [app: string, name: string, path: string][] = [
  ["demo", "", "demo"],
  ["", "demo", "demo"],
  ["live", "", "live"],
  ["live", ".flv", "live"],
  ["live", "..flv", "live"],
  // FFmpeg splits rtmp://h/live/inst/cam so, OBS does not.
  ["live/inst", "cam", "live/inst/cam"],
  ["live", "inst/cam", "live/inst/cam"],
  ["live", "rtmp://host/other/demo", "live/other/demo"],
  // FFmpeg writes it so.
  ["vod", "mp4:a/b.mp4", "vod/a/b.mp4"],
  ["live", "a b", "live/a b"],
  ["k\u00e4se", "cafe\u0301", "k\u00e4se/caf\u00e9"],
  ["ka\u0308se", "caf%C3%A9", "k\u00e4se/caf\u00e9"],
  ["live", "ka%CC%88se.flv", "live/k\u00e4se"],
  ["live", "a\u0338", "live/a\u0338"],
  ["live", "\u{1f3f4}\u{e0067}\u{e007f}", "live/\u{1f3f4}\u{e0067}\u{e007f}"],
  ["live", "a\nb", "live/a\nb"],
  ["live", "...", "live/..."],
  ["live", "a..b", "live/a..b"],
  ["live", "demo.FLV", "live/demo.FLV"],
  ["live", "100%", "live/100%"],
  ["live", "rtmp:demo", "live/rtmp:demo"],
  ["live", "a?b", "live/a?b"],
  ["live", "%D6%D0.flv", "live/%D6%D0"],
  ["api", "demo", "api/demo"],
];

for (const [app, name, path] of PATHS) {
  const where = `app ${JSON.stringify(app)} and name ${JSON.stringify(name)}`;
  Deno.test(`${where} are ${JSON.stringify(path)}`, () => {
    const found = streamPath(app, name);
    assert("path" in found, JSON.stringify(found));
    assertEquals(found.path, path);
    assertEquals(found.name, path.split("/").at(-1));
    assertEquals(found.app, path.split("/").slice(0, -1).join("/"));
  });
}

const NO_PATHS: [app: string, name: string, why: RegExp][] = [
  ["", "", /has no name: use a stream key such as demo/],
  ["/", "//", /has no name/],
  [".", ".flv", /has no name/],
  ["", " \r\n\0", /has no name/],
  ["rtmp://host", "", /has no name/],
  ["live", "..", /must not contain \.\.: use a server such as rtmp:\/\/host\/live/],
  ["live", "../api/demo", /must not contain \.\./],
  ["live", "%2e%2E/demo", /must not contain \.\./],
  ["live", "a/%252e%252e/b", /must not contain \.\./],
  ["live", "...flv", /must not contain \.\./],
  ["live", "a/ .. /b", /must not contain \.\./],
  ["live", "x".repeat(4092), /Path too long: 4097 bytes, limit 4096/],
  ["live", "ü".repeat(2046), /Path too long: 4097 bytes, limit 4096/],
];

for (const [app, name, why] of NO_PATHS) {
  const where = `app ${JSON.stringify(app)} and name ${JSON.stringify(name.slice(0, 20))}`;
  Deno.test(`${where} are refused with what to write instead`, () => {
    const found = streamPath(app, name);
    assert("description" in found, JSON.stringify(found));
    assert(why.test(found.description), found.description);
    assert(/demo$/.test(found.description), found.description);
  });
}

const piece = fc.constantFrom(
  ...["/", "//", "a", "live", ".", "..", ".flv", "mp4:", "%", "2", "5", "2F", "0A", " ", "\0", "é"],
  ...["rtmp://h", "_definst_", ":", "\u0301", "\u0338", "\u200b", "\u1100", "\u1161"],
);
const text = fc.array(piece, { maxLength: 12 }).map((pieces) => pieces.join(""));

Deno.test("streamPath() of a path is that path, whatever is taken for the app", () => {
  fc.assert(
    fc.property(text, text, (app, name) => {
      const found = streamPath(app, name);
      if ("description" in found) return;
      assertEquals(streamPath("", found.path), found);
      assertEquals(streamPath(found.path, ""), found);
      assertEquals(streamPath(found.app, found.name), found);
      assertEquals(streamPath("", found.path.split("/").map(encodeURIComponent).join("/")), found);
    }),
    { numRuns: 2000 },
  );
});

Deno.test("streamPath() gives paths in which every part says something", () => {
  fc.assert(
    fc.property(text, text, (app, name) => {
      const found = streamPath(app, name);
      if ("description" in found) return;
      for (const part of found.path.split("/")) {
        assert(!["", ".", ".."].includes(part), found.path);
        assertEquals(part, part.trim());
      }
    }),
    { numRuns: 2000 },
  );
});

Deno.test("streamPath() takes what is hostile by the thousand", () => {
  for (const unit of ["/", "mp4:", ".flv", " ", "%25", "/.", "\0mp4:"]) {
    const found = streamPath(unit.repeat(1000), unit.repeat(1000));
    assert("description" in found || found.path.length < 4096, unit);
  }
});
