import { assert, assertEquals, assertThrows } from "@std/assert";
import { parseRtmpUrl, type RtmpTarget, type RtmpTargetOptions } from "../../src/client/url.ts";

const pure = { permissions: "none" } as const;

Deno.test("parseRtmpUrl() finds application and stream name as FFmpeg does", pure, () => {
  const table: [url: string, app: string, streamName: string, options?: RtmpTargetOptions][] = [
    ["rtmp://h/live/cam", "live", "cam"],
    ["rtmp://h/live/inst/cam", "live/inst", "cam"],
    ["rtmp://h/live/inst/a/b", "live/inst", "a/b"],
    ["rtmp://h/vod/mp4:dir/file.mp4", "vod", "mp4:dir/file.mp4"],
    ["rtmp://h/vod/inst/mp4:dir/file.mp4", "vod/inst", "mp4:dir/file.mp4"],
    ["rtmp://h/live/cam?key=a/b:c&x=1", "live", "cam?key=a/b:c&x=1"],
    ["rtmp://h/live/?key=1", "live", "?key=1"],
    ["rtmp://h/live/schön cam#1", "live", "schön cam#1"],
    ["rtmp://h/live/a%20b", "live", "a%20b"],
    ["rtmp://h/live?token=1/cam", "live?token=1", "cam"],
    ["rtmp://h/live?token=1&x=a/b==/cam", "live?token=1&x=a/b==", "cam"],
    ["rtmp://h/live?token=1/cam?key=2", "live?token=1", "cam?key=2"],
    ["rtmp://h/live?token=1/mp4:cam", "live?token=1", "mp4:cam"],
    ["rtmp://h/live?token=a/b", "live?token=a/b", "cam", { streamName: "cam" }],
    ["rtmp://h/?token=1/cam", "live", "cam", { app: "live" }],
    ["rtmp://h/live", "live", "cam", { streamName: "cam" }],
    ["rtmp://h/live?token=1", "live?token=1", "cam", { streamName: "cam" }],
    ["rtmp://h/live/", "live", "cam", { streamName: "cam" }],
    ["rtmp://h/live/cam?key=1", "live", "other", { streamName: "other" }],
    ["rtmp://h/live/inst/cam", "a/b/c", "cam", { app: "a/b/c" }],
    ["rtmp://h", "live", "cam", { app: "live", streamName: "cam" }],
  ];
  for (const [url, app, streamName, options] of table) {
    const target = parseRtmpUrl(url, options);
    assertEquals([target.app, target.streamName], [app, streamName], url);
  }
});

Deno.test("parseRtmpUrl() finds host, port, tcUrl and credentials", pure, () => {
  const table: [url: string, expected: Partial<RtmpTarget>][] = [
    ["rtmp://host/live/cam", {
      secure: false,
      hostname: "host",
      port: 1935,
      host: "host:1935",
      tcUrl: "rtmp://host:1935/live",
      hostAndApp: "host:1935/live",
    }],
    ["RTMPS://host/live?a=1", { secure: true, port: 443, hostAndApp: "host:443/live" }],
    ["rtmps://host/live/cam?key=1", {
      tcUrl: "rtmps://host:443/live",
      hostAndApp: "host:443/live",
    }],
    ["rtmp://[2001:db8::1]:2000/live/cam", {
      hostname: "2001:db8::1",
      port: 2000,
      tcUrl: "rtmp://[2001:db8::1]:2000/live",
    }],
    ["rtmp://user:p%40ss@host:1/a/b", {
      port: 1,
      tcUrl: "rtmp://host:1/a",
      credentials: { user: "user", password: "p@ss" },
    }],
    ["rtmp://user:p@s:s@host/a/b", { credentials: { user: "user", password: "p@s:s" } }],
    ["rtmp://user@host/a/b", { credentials: { user: "user", password: "" } }],
  ];
  for (const [url, expected] of table) {
    const target = parseRtmpUrl(url, { streamName: "cam" });
    for (const [key, value] of Object.entries(expected)) {
      assertEquals(target[key as keyof RtmpTarget], value, `${key} of ${url}`);
    }
  }
});

Deno.test("parseRtmpUrl() takes a URL object", pure, () => {
  const { hostname, app, streamName } = parseRtmpUrl(new URL("rtmp://h:1936/live/cam?key=1"));
  assertEquals([hostname, app, streamName], ["h", "live", "cam?key=1"]);
});

Deno.test("parseRtmpUrl() refuses in one sentence that holds no password", pure, () => {
  const table: [url: string, message: string][] = [
    ["http://secret@h/live/cam", "rtmp://host/app/name"],
    ["rtmp:/h/live/cam", "rtmp://host/app/name"],
    ["rtmp:///live/secret", "rtmp://host/app/name"],
    ["rtmp://u:secret@/live/cam", "rtmp://host/app/name"],
    ["rtmp://u:secret@::1/live/cam", "rtmp://host/app/name"],
    ["rtmp://u:secret@h:/live/cam", "rtmp://host/app/name"],
    ["rtmp://u:secret@h:0/live/cam", "the port 0"],
    ["rtmp://u:secret@h:65536/live/cam", "the port 65536"],
    ["rtmp://u:secret%@h/live/cam", "a % in its user or password"],
    ["rtmp://u:secret@h/live", "h:1935: it names no stream"],
    ["rtmp://u:secret@h/live/", "h:1935: it names no stream"],
    ["rtmp://u:secret@h/live?token=secret", "h:1935: it names no stream"],
    ["rtmp://u:secret@h/live?token=secret/", "h:1935: it names no stream"],
    ["rtmp://u:secret@h", "h:1935: it names no application"],
    ["rtmp://u:secret@h//cam", "h:1935: it names no application"],
    ["rtmp://u:secret@h/?token=secret/cam", "h:1935: it names no application"],
  ];
  for (const [url, message] of table) {
    const error = assertThrows(() => parseRtmpUrl(url), TypeError, message);
    assert(!error.message.includes("secret"), error.message);
  }
});
