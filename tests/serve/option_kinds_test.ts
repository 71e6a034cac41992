/**
 * What a program sets that is no number is checked at once, too.
 *
 * @module
 */

import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import { Channel } from "../../src/channel/channel.ts";
import { playRtmp } from "../../src/client/play.ts";
import { publishRtmp, type PublishRtmpOptions } from "../../src/client/publish.ts";
import { serveRtmp, type ServeRtmpOptions } from "../../src/serve/serve.ts";
import { freePort } from "../support/free_port.ts";

/** What is no text, no list, no signal and no word. */
const WRONG: unknown[] = [null, NaN, 5, 5n, true, {}, () => "text", Symbol("text"), new Date()];

/** Options of both clients, and what else they cannot be. */
const CLIENT: [name: keyof PublishRtmpOptions, others: unknown[]][] = [
  ["app", [["live"]]],
  ["streamName", [["demo"]]],
  ["flashVer", [["FMLE"]]],
  ["via", ["relay", [5], [null], new Set(["relay"])]],
  ["caCerts", ["-----BEGIN CERTIFICATE-----", [5]]],
  ["permitAddress", ["127.0.0.1", ["127.0.0.1"]]],
  ["handshake", ["digest", ["simple"]]],
  ["signal", ["abort", [], new AbortController(), { aborted: false }]],
];

/** Nothing listens there. */
const URL_OF_NOTHING = `rtmp://127.0.0.1:${freePort()}/live/demo`;

for (const connect of [publishRtmp, playRtmp]) {
  for (const [name, others] of CLIENT) {
    Deno.test(`${connect.name}() throws a TypeError when ${name} is of another kind`, async () => {
      const isWrong = (value: unknown) => name !== "permitAddress" || typeof value !== "function";
      for (const value of [...WRONG, ...others].filter(isWrong)) {
        await assertRejects(
          async () => await connect(URL_OF_NOTHING, { [name]: value }),
          TypeError,
          name,
        );
      }
    });
  }
}

Deno.test("publishRtmp() throws a TypeError when type is no word of the specification", async () => {
  for (const type of [...WRONG, "", "LIVE", "vod"]) {
    const options = { type } as PublishRtmpOptions;
    await assertRejects(() => publishRtmp(URL_OF_NOTHING, options), TypeError, "type");
  }
});

const SERVER: [name: keyof ServeRtmpOptions, others: unknown[]][] = [
  ["hostname", [["127.0.0.1"]]],
  ["signal", ["abort", [], new AbortController(), { aborted: false }]],
  ["tls", ["certificate", [], false, 0]],
];

for (const [name, others] of SERVER) {
  Deno.test(`serveRtmp() throws a TypeError when ${name} is of another kind, and listens nowhere`, async () => {
    const port = freePort();
    const wrong = name === "tls" ? [null, 5, "yes"] : WRONG;
    for (const value of [...wrong, ...others]) {
      const options = { hostname: "127.0.0.1", port, [name]: value };
      assertThrows(() => serveRtmp(options as ServeRtmpOptions, () => {}), TypeError, name);
    }
    const server = serveRtmp({ hostname: "127.0.0.1", port }, () => {});
    assertEquals(server.addr.port, port);
    await server.shutdown();
  });
}

Deno.test("serveRtmp() throws a TypeError when options and handler are not in their order", () => {
  const serveAnything = serveRtmp as unknown as (...args: unknown[]) => unknown;
  const handler = () => {};
  for (
    const args of [[handler, { port: 0 }], [handler, handler], [8080, handler], ["x", handler]]
  ) {
    assertThrows(() => serveAnything(...args), TypeError, "options");
  }
});

Deno.test("Channel() throws a TypeError when the limits or the clock are none", () => {
  const make = (...args: unknown[]) =>
    new (Channel as unknown as new (...args: unknown[]) => unknown)(...args);
  for (const wrong of [null, 5, "text", []]) {
    assertThrows(() => make(wrong), TypeError, "limits");
    assertThrows(() => make(undefined, wrong), TypeError, "clock.now");
  }
  assertThrows(() => make(undefined, { now: 5 }), TypeError, "clock.now");
});
