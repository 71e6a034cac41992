/**
 * The server under test: as the program that people run, or within the test's own process.
 *
 * @module
 */

import { type App, startApp } from "../../src/server/app.ts";
import type { HttpLimits } from "../../src/server/http/http_server.ts";
import { readConfig } from "../../src/server/cli/config.ts";
import { until, within } from "./wait.ts";

/** Listens on loopback, on free ports. */
const FREE_PORTS = ["--host", "127.0.0.1", "--port", "0", "--http-port", "0"];

/** The server's program. */
const PROGRAM = new URL("../../src/server/main.ts", import.meta.url).pathname;

/** How a server process is started. */
export interface ServerProcessOptions {
  /** Flags of the server. */
  args?: string[];
  /** What to run, if not the program in this tree. */
  program?: string;
  /** Where to run it. */
  cwd?: string;
  /** What Deno allows it beyond the network. */
  permissions?: string[];
  /** Commands of the shell that starts it, such as `ulimit -n 64`. */
  shell?: string;
  /** Variables of its environment. */
  env?: Record<string, string>;
  /** What becomes of its standard output; `piped` is never read. */
  stdout?: "null" | "piped";
}

/** The server as a process of its own, with no more permissions than it needs. */
export class ServerProcess implements AsyncDisposable {
  /** What it has logged so far. */
  readonly lines: string[] = [];
  readonly #child: Deno.ChildProcess;
  readonly #stdout: "null" | "piped";
  readonly #reading: Promise<void>;
  #ended = false;

  private constructor(child: Deno.ChildProcess, stdout: "null" | "piped") {
    this.#child = child;
    this.#stdout = stdout;
    this.#reading = this.#read(child.stderr);
    Promise.all([child.status, this.#reading]).then(() => this.#ended = true);
  }

  /** Starts it and waits until it listens. */
  static async start(options: ServerProcessOptions = {}): Promise<ServerProcess> {
    const { args = [], program: server = PROGRAM, permissions = [], shell, cwd, env } = options;
    const { stdout = "null" } = options;
    const command = [...denoRun(permissions, server), ...FREE_PORTS, ...args];
    const [program, programArgs] = shell === undefined
      ? [Deno.execPath(), command]
      : ["sh", ["-c", `${shell}; exec "$@"`, "sh", Deno.execPath(), ...command]];
    const child = new Deno.Command(program, {
      args: programArgs,
      stdin: "null",
      stdout,
      stderr: "piped",
      ...cwd !== undefined && { cwd },
      ...env && { env },
    }).spawn();
    const process = new ServerProcess(child, stdout);
    await process.line(/Watch .*http/);
    return process;
  }

  /** `rtmp://127.0.0.1:port`. */
  get rtmp(): string {
    return this.#announced(/rtmp:\/\/[^/]+/);
  }

  /** `http://127.0.0.1:port`. */
  get http(): string {
    return this.#announced(/(?<=Watch \W*)http:\/\/[^/]+/);
  }

  /** Its number in the system's list of processes. */
  get pid(): number {
    return this.#child.pid;
  }

  /** The port of RTMP. */
  get port(): number {
    return Number(this.rtmp.split(":").at(-1));
  }

  /** Warnings and errors so far, but for the one about variables that it may not read. */
  get complaints(): string[] {
    return this.lines.filter((line) =>
      / (WRN|ERR) /.test(line) && !/ SLUICE_.* were not read/.test(line)
    );
  }

  /** Waits for a log line. */
  async line(pattern: RegExp): Promise<string> {
    return await until(() => `${pattern} in the log:\n${this.lines.join("\n")}`, () => {
      const line = this.lines.find((line) => pattern.test(line));
      if (line === undefined && this.#ended) {
        throw new Error(`The server has ended without ${pattern}:\n${this.lines.join("\n")}`);
      }
      return line;
    });
  }

  /** Sends it a signal. */
  kill(signal: Deno.Signal): void {
    this.#child.kill(signal);
  }

  /** Waits for its end, and for the last of its log. */
  async ended(): Promise<Deno.CommandStatus> {
    const status = await within("the server to end", this.#child.status);
    await this.#reading;
    if (this.#stdout === "piped") await this.#child.stdout.cancel();
    return status;
  }

  /** Ends it as Ctrl-C does. */
  async stop(): Promise<Deno.CommandStatus> {
    if (!this.#ended) this.kill("SIGINT");
    return await this.ended();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }

  async #read(stderr: ReadableStream<Uint8Array<ArrayBuffer>>): Promise<void> {
    let rest = "";
    for await (const text of stderr.pipeThrough(new TextDecoderStream())) {
      const lines = (rest + text).split("\n");
      rest = lines.pop()!;
      this.lines.push(...lines);
    }
    if (rest) this.lines.push(rest);
  }

  #announced(pattern: RegExp): string {
    return pattern.exec(this.lines.join("\n"))![0];
  }
}

/** Runs the program to its end, for the command lines with which it does not start. */
export async function runServer(
  args: string[],
  permissions: string[] = ["--allow-net"],
  env: Record<string, string> = {},
): Promise<{ code: number; stdout: string; stderr: string }> {
  const stop = new AbortController();
  const [run, ...rest] = denoRun([]);
  const command = new Deno.Command(Deno.execPath(), {
    args: [run!, ...permissions, ...rest.filter((arg) => arg !== "--allow-net"), ...args],
    env,
    stdin: "null",
    signal: stop.signal,
  });
  const { code, stdout, stderr } = await within("the server to end", command.output())
    .finally(() => stop.abort());
  const decoder = new TextDecoder();
  return { code, stdout: decoder.decode(stdout), stderr: decoder.decode(stderr) };
}

/** Starts the server within this process; flags are those of the command line. */
export function startTestApp(...args: string[]): Promise<App> {
  return startLimitedApp({}, ...args);
}

/** The same with other limits on HTTP clients. */
export function startLimitedApp(
  limits: Partial<HttpLimits>,
  ...args: string[]
): Promise<App> {
  const config = readConfig([...FREE_PORTS, ...args]);
  if ("print" in config) throw new Error("Cannot start with flags that only print");
  return startApp(config, limits);
}

/** The permission flags of a server that records into `directory`. */
export function recordPermissions(directory: string): string[] {
  return [`--allow-read=${directory}`, `--allow-write=${directory}`];
}

function denoRun(permissions: string[], program = PROGRAM): string[] {
  return ["run", "--no-prompt", "--allow-net", ...permissions, program];
}
