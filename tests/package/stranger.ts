/**
 * A stranger who has heard of the package: a project of their own, a cache with nothing in it, and a
 * registry that has what `deno publish` has uploaded.
 *
 * @module
 */

import { assert } from "@std/assert";
import { within } from "../support/wait.ts";
import { type Package, Registry } from "./registry.ts";

const ROOT = new URL("../../", import.meta.url);

/** The name of this package. */
const NAME = "@sluice/rtmp";

/** What has been published; that takes a while, and is the same for all. */
let published: Promise<Package> | undefined;

/** A directory outside the tree, and what the programs in it see of the world. */
export class Stranger implements AsyncDisposable {
  /** The project. */
  readonly directory: string;
  /** What was published. */
  readonly package: Package;
  /** Where Deno finds packages and keeps them. */
  readonly env: Record<string, string>;
  readonly #home: string;
  readonly #registry: Registry;

  private constructor(home: string, registry: Registry, published: Package) {
    this.#home = home;
    this.#registry = registry;
    this.package = published;
    this.directory = `${home}/project`;
    this.env = { JSR_URL: registry.url, DENO_DIR: `${home}/cache`, NO_COLOR: "1" };
  }

  /** Comes with nothing. */
  static async arrive(): Promise<Stranger> {
    const files = await (published ??= publish());
    const registry = await registryWithStd();
    registry.add(files);
    const home = await Deno.makeTempDir({ prefix: "sluice-test-" });
    const stranger = new Stranger(home, registry, files);
    await Deno.mkdir(stranger.directory);
    return stranger;
  }

  /** Writes a program into the project. */
  async write(file: string, program: string): Promise<void> {
    await Deno.writeTextFile(`${this.directory}/${file}`, program);
  }

  /** Runs a program of the project; what it says can be read while it runs. */
  start(file: string, ...permissions: string[]): Deno.ChildProcess {
    const { directory: cwd, env } = this;
    return new Deno.Command(Deno.execPath(), {
      args: ["run", "--quiet", "--check", "--no-prompt", ...permissions, file],
      cwd,
      env,
      stdin: "null",
      stdout: "piped",
      stderr: "inherit",
    }).spawn();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#registry[Symbol.asyncDispose]();
    await Deno.remove(this.#home, { recursive: true });
  }
}

async function registryWithStd(): Promise<Registry> {
  const registry = new Registry();
  for (const name of ["bytes", "streams"]) {
    await registry.addDirectory(new URL(`std/${name}/`, ROOT));
  }
  return registry;
}

/** Has `deno publish` do what it does for JSR. */
async function publish(): Promise<Package> {
  await using registry = await registryWithStd();
  const command = new Deno.Command(Deno.execPath(), {
    args: ["publish", "--quiet", "--allow-dirty", "--no-provenance", "--token", "any"],
    cwd: ROOT,
    env: { JSR_URL: registry.url, NO_COLOR: "1" },
  });
  const { success, stderr } = await within("deno publish to end", command.output());
  const uploaded = registry.package(NAME);
  assert(success && uploaded, new TextDecoder().decode(stderr));
  return uploaded;
}
