/**
 * Stream keys with characters that mean something in a URL.
 *
 * @module
 */

import { assertEquals } from "@std/assert";
import { startApiApp } from "../support/api.ts";
import { flvBytes } from "../support/http.ts";
import { videoTags } from "../support/media.ts";
import { RawClient } from "../support/raw_client.ts";

/** As `openssl rand -base64` makes them, and others; some cannot be sent as they are. */
const KEYS: [key: string, asItIs: boolean][] = [
  ["ab+cd/ef==", true],
  ["+", true],
  ["a b", true],
  ["a%b=?", true],
  ["käse", true],
  ["a&b", false],
  ["a%41", false],
];

for (const [key, asItIs] of KEYS) {
  Deno.test(`the key ${key} is known as it is written into the encoder`, async () => {
    await using api = await startApiApp("--stream-key", key);
    const encoded = encodeURIComponent(key);
    const form = new URLSearchParams({ key }).toString();
    for (const query of [`key=${encoded}`, form, ...asItIs ? [`key=${key}`] : []]) {
      for (const [app, name] of [["live", `demo?${query}`], [`live?${query}`, "demo"]]) {
        using publisher = await RawClient.publish(api.port, name!, app);
        publisher.command("FCUnpublish", 4, null, "demo");
        await publisher.status("NetStream.Unpublish.Success");
      }
    }
    const body = flvBytes(videoTags(2));
    for (const query of [`key=${encoded}`, form]) {
      const answer = await fetch(`${api.url}/live/demo.flv?${query}`, { method: "PUT", body });
      assertEquals((await answer.json()).path, "live/demo", query);
    }
    using stranger = await RawClient.open(api.port, "live");
    stranger.askToPublish(`demo?key=x${encoded}`);
    await stranger.status("NetStream.Publish.Denied");
    await stranger.closed();
    await api.idle();
  });
}
