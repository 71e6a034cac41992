/**
 * What a start downloads: the packages of the server, and none that only tests need. `deno task` loads
 * every package in the `imports` of `deno.json`, whatever is run; those of tests are in its `scopes`.
 *
 * @module
 */

import { assertEquals } from "@std/assert";
import denoJson from "../../deno.json" with { type: "json" };
import { within } from "../support/wait.ts";

const ROOT = new URL("../../", import.meta.url);

/** `npm:@hono/node-server@^1.19.0`: name and lowest version. */
const SPECIFIER = /^npm:(.+)@\^(.+)$/;

const OF_THE_SERVER = npmPackages(denoJson.imports);
const OF_TESTS = npmPackages(denoJson.scopes["./tests/"]);

function npmPackages(imports: Record<string, string>): Map<string, string> {
  const specifiers = Object.values(imports).map((specifier) => SPECIFIER.exec(specifier));
  return new Map(specifiers.flatMap((parts) => parts ? [[parts[1]!, parts[2]!]] : []));
}

Deno.test("`deno task start` asks the registry for the packages of the server alone", async () => {
  const versions = new Map([...OF_THE_SERVER, ...OF_TESTS]);
  const asked = new Set<string>();
  await using registry = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen() {} },
    (request) => {
      const name = decodeURIComponent(new URL(request.url).pathname.slice(1));
      const version = versions.get(name);
      // There are no files: the start ends when it knows what it would need.
      if (version === undefined) return new Response(null, { status: 404 });
      asked.add(name);
      const tarball = new URL(`/-/${encodeURIComponent(name)}.tgz`, request.url).href;
      const versionInfo = { name, version, dist: { tarball } };
      return Response.json({ name, "dist-tags": {}, versions: { [version]: versionInfo } });
    },
  );
  const cache = await Deno.makeTempDir({ prefix: "sluice-test-" });
  const command = new Deno.Command(Deno.execPath(), {
    args: ["task", "start", "--version"],
    cwd: ROOT,
    env: { DENO_DIR: cache, NPM_CONFIG_REGISTRY: `http://127.0.0.1:${registry.addr.port}` },
  });
  const { success, stderr } = await within("the start to fail", command.output());
  await Deno.remove(cache, { recursive: true });
  assertEquals(
    [...asked].sort(),
    [...OF_THE_SERVER.keys()].sort(),
    new TextDecoder().decode(stderr),
  );
  assertEquals(success, false);
});

Deno.test("the server imports each package that a start downloads", async () => {
  const imported = new Set<string>();
  for await (const source of sources(new URL("src/", ROOT))) {
    for (const [, specifier] of source.matchAll(/\b(?:from|import)[\s(]+"([^"]+)"/g)) {
      imported.add(specifier!);
    }
  }
  const isImported = (name: string) =>
    [...imported].some((specifier) => specifier === name || specifier.startsWith(`${name}/`));
  assertEquals([...OF_THE_SERVER.keys()].filter((name) => !isImported(name)), []);
  assertEquals([...OF_TESTS.keys()].filter(isImported), []);
});

async function* sources(directory: URL): AsyncGenerator<string> {
  for await (const { name, isDirectory } of Deno.readDir(directory)) {
    if (isDirectory) yield* sources(new URL(`${name}/`, directory));
    else if (name.endsWith(".ts")) yield await Deno.readTextFile(new URL(name, directory));
  }
}
