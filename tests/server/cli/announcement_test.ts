/**
 * What a start prints is meant to be copied: the addresses work as they stand there.
 *
 * @module
 */

import { assert, assertEquals, assertMatch } from "@std/assert";
import { publishRtmp } from "../../../src/client/publish.ts";
import { flvBytes } from "../../support/http.ts";
import { tagsOf, videoTags } from "../../support/media.ts";
import { ServerProcess } from "../../support/server.ts";

const TAGS = videoTags(5);

/** The address that a line names. */
async function addressIn(server: ServerProcess, line: RegExp): Promise<string> {
  const [address] = /\w+:\/\/\S+/.exec(await server.line(line)) ?? [];
  assert(address, String(line));
  return address;
}

const SETTINGS: [what: string, args: string[], path: string][] = [
  ["any app", [], "live/demo"],
  ["an app of its own", ["--app", "studio"], "studio/demo"],
  ["an app with a slash", ["--app", "studio/one"], "studio/one/demo"],
  ["an app that a URL has to escape", ["--app", "caf\u00e9"], "caf\u00e9/demo"],
  ["an app and a key", ["--app", "studio", "--stream-key", "s3cret"], "studio/demo"],
  ["IPv6", ["--host", "::1"], "live/demo"],
  ["all addresses", ["--host", "0.0.0.0"], "live/demo"],
  ["all addresses, of IPv6 too", ["--host", "::"], "live/demo"],
];

for (const [what, args, path] of SETTINGS) {
  Deno.test(`the printed addresses lead to the same stream, with ${what}`, async () => {
    await using server = await ServerProcess.start({ args });
    const publishUrl = await addressIn(server, / Publish to rtmp:/);
    const watchUrl = await addressIn(server, / Watch /);
    const pageUrl = await addressIn(server, / See what is live at /);
    assertEquals(publishUrl.endsWith("?key=KEY"), args.includes("--stream-key"));
    assert(!server.lines.join().includes("s3cret"));

    const watching = fetch(watchUrl);
    const { writable } = await publishRtmp(publishUrl.replace("?key=KEY", "?key=s3cret"));
    await server.line(new RegExp(`${path} is published`));
    const writer = writable.getWriter();
    for (const tag of TAGS) await writer.write(tag);
    const response = await watching;
    await writer.close();
    assertEquals(tagsOf(await response.bytes()), tagsOf(flvBytes(TAGS)));
    assertMatch(await (await fetch(pageUrl)).text(), /<title>/);
  });
}

/** Addresses of this machine that others can use. */
const ADDRESSES = Deno.networkInterfaces()
  .filter(({ family, address }) => family === "IPv4" && !address.startsWith("127."))
  .map(({ address }) => address);

Deno.test({
  name: "the start prints an address for a phone, given --allow-sys",
  ignore: ADDRESSES.length === 0,
  async fn() {
    await using server = await ServerProcess.start({
      args: ["--http-host", "0.0.0.0"],
      permissions: ["--allow-sys=networkInterfaces"],
    });
    const url = new URL(await addressIn(server, / From other devices, use .* as in http:/));
    assert(ADDRESSES.includes(url.hostname), url.href);
    assertMatch(await (await fetch(url)).text(), /<title>/);
  },
});

Deno.test("the start says how to find the address without --allow-sys", async () => {
  await using server = await ServerProcess.start({ args: ["--host", "0.0.0.0"] });
  assertMatch(
    await server.line(/ From other devices, /),
    /use this machine's address.*`.+` prints it$/,
  );
});

Deno.test("on loopback alone there is no word of other devices", async () => {
  await using server = await ServerProcess.start({ permissions: ["--allow-sys"] });
  await server.stop();
  assertEquals(server.lines.filter((line) => line.includes("other devices")), []);
});
