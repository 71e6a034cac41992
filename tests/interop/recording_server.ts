/**
 * A server process that records, and what its files and viewers have to hold.
 *
 * @module
 */

import { assert, assertEquals } from "@std/assert";
import { mediaKind } from "../../src/flv/tag_kind.ts";
import { type Contents, contents } from "../support/ffmpeg.ts";
import { tagsOf } from "../support/media.ts";
import { recordPermissions, ServerProcess } from "../support/server.ts";
import { within } from "../support/wait.ts";

/** A server process with a directory of its own. */
export interface RecordingServer extends AsyncDisposable {
  readonly rtmp: string;
  readonly http: string;
  readonly process: ServerProcess;
  /** Where it records. */
  readonly directory: string;
  /** Begins to watch a stream that is not published yet. */
  watch(path: string): Promise<Viewer>;
}

/** A viewer over HTTP. */
export interface Viewer {
  /** Waits for the end, then compares what was seen with the file that was published. */
  check(source: string): Promise<void>;
}

/** Starts a server with `--record` and these flags. */
export async function serve(...args: string[]): Promise<RecordingServer> {
  const directory = await Deno.makeTempDir({ prefix: "sluice-test-" });
  const server = await ServerProcess.start({
    args: ["--record", directory, ...args],
    permissions: recordPermissions(directory),
  });
  return {
    rtmp: server.rtmp,
    http: server.http,
    process: server,
    directory,
    watch: (path) => watch(server, directory, path),
    async [Symbol.asyncDispose]() {
      await server.stop();
      await Deno.remove(directory, { recursive: true });
    },
  };
}

/**
 * Waits until a publication and its recording have ended, and compares the file with the one that
 * was published. The server itself must say that nothing is missing.
 */
export async function checkRecording(
  server: RecordingServer,
  path: string,
  source: string,
): Promise<void> {
  await checkBooks(server, path);
  await checkFile(await recordingOf(server, path), source);
}

/** Waits until a publication has ended; the log must say that its books balance, and no more. */
export async function checkBooks({ process }: RecordingServer, path: string): Promise<void> {
  const end = await process.line(new RegExp(`INF .*\\] ${path} has ended`));
  assert(end.endsWith("ledger balanced"), end);
  assertEquals(process.complaints, []);
}

/** The only recording of a stream. */
export async function recordingOf(
  { directory }: RecordingServer,
  path: string,
): Promise<string> {
  const [app, name] = path.split("/");
  const files = (await Array.fromAsync(Deno.readDir(`${directory}/${app}`)))
    .filter((file) => file.name.startsWith(`${name}-`));
  assertEquals(files.length, 1, `recordings of ${path}`);
  return `${directory}/${app}/${files[0]!.name}`;
}

/** Compares a file with the one that was published: frames, times, hashes, headers first. */
async function checkFile(received: string, source: string): Promise<void> {
  assertEquals(await contents(received), await contentsOf(source));
  const tags = tagsOf(await Deno.readFile(received));
  const kinds = tags.map(({ type, data }) => mediaKind(type, data));
  const headers = kinds.slice(0, kinds.findIndex((kind) => kind.endsWith("Frames")));
  assert(headers.length > 1, `${headers.length} tags before the first frame`);
  assertEquals(headers, headers.map((_, i) => i === 0 ? "scriptTags" : "otherTags"));
}

const sources = new Map<string, Promise<Contents>>();

/** What is in a file that is published again and again. */
function contentsOf(source: string): Promise<Contents> {
  const known = sources.get(source) ?? contents(source);
  sources.set(source, known);
  return known;
}

async function watch(server: ServerProcess, directory: string, path: string): Promise<Viewer> {
  const file = `${directory}/viewer.flv`;
  const watching = fetch(`${server.http}/${path}.flv`).then(async (response) => {
    assertEquals(response.status, 200);
    await Deno.writeFile(file, response.body!);
  });
  // Another request that comes back tells that the first has arrived: nothing is sent for it yet.
  await (await fetch(server.http)).text();
  return {
    async check(source) {
      await within("the viewer's stream to end", watching);
      await checkFile(file, source);
    },
  };
}
