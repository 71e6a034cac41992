import { assert, assertEquals } from "@std/assert";
import { startHttpApp } from "../../support/http.ts";
import { mediaMessage, videoTag, videoTags } from "../../support/media.ts";
import { metricsUntil, readMetrics } from "../../support/prometheus.ts";
import { RawClient } from "../../support/raw_client.ts";

/** A row of the table. */
interface Row {
  name: string;
  type: string;
  labels: string;
  help: string;
}

/** The names that stand for two metrics stand for both. */
function bothOf({ name, type, labels, help }: Row): Row[] {
  if (!name.includes("[stream_]")) return [{ name, type, labels, help }];
  const own = labels === "" ? "stream" : `stream, ${labels}`;
  return [
    { name: name.replace("[stream_]", ""), type, labels, help },
    {
      name: name.replace("[stream_]", "stream_"),
      ...{ type, labels: own, help: `${help}; each stream by itself` },
    },
  ];
}

const guide = await Deno.readTextFile(new URL("../../../docs/operating.md", import.meta.url));
const [, table = ""] = /<!-- metrics -->(.*)<!-- end of metrics -->/s.exec(guide) ?? [];
const rows = Array.from(
  table.matchAll(/^\| `(.+?)` +\| (\w+) +\| (.*?) *\| (.+?) *\|$/gm),
  ([, name, type, labels, help]) => ({
    ...{ name: name!, type: type!, help: help! },
    labels: labels!.replaceAll("`", ""),
  }),
).flatMap(bothOf);

Deno.test("the guide for operators has all metrics, and what each is", async () => {
  await using http = await startHttpApp();
  const { heads } = await readMetrics(http.url);
  const given = Array.from(heads, ([name, { type, help }]) => ({ name, type, help }));
  const byName = (a: { name: string }, b: { name: string }) => a.name < b.name ? -1 : 1;
  assertEquals(
    rows.map(({ name, type, help }) => ({ name, type, help })).sort(byName),
    given.sort(byName),
  );
});

Deno.test("the guide for operators has all labels", async () => {
  await using http = await startHttpApp("--stream-key", "secret");
  using stranger = await RawClient.open(http.port);
  stranger.askToPublish("demo");
  await stranger.closed();
  using client = await RawClient.publish(http.port, "demo?key=secret");
  client.sendTags(videoTags(3));
  client.send({ ...mediaMessage(videoTag(0)), typeId: 99 });
  const response = await fetch(`${http.url}/live/demo.flv?video=0`);
  client.sendTags([{ type: "audio", timestamp: 100, data: Uint8Array.of(0x2f, 1, 2) }]);
  const { values } = await metricsUntil(
    http.url,
    "a dropped frame",
    (metrics) => metrics.has("sluice_stream_dropped_frames_total", "not-wanted"),
  );
  const seen = new Set<string>();
  for (const series of values.keys()) {
    const [, name, pairs] = /^(\w+)\{(.*)\}$/.exec(series)!;
    const metric = name!.replace(/_(bucket|sum|count)$/, "");
    const row = rows.find((row) => row.name === name || row.name === metric);
    const labels = Array.from(pairs!.matchAll(/(\w+)="/g), ([, label]) => label!);
    const own = labels.filter((label) => label !== "le").sort().join();
    const expected = row?.labels.split(", ").filter(Boolean).sort().join();
    assertEquals(own, expected, series);
    seen.add(row!.name);
  }
  const unseen = rows.filter(({ name, labels }) => labels !== "" && !seen.has(name));
  assertEquals(unseen.map(({ name }) => name), ["sluice_http_connections_refused_total"]);
  assert(response.status === 200);
  await response.body!.cancel();
});
