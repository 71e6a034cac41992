import { assertEquals, assertLess, assertMatch } from "@std/assert";
import { videoTag } from "../support/media.ts";
import { collect } from "../support/publications.ts";
import { RawClient } from "../support/raw_client.ts";
import { startTestApp } from "../support/server.ts";
import { until } from "../support/wait.ts";

const LONG = "x".repeat(4000);

/** Names that a peer may send, and what they are without their parameters. */
const NAMES: [sent: { app: string; name: string }, path: string][] = [
  [{ app: "live", name: "demo" }, "live/demo"],
  [{ app: "live", name: "a/b" }, "live/a/b"],
  [{ app: "live/inst", name: "cam" }, "live/inst/cam"],
  [{ app: "live", name: "" }, "live"],
  [{ app: "", name: "demo" }, "demo"],
  [{ app: "live", name: "?k=v" }, "live"],
  [{ app: "live", name: "...a" }, "live/...a"],
  [{ app: "live", name: "..\\..\\x" }, "live/..\\..\\x"],
  [{ app: "live", name: "demo?k=/../v" }, "live/demo"],
  [{ app: "live", name: "Straße 漢 🎥" }, "live/Straße 漢 🎥"],
  [{ app: "live", name: "a\0b\nc" }, "live/a\0b\nc"],
  [{ app: "live", name: "CON" }, "live/CON"],
  [{ app: "live", name: LONG }, `live/${LONG}`],
  [{ app: LONG, name: "x" }, `${LONG}/x`],
  [{ app: "a/".repeat(1000), name: "x" }, `${"a/".repeat(1000)}x`],
];

/** Names that no stream can have. */
const NO_NAMES: [app: string, name: string][] = [
  ["", ""],
  ["/", "?k=v"],
  ["live", "../../x"],
  ["../..", ".."],
  ["live", "..%2f..%2fx"],
  [LONG, LONG],
];

Deno.test("Publication.fileName is one part of a path, safe and never the same twice", async () => {
  const seen = new Map<string, string>();
  for (const [{ app, name }, path] of NAMES) {
    await using server = collect();
    using _client = await RawClient.publish(server.port, name, app);
    const { publication } = await server.publication(0);
    assertEquals(publication.path, path);
    const { fileName } = publication;
    assertMatch(fileName, /^[A-Za-z0-9_%~+-][A-Za-z0-9_%~+.-]*$/);
    assertLess(`${fileName}.flv`.length, 256, path.slice(0, 40));
    assertEquals(seen.get(fileName) ?? path, path, fileName);
    seen.set(fileName, path);
  }
});

Deno.test("--record keeps every recording in its directory, whatever its name", async () => {
  const parent = await Deno.makeTempDir({ prefix: "sluice-test-" });
  const directory = `${parent}/a/b/recordings`;
  const app = await startTestApp("--http-port", "off", "--record", directory);
  for (const [{ app: to, name }] of NAMES) {
    using client = await RawClient.publish(app.rtmp.addr.port, name, to);
    client.sendTags([videoTag(0)]);
    client.command("FCUnpublish", 4, null, name);
    await until("the end", () => app.rtmp.ledger.current.size === 0);
  }
  for (const [to, name] of NO_NAMES) {
    using client = await RawClient.open(app.rtmp.addr.port, to);
    client.askToPublish(name);
    await client.status("NetStream.Publish.Denied");
    await client.closed();
  }
  assertEquals(app.rtmp.ledger.refusals, { "invalid-name": NO_NAMES.length });
  await app.shutdown();
  const outside = (await filesBelow(parent)).filter((path) => !path.startsWith(directory));
  assertEquals(outside, []);
  assertEquals((await filesBelow(directory)).length, NAMES.length);
  await Deno.remove(parent, { recursive: true });
});

async function filesBelow(directory: string): Promise<string[]> {
  const files: string[] = [];
  for await (const { name, isDirectory } of Deno.readDir(directory)) {
    const path = `${directory}/${name}`;
    if (isDirectory) files.push(...await filesBelow(path));
    else files.push(path);
  }
  return files;
}
