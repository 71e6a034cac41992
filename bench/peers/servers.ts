/**
 * The servers that are measured, each a child process that listens on loopback.
 *
 * @module
 */

/** A server that can be started. */
export interface Peer {
  /** What tables call it. */
  name: PeerName;
  /** Whether it speaks RTMP; the floor does not. */
  speaksRtmp: boolean;
  /** Starts it and waits until it listens. */
  start(): Promise<RunningPeer>;
}

/** The names in tables. */
export type PeerName =
  | "bare Deno"
  | "bare Deno, copies"
  | "Sluice"
  | "Sluice before"
  | "nginx-rtmp"
  | "Node-Media-Server"
  | "SRS";

/** A server that runs. */
export interface RunningPeer extends AsyncDisposable {
  pid: number;
  port: number;
  /** Where its API is, if it has one that we ask. */
  api?: string;
  /** Milliseconds from its start to the first connection it took. */
  startTime: number;
}

/** Interval between checks whether a server listens, in milliseconds. */
const START_CHECK_INTERVAL = 2;

/** What is kept of a server's log, to be shown when it has ended by itself. */
const LAST_LINES = 10;

/** The longest a server may take to start, in milliseconds. */
const START_PATIENCE = 20_000;

/** The servers that this machine has. */
export async function availablePeers(): Promise<Peer[]> {
  const peers: Peer[] = [
    { name: "bare Deno", speaksRtmp: false, start: () => startBare() },
    { name: "bare Deno, copies", speaksRtmp: false, start: () => startBare("copies") },
    { name: "Sluice", speaksRtmp: true, start: () => startSluice() },
  ];
  const before = Deno.env.get("BEFORE");
  if (before) {
    const directory = new URL(`file://${await Deno.realPath(before)}/`);
    const start = () => startSluice([], { directory });
    peers.push({ name: "Sluice before", speaksRtmp: true, start });
  }
  if (await isOnPath("nginx")) {
    peers.push({ name: "nginx-rtmp", speaksRtmp: true, start: startNginx });
  }
  if (await isOnPath("npm")) {
    peers.push({ name: "Node-Media-Server", speaksRtmp: true, start: startNodeMediaServer });
  }
  const srs = Deno.env.get("SRS");
  if (srs) peers.push({ name: "SRS", speaksRtmp: true, start: () => startSrs(srs) });
  return peers;
}

/** Where recordings and installed servers are kept from one run to the next. */
export async function cacheDirectory(): Promise<string> {
  const directory = `${Deno.env.get("TMPDIR") ?? "/tmp"}/sluice-bench`;
  await Deno.mkdir(directory, { recursive: true });
  return directory;
}

/** How our own server is started. */
export interface SluiceOptions {
  /** The checkout that it is started from, if not this one. */
  directory?: URL;
  /** Receives what it logs. */
  log?: (line: string) => void;
}

/** Our own server, with the one permission it needs. */
export async function startSluice(
  args: string[] = [],
  { directory = new URL("../../", import.meta.url), log }: SluiceOptions = {},
): Promise<RunningPeer> {
  const [port, httpPort] = [freePort(), freePort()];
  const program = new URL("src/server/main.ts", directory).pathname;
  const ports = ["--host", "127.0.0.1", "--port", `${port}`, "--http-port", `${httpPort}`];
  const command = ["run", "--no-prompt", "--allow-net", program, ...ports, ...args];
  const running = await start(Deno.execPath(), command, port, { log });
  return { ...running, api: `http://127.0.0.1:${httpPort}/api/v1` };
}

async function startBare(...args: string[]): Promise<RunningPeer> {
  const port = freePort();
  const program = new URL("./bare_server.ts", import.meta.url).pathname;
  return await start(Deno.execPath(), ["run", "--allow-net", program, `${port}`, ...args], port);
}

/** One process, so that all of its work is seen. Messages of 40 Mbit/s pass its usual limit. */
async function startNginx(): Promise<RunningPeer> {
  const port = freePort();
  const directory = await Deno.makeTempDir({ dir: await cacheDirectory() });
  const config = `
    load_module ${await nginxModule()};
    daemon off;
    master_process off;
    pid ${directory}/pid;
    error_log ${directory}/error.log error;
    events { worker_connections 4096; }
    rtmp {
      access_log off;
      server {
        listen 127.0.0.1:${port};
        max_message 16M;
        application live { live on; }
      }
    }`;
  await Deno.writeTextFile(`${directory}/nginx.conf`, config);
  const args = ["-p", directory, "-c", `${directory}/nginx.conf`, "-e", `${directory}/error.log`];
  return await start("nginx", args, port, { directory });
}

/** Where Debian and others keep it. */
async function nginxModule(): Promise<string> {
  const file = "ngx_rtmp_module.so";
  for (const directory of ["/usr/lib/nginx/modules", "/usr/lib64/nginx/modules"]) {
    const path = `${directory}/${file}`;
    if (await Deno.stat(path).then(() => true, () => false)) return path;
  }
  throw new Error(`Cannot find ${file}: install libnginx-mod-rtmp`);
}

async function startNodeMediaServer(): Promise<RunningPeer> {
  const [port, httpPort] = [freePort(), freePort()];
  const installed = `${await cacheDirectory()}/node-media-server`;
  const isThere = await Deno.stat(`${installed}/node_modules`).then(() => true, () => false);
  if (!isThere) {
    await Deno.mkdir(installed, { recursive: true });
    const install = ["install", "--no-audit", "--no-fund", "node-media-server@4"];
    const npm = new Deno.Command("npm", { args: install, cwd: installed, stdout: "null" });
    if (!(await npm.output()).success) throw new Error("Cannot install node-media-server");
  }
  const directory = await Deno.makeTempDir({ dir: await cacheDirectory() });
  const options = {
    bind: "127.0.0.1",
    rtmp: { port },
    http: { port: httpPort },
    store: { path: `${directory}/data` },
    record: { auto: false, path: `${directory}/record` },
    auth: { play: false, publish: false },
  };
  const script = `const NodeMediaServer = require("${installed}/node_modules/node-media-server");
    new NodeMediaServer(${JSON.stringify(options)}).run();`;
  await Deno.writeTextFile(`${directory}/main.cjs`, script);
  return await start("node", [`${directory}/main.cjs`], port, { directory });
}

async function startSrs(binary: string): Promise<RunningPeer> {
  const port = freePort();
  const directory = await Deno.makeTempDir({ dir: await cacheDirectory() });
  const config = `
    listen ${port};
    max_connections 1000;
    daemon off;
    srs_log_tank file;
    srs_log_level error;
    srs_log_file ${directory}/srs.log;
    pid ${directory}/srs.pid;
    vhost __defaultVhost__ { tcp_nodelay on; play { time_jitter off; } }`;
  await Deno.writeTextFile(`${directory}/srs.conf`, config);
  return await start(binary, ["-c", `${directory}/srs.conf`], port, { directory });
}

/** How a program is started. */
interface StartOptions {
  /** It goes when the program ends. */
  directory?: string;
  /** Takes each line of its standard error. */
  log?: ((line: string) => void) | undefined;
}

async function start(
  program: string,
  args: string[],
  port: number,
  { directory, log }: StartOptions = {},
): Promise<RunningPeer> {
  const began = performance.now();
  const command = new Deno.Command(program, {
    args,
    stdin: "null",
    stdout: "null",
    stderr: "piped",
    ...directory !== undefined && { cwd: directory },
  });
  const child = command.spawn();
  let ended: Deno.CommandStatus | undefined;
  child.status.then((status) => ended = status);
  const lastLines: string[] = [];
  const reading = readLines(child.stderr, (line) => {
    log?.(line);
    lastLines.push(line);
    if (lastLines.length > LAST_LINES) lastLines.shift();
  });
  await listens(port, child, `${program} ${args.join(" ")}`);
  return {
    pid: child.pid,
    port,
    startTime: performance.now() - began,
    async [Symbol.asyncDispose]() {
      const early = ended;
      // There is nothing in it that an orderly end would save.
      if (!early) child.kill("SIGKILL");
      await child.status;
      await reading;
      if (directory !== undefined) await Deno.remove(directory, { recursive: true });
      if (!early) return;
      const how = early.signal ?? `code ${early.code}`;
      throw new Error(`${program} ${args.join(" ")} ended with ${how}:\n${lastLines.join("\n")}`);
    },
  };
}

async function readLines(
  stream: ReadableStream<Uint8Array<ArrayBuffer>>,
  take: (line: string) => void,
): Promise<void> {
  let rest = "";
  for await (const text of stream.pipeThrough(new TextDecoderStream())) {
    const lines = (rest + text).split("\n");
    rest = lines.pop()!;
    lines.forEach(take);
  }
}

async function listens(port: number, child: Deno.ChildProcess, command: string): Promise<void> {
  let ended = false;
  child.status.then(() => ended = true);
  const deadline = performance.now() + START_PATIENCE;
  while (!ended && performance.now() < deadline) {
    try {
      const conn = await Deno.connect({ hostname: "127.0.0.1", port });
      return conn.close();
    } catch (error) {
      if (!(error instanceof Deno.errors.ConnectionRefused)) throw error;
      await new Promise((resolve) => setTimeout(resolve, START_CHECK_INTERVAL));
    }
  }
  throw new Error(`Cannot start ${command}`);
}

function freePort(): number {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  return (listener.addr as Deno.NetAddr).port;
}

async function isOnPath(program: string): Promise<boolean> {
  for (const directory of (Deno.env.get("PATH") ?? "").split(":")) {
    if (await Deno.stat(`${directory}/${program}`).then(() => true, () => false)) return true;
  }
  return false;
}
