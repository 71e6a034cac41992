/**
 * A program on a terminal of its own, where Deno asks for permissions and Ctrl-C is a key.
 *
 * @module
 */

import { until, within } from "./wait.ts";

/** What makes the terminal; tests that need it say so with `toolTest`. */
export const TERMINAL = "script";

/** What Ctrl-C sends. */
const CTRL_C = Uint8Array.of(3);

/** What the terminal adds to colour text. */
// deno-lint-ignore no-control-regex
const COLOURS = /\x1b\[[\d;]*m/g;

/** A program that runs on a pseudo-terminal, which util-linux's `script` makes. */
export class Terminal implements AsyncDisposable {
  /** Everything that the program has written so far, without colours. */
  get text(): string {
    return this.#text.replace(COLOURS, "").replaceAll("\r", "");
  }

  readonly #child: Deno.ChildProcess;
  readonly #keyboard: WritableStreamDefaultWriter<Uint8Array<ArrayBuffer>>;
  readonly #reading: Promise<void>;
  #text = "";
  #ended = false;

  private constructor(child: Deno.ChildProcess) {
    this.#child = child;
    this.#keyboard = child.stdin.getWriter();
    this.#reading = this.#read();
  }

  /** Starts a program. */
  static start(
    program: string,
    args: string[],
    { cwd, env = {} }: { cwd?: string; env?: Record<string, string> } = {},
  ): Terminal {
    const command = [program, ...args].map((arg) => `'${arg.replaceAll("'", `'\\''`)}'`).join(" ");
    const child = new Deno.Command(TERMINAL, {
      args: ["--quiet", "--return", "--command", `exec ${command}`, "/dev/null"],
      // A shell with a habit of its own would not be ours to test.
      env: { ...env, SHELL: "/bin/sh" },
      ...cwd !== undefined && { cwd },
      stdin: "piped",
      stdout: "piped",
      stderr: "null",
    }).spawn();
    return new Terminal(child);
  }

  /** Waits for something that the program writes. */
  async see(pattern: RegExp): Promise<RegExpExecArray> {
    return await until(() => `${pattern} on the terminal:\n${this.text}`, () => {
      const found = pattern.exec(this.text);
      if (found === null && this.#ended) {
        throw new Error(`The program has ended without ${pattern}:\n${this.text}`);
      }
      return found ?? undefined;
    });
  }

  /** Presses Ctrl-C. */
  async interrupt(): Promise<void> {
    await this.#keyboard.write(CTRL_C);
  }

  /** Closes the terminal, as with the cross of its window. */
  close(): void {
    this.#child.kill("SIGKILL");
  }

  /** Waits for the end of the program, and returns what it exited with. */
  async ended(): Promise<number> {
    const { code } = await within("the program on the terminal to end", this.#child.status);
    await this.#reading;
    return code;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (!this.#ended) this.close();
    await this.ended();
    await this.#keyboard.close().catch(() => {});
  }

  async #read(): Promise<void> {
    for await (const text of this.#child.stdout.pipeThrough(new TextDecoderStream())) {
      this.#text += text;
    }
    this.#ended = true;
  }
}
