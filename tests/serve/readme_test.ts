import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { tagsOf, videoTags } from "../support/media.ts";
import { RawClient } from "../support/raw_client.ts";
import { until } from "../support/wait.ts";

const ROOT = new URL("../../", import.meta.url);

/** As the README has them; a question could not be answered here. */
const PERMISSIONS = ["--no-prompt", "--allow-net", "--allow-read=.", "--allow-write=."];

/** The first program in the README that calls `serveRtmp`. */
async function readmeProgram(): Promise<string> {
  const readme = await Deno.readTextFile(new URL("README.md", ROOT));
  const blocks = readme.matchAll(/^```ts[^\n]*\n(.*?)^```$/gms);
  const program = Array.from(blocks, ([, code]) => code!).find((code) =>
    code.includes("serveRtmp")
  );
  assert(program, "The README has no program that calls serveRtmp");
  return program;
}

function freePort(): number {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  return listener.addr.port;
}

Deno.test("the program in the README records what is published", async () => {
  const directory = await Deno.makeTempDir({ prefix: "sluice-test-" });
  const port = freePort();
  const readme = await Deno.readTextFile(new URL("README.md", ROOT));
  assertStringIncludes(readme, `deno run ${PERMISSIONS.slice(1).join(" ")} record.ts`);
  const program = (await readmeProgram()).replace("port: 1935", `port: ${port}`);
  assert(program.split("\n").length <= 11, "Its first program has more than ten lines");
  const script = `${directory}/program.ts`;
  await Deno.writeTextFile(script, program);
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "--config", new URL("deno.json", ROOT).pathname, ...PERMISSIONS, script],
    cwd: directory,
    stdin: "null",
    stdout: "null",
    stderr: "inherit",
  }).spawn();

  const sent = videoTags(30);
  using client = await until("the program to listen", () => {
    return RawClient.publish(port, "demo").catch(() => undefined);
  });
  client.sendTags(sent);
  client.command("FCUnpublish", 4, null, "demo");
  const length = 13 + sent.reduce((sum, { data }) => sum + data.length + 15, 0);
  const bytes = await until("the recording", async () => {
    const bytes = await Deno.readFile(`${directory}/live+demo.flv`).catch(() => undefined);
    return bytes && bytes.length >= length && bytes;
  });
  assertEquals(tagsOf(bytes), sent);
  child.kill("SIGKILL");
  await child.status;
  await Deno.remove(directory, { recursive: true });
});
