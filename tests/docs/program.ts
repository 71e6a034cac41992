/**
 * Programs of the documents, run as they stand there but for ports and addresses.
 *
 * @module
 */

import { ROOT } from "./documents.ts";

/** A program that runs in a directory of its own. */
export class Program implements AsyncDisposable {
  /** Where it runs. */
  readonly directory: string;
  readonly #child: Deno.ChildProcess;

  private constructor(directory: string, child: Deno.ChildProcess) {
    this.directory = directory;
    this.#child = child;
  }

  /**
   * Starts it.
   *
   * @param replacements What stands in the document, and what is to stand there instead.
   */
  static async start(
    code: string,
    replacements: Record<string, string>,
    env: Record<string, string> = {},
  ): Promise<Program> {
    let script = code;
    for (const [from, to] of Object.entries(replacements)) {
      if (!script.includes(from)) throw new Error(`Cannot find ${from} in the program`);
      script = script.replace(from, to);
    }
    const directory = await Deno.makeTempDir({ prefix: "sluice-test-" });
    await Deno.writeTextFile(`${directory}/program.ts`, script);
    const config = new URL("deno.json", ROOT).pathname;
    const child = new Deno.Command(Deno.execPath(), {
      args: ["run", "--quiet", "--check", "--config", config, "-A", "program.ts"],
      cwd: directory,
      env,
      stdin: "null",
      stdout: "null",
      stderr: "inherit",
    }).spawn();
    return new Program(directory, child);
  }

  /** Resolves when it has come to its end by itself. */
  async ended(): Promise<void> {
    await this.#child.status;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    try {
      this.#child.kill("SIGKILL");
    } catch (error) {
      if (!(error instanceof TypeError)) throw error;
    }
    await this.#child.status;
    await Deno.remove(this.directory, { recursive: true });
  }
}
