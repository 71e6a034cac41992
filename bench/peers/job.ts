/**
 * What the load generator is told, and how it is run beside a server.
 *
 * @module
 */

/** What a load generator does. */
export interface Job {
  port: number;
  speaksRtmp: boolean;
  /** The path of a recording. */
  recording?: string;
  /** How often this server has been measured before: it decides the names of streams. */
  round: number;
  publishers: number;
  /** One after the other as fast as they can, or all at once at their pace. */
  pace: "flood" | "live";
  /** How much of the recording is sent at its pace. */
  seconds: number;
  /** Players of the first publisher. */
  players: number;
  /** Whether players tell how long each message was on its way. */
  timesDelay: boolean;
  /** Connections that say nothing, before or behind the handshake and `connect`. */
  silent?: { count: number; connected: boolean };
}

/** What it tells when everything has been sent, and, where there are players, has come. */
export interface Outcome {
  /** Milliseconds from the first byte to the last. */
  time: number;
  /** Media bytes sent. */
  sent: number;
  /** Bytes that players have received. */
  delivered: number;
  /** Frames that each publisher sent. */
  frames: { videoFrames: number; audioFrames: number };
  /** The longest that a message left behind its time, in milliseconds. */
  lateness: number;
  /** Publishers that lost their connection. */
  lost: number;
  /** From publisher to player, in milliseconds, where it was asked for. */
  delay: { median: number; p99: number };
}

/** A load generator that runs: it waits between its steps. */
export class Load implements AsyncDisposable {
  readonly #child: Deno.ChildProcess;
  readonly #output: ReadableStreamDefaultReader<string>;
  readonly #input: WritableStreamDefaultWriter<Uint8Array>;

  private constructor(child: Deno.ChildProcess) {
    this.#child = child;
    this.#input = child.stdin.getWriter();
    this.#output = child.stdout.pipeThrough(new TextDecoderStream()).getReader();
  }

  /** Starts it; resolves when everybody is connected. */
  static async start(job: Job): Promise<Load> {
    const program = new URL("./load.ts", import.meta.url).pathname;
    const command = new Deno.Command(Deno.execPath(), {
      args: ["run", "--allow-net", "--allow-read", program, JSON.stringify(job)],
      stdin: "piped",
      stdout: "piped",
      stderr: "inherit",
    });
    const load = new Load(command.spawn());
    await load.#line();
    return load;
  }

  /** Has it send everything. */
  async send(): Promise<Outcome> {
    return JSON.parse(await this.#next());
  }

  /** Has it end all connections; resolves when the server has closed those of publishers. */
  async close(): Promise<void> {
    await this.#next();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#input.close().catch(() => {});
    await this.#output.cancel();
    await this.#child.status;
  }

  async #next(): Promise<string> {
    await this.#input.write(new TextEncoder().encode("\n"));
    return await this.#line();
  }

  /** Each line is waited for before it is told to go on, so none follows in the same read. */
  async #line(): Promise<string> {
    let line = "";
    while (!line.endsWith("\n")) {
      const { value } = await this.#output.read();
      if (value === undefined) throw new Error("Cannot go on: the load generator has failed");
      line += value;
    }
    return line.trimEnd();
  }
}
