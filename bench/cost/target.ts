/**
 * What is measured: a server process, ours or a bare one.
 *
 * @module
 */

/** A server process and where it listens. */
export class Target implements AsyncDisposable {
  private constructor(
    readonly child: Deno.ChildProcess,
    readonly ports: { rtmp: number; http: number; gauge: number },
  ) {}

  static async start(...args: string[]): Promise<Target> {
    const child = new Deno.Command(Deno.execPath(), {
      args: ["run", "-A", new URL("server.ts", import.meta.url).pathname, ...args],
      stdout: "piped",
      stderr: "null",
    }).spawn();
    const lines = child.stdout.pipeThrough(new TextDecoderStream());
    let text = "";
    for await (const piece of lines) if ((text += piece).includes("}\n")) break;
    return new Target(child, JSON.parse(text.slice(text.lastIndexOf("{"))));
  }

  /** CPU time so far in microseconds, and the longest hold since the last question. */
  async gauge(): Promise<{ cpu: number; hold: number }> {
    return await (await fetch(`http://127.0.0.1:${this.ports.gauge}`)).json();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.child.kill("SIGKILL");
    await this.child.status;
  }
}
