/**
 * Names with signs that mean something elsewhere, in every place where they are shown.
 *
 * @module
 */

import { assert, assertEquals, assertMatch } from "@std/assert";
import { callApi, recordingDirectory, startApiApp } from "../../support/api.ts";
import { FlvReader } from "../../support/http.ts";
import { mediaOf, tagsOf, videoTag, videoTags } from "../../support/media.ts";
import { RawClient } from "../../support/raw_client.ts";
import { recordPermissions, ServerProcess } from "../../support/server.ts";
import { until } from "../../support/wait.ts";

const NAMES: Record<string, string> = {
  "quotes": `"'\``,
  "markup": "<script>alert(1)<!--&amp;",
  "text from right to left": "a\u202egnp.\u202c\u05d0\u05d1",
  "emoji": "🎥👩‍👩‍👧",
  "a NUL": "a\0b",
  "lines": "a\r\nSet-Cookie: x=y\n2026-01-02 INF forged",
  "line separators": "a\u2028b\u2029c\u0085d",
  "percent signs": "100%%2 %zz",
  "dots": "..a...b",
  "backslashes": "..\\..\\windows",
  "a name of Windows": "CON",
  "spaces and dots at its end": "demo. . .",
  "what a URL is made of": "a#b&c=d;e:f@g+h",
  "what a shell is made of": "$(reboot)`id`|&;*",
  "an escape sequence": "a\x1b[2J\x1b]0;owned\x07b",
  "300 characters": "ü".repeat(300),
  "a placeholder": "{path}",
};

/** How a name stands in a URL: slashes in it are no parts. */
const inUrl = (name: string) => encodeURIComponent(name);

for (const [what, name] of Object.entries(NAMES)) {
  Deno.test(`a name with ${what} comes back as it is, from everywhere`, async () => {
    await using directory = await recordingDirectory();
    await using api = await startApiApp("--record-on-demand", directory.path);
    using client = await RawClient.publish(api.port, name);
    const sent = videoTags(3);
    client.sendTags(sent);
    await until("all of it", () => api.app.rtmp.publications[0]!.ledger.tags.videoFrames === 3);
    const path = `live/${name}`;

    const { streams } = (await api.call("GET", "streams")).body;
    assertEquals([streams[0].path, streams[0].path], [path, path]);
    const { status, body } = await api.call("GET", `streams/live/${inUrl(name)}`);
    assertEquals([status, body.path], [200, path]);
    const { connections } = (await api.call("GET", "connections")).body;
    assertEquals(connections[0].publishes[0].path, path);

    const recording = await api.call("POST", "recordings", { stream: path });
    assertEquals([recording.status, recording.body.stream], [201, path]);
    assertMatch(recording.headers.get("location") ?? "", /^\/api\/v1\/recordings\/[\da-f-]{36}$/);
    assertMatch(recording.body.file, /^live\/[\w%.~-]{1,225}\.flv$/);
    assertEquals(recording.body.file.includes("/."), false);

    const http = await fetch(`${api.url}/live/${inUrl(name)}.flv`);
    assertEquals([...http.headers.keys()].filter((key) => /cookie|disposition/.test(key)), []);
    const socket = new WebSocket(`${api.url.replace("http", "ws")}/live/${inUrl(name)}.flv`);
    socket.binaryType = "arraybuffer";
    const messages: Uint8Array[] = [];
    socket.onmessage = ({ data }) => void messages.push(new Uint8Array(data));
    const closed = new Promise((resolve) => socket.onclose = resolve);
    await until("both viewers", () => api.app.rtmp.publications[0]!.ledger.consumers.length === 3);
    client.sendTags([videoTag(3)]);
    client.command("FCUnpublish", 4, null, name);
    await closed;
    const expected = [...mediaOf(sent), videoTag(3)];
    for (const chunks of [http.body!, messages]) {
      const reader = new FlvReader(ReadableStream.from(chunks));
      await reader.done;
      assertEquals(mediaOf(reader.tags), expected);
    }
    await api.idle();
    const file = await Deno.readFile(`${directory.path}/${recording.body.file}`);
    assertEquals(mediaOf(tagsOf(file)), expected);
    const found = await Array.fromAsync(Deno.readDir(`${directory.path}/live`));
    assertEquals(found.length, 1);
  });
}

for (const flags of [[], ["--json"]]) {
  Deno.test(`no name writes lines of its own into the log${flags.map((flag) => ` with ${flag}`)}`, async () => {
    await using directory = await recordingDirectory();
    const server = await ServerProcess.start({
      args: ["--record", directory.path, "--log-level", "debug", ...flags],
      permissions: recordPermissions(directory.path),
    });
    const { port, http } = server;
    for (const name of Object.values(NAMES)) {
      using client = await RawClient.publish(port, name, "live");
      client.sendTags([videoTag(0)]);
      client.command("FCUnpublish", 4, null, name);
      const { status } = await callApi(http, "DELETE", `streams/live/${inUrl(name)}`);
      assert(status === 204 || status === 404);
      await callApi(http, "POST", "pushes", {
        stream: `live/${name}`,
        url: "rtmp://127.0.0.1:1/a/b",
      });
    }
    const ended = flags.length > 0 ? /^\{.*has ended/ : /^\S+Z INF .*has ended/;
    await until("the end of all", () => {
      return server.lines.filter((line) => /has ended/.test(line)).length ===
        Object.keys(NAMES).length;
    });
    await server.stop();
    // deno-lint-ignore no-control-regex
    const odd = /[\0-\x1f\x7f-\x9f\u2028\u2029]/;
    const reordering = /[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/;
    assertEquals(server.lines.filter((line) => odd.test(line)), []);
    assertEquals(server.lines.filter((line) => reordering.test(line)), []);
    assertEquals(server.lines.filter((line) => ended.test(line)).length, Object.keys(NAMES).length);
    const shape = flags.length > 0 ? /^\{"@timestamp":".*\}$/ : /^\S+Z (DBG|INF|WRN|ERR) /;
    assertEquals(server.lines.filter((line) => !shape.test(line)), []);
  });
}
