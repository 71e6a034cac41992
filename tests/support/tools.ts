/**
 * Tests that need programs which not every machine has.
 *
 * @module
 */

/**
 * A program on the PATH, a file by its absolute path, or an element of GStreamer, written as
 * `gst:rtmp2sink`.
 */
export type Tool = string;

/**
 * A test that is ignored, with a word about why, where one of its tools is missing. With `CI=true`
 * it fails there instead: what CI does not run is never run.
 */
export async function toolTest(
  tools: Tool[],
  name: string,
  run: (context: Deno.TestContext) => void | Promise<void>,
): Promise<void> {
  const missing: Tool[] = [];
  for (const tool of tools) if (!await hasTool(tool)) missing.push(tool);
  if (missing.length === 0) return Deno.test(name, run);
  Deno.test({
    name: `${name} (needs ${missing.join(", ")})`,
    ignore: Deno.env.get("CI") !== "true",
    fn() {
      throw new Error(`Cannot run this test: ${missing.join(", ")} is not installed`);
    },
  });
}

/** Whether a tool is there. */
export async function hasTool(tool: Tool): Promise<boolean> {
  if (tool.startsWith("/")) return await isFile(tool);
  if (!tool.startsWith("gst:")) return await findOnPath(tool) !== undefined;
  if (await findOnPath("gst-inspect-1.0") === undefined) return false;
  const inspect = new Deno.Command("gst-inspect-1.0", {
    args: ["--exists", tool.slice("gst:".length)],
    stdout: "null",
    stderr: "null",
  });
  return (await inspect.output()).success;
}

/** Where a program is, if it is on the PATH. */
export async function findOnPath(program: string): Promise<string | undefined> {
  for (const directory of (Deno.env.get("PATH") ?? "").split(":")) {
    if (await isFile(`${directory}/${program}`)) return `${directory}/${program}`;
  }
}

async function isFile(path: string): Promise<boolean> {
  const found = await Deno.stat(path).catch(() => undefined);
  return found?.isFile === true;
}
