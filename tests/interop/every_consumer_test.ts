import { assertEquals } from "@std/assert";
import { clip, type Contents, contents, publishClip } from "../support/ffmpeg.ts";
import { NGINX_RTMP_MODULE, startNginx } from "../support/nginx.ts";
import { recordPermissions, ServerProcess } from "../support/server.ts";
import { toolTest } from "../support/tools.ts";
import { until, within } from "../support/wait.ts";

const TOOLS = [
  ...["ffmpeg", "ffprobe", "rtmpdump", "gst:rtmp2src", "gst:filesink"],
  ...["nginx", NGINX_RTMP_MODULE],
];

const PATH = "live/demo";

/** Programs that play RTMP into a file. */
const PLAYERS: Record<string, (url: string, file: string) => string> = {
  "FFmpeg": (url, file) => `ffmpeg -v error -i ${url} -map 0 -c copy -copyts -f flv ${file}`,
  "rtmpdump": (url, file) => `rtmpdump -q -v -r ${url} -o ${file}`,
  "GStreamer": (url, file) =>
    `gst-launch-1.0 -q rtmp2src location=${url} ! filesink location=${file}`,
};

await toolTest(TOOLS, "one publication reaches every kind of consumer whole", async () => {
  const directory = await Deno.makeTempDir({ prefix: "sluice-test-" });
  const file = (name: string) => `${directory}/${name}.flv`;
  const source = await clip("b-frames");
  const { lines, complaints } = await publishToAll(source, directory);

  const expected = frames(await contents(source));
  const [video, audio] = [expected.video, expected.audio];
  assertEquals(video, 60);
  const [recording] = await Array.fromAsync(Deno.readDir(`${directory}/live`));
  await Deno.rename(`${directory}/live/${recording!.name}`, file("recording"));
  for (
    const name of [...Object.keys(PLAYERS), "HTTP-FLV", "WS-FLV", "recording", "nginx", "output"]
  ) {
    assertEquals({ name, ...frames(await contents(file(name))) }, { name, ...expected });
  }

  const books = lines.find((line) => line.includes(" has ended: "))!.split("; ");
  const got = (kind: string, count = 1) =>
    `${count} × ${kind}: delivered ${video * count} video, ${audio * count} audio`;
  assertEquals(
    books.slice(1).sort(),
    [
      got("rtmp-play", 3),
      ...["http-flv", "ws-flv", "recording", "output", "push"].map((kind) => got(kind)),
      "ledger balanced",
    ].sort(),
  );
  assertEquals(complaints, []);
  await Deno.remove(directory, { recursive: true });
});

/** Publishes to a server with all kinds of consumers, which write into files, until it has ended. */
async function publishToAll(source: string, directory: string): Promise<ServerProcess> {
  const file = (name: string) => `${directory}/${name}.flv`;
  await using nginx = await startNginx({ live: `live on; record all; record_path ${directory};` });
  await using server = await ServerProcess.start({
    shell: `exec > ${file("output")}`,
    args: [
      ...["--output", "-", "--record", directory],
      ...["--push", `${PATH}=${nginx.url("live/nginx")}`],
    ],
    permissions: recordPermissions(directory),
  });
  await using entrance = new PlayEntrance(server.port);
  const players = Object.entries(PLAYERS);
  const watching = Promise.all([
    ...players.map(([name, command]) => play(command(`${entrance.url}/${PATH}`, file(name)))),
    watchHttp(`${server.http}/${PATH}.flv`, file("HTTP-FLV")),
    watchWebSocket(`${server.http}/${PATH}.flv`, file("WS-FLV")),
  ]);
  watching.catch(() => {});
  await until("all players to wait", () => entrance.playing === players.length);
  // Requests over HTTP hear nothing as long as they wait; one that comes later has been answered.
  await (await fetch(server.http)).text();

  await publishClip(source, `${server.rtmp}/${PATH}`, "-re");
  assertEquals((await server.ended()).code, 0);
  await within("all who watch to end", watching);
  return server;
}

/** What no program on the way may change: how many frames there are, and their hashes. */
function frames({ hashes, video, audio }: Contents) {
  const media = hashes.filter((hash) => /^[av],/.test(hash));
  return { video: video.length, audio: audio.length, media };
}

/** Runs a program to its end; it must not complain. */
async function play(command: string): Promise<void> {
  const [program, ...args] = command.split(" ");
  const { code, stdout, stderr } = await new Deno.Command(program!, { args, stdin: "null" })
    .output();
  const said = [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes)).join("");
  assertEquals([command, code, said], [command, 0, ""]);
}

async function watchHttp(url: string, file: string): Promise<void> {
  const response = await fetch(url);
  assertEquals(response.status, 200);
  await Deno.writeFile(file, response.body!);
}

async function watchWebSocket(url: string, file: string): Promise<void> {
  const socket = new WebSocket(url.replace("http", "ws"));
  socket.binaryType = "arraybuffer";
  const messages: ArrayBuffer[] = [];
  socket.onmessage = ({ data }) => void messages.push(data);
  const { code } = await new Promise<CloseEvent>((resolve) => socket.onclose = resolve);
  assertEquals(code, 1000);
  await Deno.writeFile(file, new Blob(messages).stream());
}

/** Passes players on to a server, and sees how many were told that they play. */
class PlayEntrance implements AsyncDisposable {
  playing = 0;
  readonly #listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  readonly #passing: Promise<void>[] = [];

  constructor(port: number) {
    this.#passing.push(this.#accept(port));
  }

  get url(): string {
    return `rtmp://127.0.0.1:${(this.#listener.addr as Deno.NetAddr).port}`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#listener.close();
    await Promise.all(this.#passing);
  }

  async #accept(port: number): Promise<void> {
    try {
      for await (const player of this.#listener) this.#passing.push(this.#pass(player, port));
    } catch (error) {
      if (!(error instanceof Deno.errors.BadResource)) throw error;
    }
  }

  async #pass(player: Deno.TcpConn, port: number): Promise<void> {
    const server = await Deno.connect({ hostname: "127.0.0.1", port });
    const decoder = new TextDecoder("latin1");
    let said = "";
    const listen = (bytes: Uint8Array<ArrayBuffer>) => {
      if (said.includes("NetStream.Play.Start")) return;
      said += decoder.decode(bytes);
      if (said.includes("NetStream.Play.Start")) this.playing++;
    };
    await Promise.allSettled([copy(player, server), copy(server, player, listen)]);
    for (const conn of [player, server]) conn[Symbol.dispose]();
  }
}

/**
 * Copies one direction of a connection, and says its goodbye. The other stays open: closing both while
 * an acknowledgement has come unread would make the system throw away the last frames.
 */
async function copy(
  from: Deno.TcpConn,
  to: Deno.TcpConn,
  listen?: (bytes: Uint8Array<ArrayBuffer>) => void,
): Promise<void> {
  const memory = new Uint8Array(64 * 1024);
  for (let count = await from.read(memory); count !== null; count = await from.read(memory)) {
    const bytes = memory.subarray(0, count);
    listen?.(bytes);
    for (let at = 0; at < count;) at += await to.write(bytes.subarray(at));
  }
  await to.closeWrite();
}
