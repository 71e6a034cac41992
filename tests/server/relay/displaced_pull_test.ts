import { assertEquals } from "@std/assert";
import { startTestApp } from "../../support/server.ts";
import { startHttpApp } from "../../support/http.ts";
import { captureLog } from "../../support/log.ts";
import { videoTag } from "../../support/media.ts";
import { RawClient } from "../../support/raw_client.ts";
import { until } from "../../support/wait.ts";

for (const flag of ["--pull", "--pull-always"]) {
  Deno.test(`${flag} makes way for a publisher, does not ask again meanwhile, and comes back after it`, async () => {
    await using log = await captureLog();
    const origin = await startTestApp("--http-port", "off");
    using source = await RawClient.publish(origin.rtmp.addr.port, "demo");
    const url = `rtmp://127.0.0.1:${origin.rtmp.addr.port}/live/demo`;
    await using edge = await startHttpApp(flag, `live/demo=${url}`);
    const viewer = new AbortController();
    const watching = fetch(`${edge.url}/live/demo.flv`, { signal: viewer.signal });
    const published = () => edge.app.rtmp.publications[0];
    let frame = 0;
    const pulled = await until("the pull", () => {
      source.sendTags([videoTag(25 * frame++)]);
      return published();
    });
    assertEquals(pulled.relayed, true);

    using client = await RawClient.publish(edge.port, "demo?key=own");
    client.sendTags([videoTag(0)]);
    await until("the publisher", () => published()?.relayed === false);
    assertEquals((await pulled.closed).reason, "closed");
    const connections = () => origin.rtmp.connections.length;
    await until("the pull to let go of its origin", () => connections() === 1);
    const { ledger } = published()!;
    const viewing = await until(
      "the viewer",
      () =>
        ledger.consumers.find(({ delivered, kind }) =>
          kind === "http-flv" && delivered.videoFrames === 1
        ),
    );
    assertEquals(viewing.balance(), 0);
    assertEquals(connections(), 1);

    client.reset();
    await until("the pull to be back", () => {
      source.sendTags([videoTag(25 * frame++)]);
      return published()?.relayed === true && connections() === 2;
    });
    const refused = log.lines("warning").filter((line) => line.includes("already publishing"));
    assertEquals(refused, []);
    await (await watching).body!.cancel();
    viewer.abort();
    await edge.app.shutdown();
    await origin.shutdown();
  });
}
