/**
 * A registry with the layout of JSR, on loopback: `deno publish` uploads to it, and `jsr:` imports
 * come from it.
 *
 * @module
 */

import { readTar } from "./tar.ts";

/** Deno takes no version that is less than a day old. */
const PUBLISHED_AT = "2000-01-01T00:00:00Z";

/** `/api/scopes/std/packages/bytes/versions/1.0.6` */
const UPLOAD = /^\/api\/scopes\/([^/]+)\/packages\/([^/]+)\/versions\/([^/]+)$/;

/** One version of a package. */
export interface Package {
  /** As `@std/bytes`. */
  name: string;
  version: string;
  files: Map<string, Uint8Array<ArrayBuffer>>;
}

/** What is published, for as long as it is not disposed of. */
export class Registry implements AsyncDisposable {
  readonly #packages = new Map<string, Package>();
  readonly #server: Deno.HttpServer<Deno.NetAddr>;

  constructor() {
    this.#server = Deno.serve(
      { hostname: "127.0.0.1", port: 0, onListen: () => {} },
      (request) => this.#answer(request),
    );
  }

  /** What `JSR_URL` has to be. */
  get url(): string {
    return `http://127.0.0.1:${this.#server.addr.port}/`;
  }

  /** What has been published under a name. */
  package(name: string): Package | undefined {
    return this.#packages.get(name);
  }

  /** Takes in a package. */
  add(published: Package): void {
    this.#packages.set(published.name, published);
  }

  /** Takes in a directory with a `deno.json`, without the tests in it. */
  async addDirectory(directory: URL): Promise<void> {
    const files: Package["files"] = new Map();
    for await (const { name, isFile } of Deno.readDir(directory)) {
      if (isFile && !name.endsWith("_test.ts")) {
        files.set(name, await Deno.readFile(new URL(name, directory)));
      }
    }
    const { name, version } = readConfig(files);
    this.add({ name, version, files });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#server.shutdown();
  }

  async #answer(request: Request): Promise<Response> {
    const { pathname } = new URL(request.url);
    if (request.method === "POST") return await this.#takeIn(pathname, request);
    if (UPLOAD.test(pathname)) return new Response("not published", { status: 404 });
    if (pathname.startsWith("/api/")) return Response.json({});
    return await this.#give(pathname) ?? new Response("not found", { status: 404 });
  }

  async #takeIn(pathname: string, { body }: Request): Promise<Response> {
    const [, scope, name, version] = UPLOAD.exec(pathname) ?? [];
    if (!scope || !name || !version || !body) return new Response("what?", { status: 400 });
    const archive = new Response(body.pipeThrough(new DecompressionStream("gzip")));
    const files = readTar(new Uint8Array(await archive.arrayBuffer()));
    this.add({ name: `@${scope}/${name}`, version, files });
    return Response.json({ id: "1", status: "success", error: null });
  }

  /**
   * | path | what |
   * | --- | --- |
   * | `/@std/bytes/meta.json` | the versions |
   * | `/@std/bytes/1.0.6_meta.json` | the exports, and the files with their checksums |
   * | `/@std/bytes/1.0.6/mod.ts` | a file |
   */
  async #give(pathname: string): Promise<Response | undefined> {
    const [, name, rest] = /^\/(@[^/]+\/[^/]+)\/(.+)$/.exec(decodeURI(pathname)) ?? [];
    const found = this.#packages.get(name ?? "");
    if (!found) return undefined;
    const { version, files } = found;
    if (rest === "meta.json") {
      return Response.json({
        name,
        latest: version,
        versions: { [version]: { createdAt: PUBLISHED_AT } },
      });
    }
    if (rest === `${version}_meta.json`) return Response.json(await describe(files));
    const bytes = files.get(rest!.replace(`${version}/`, ""));
    return bytes && new Response(bytes);
  }
}

async function describe(files: Package["files"]) {
  const { exports } = readConfig(files);
  const manifest: Record<string, { size: number; checksum: string }> = {};
  for (const [path, bytes] of files) {
    const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
    manifest[`/${path}`] = { size: bytes.length, checksum: `sha256-${digest.toHex()}` };
  }
  return { manifest, exports: typeof exports === "string" ? { ".": exports } : exports };
}

function readConfig(files: Package["files"]) {
  return JSON.parse(new TextDecoder().decode(files.get("deno.json")));
}
