/**
 * Whether `/api/v1/openapi.json` is true: each way of answering that it describes is provoked.
 *
 * @module
 */

import { Validator } from "@seriousme/openapi-schema-validator";
import { assert, assertEquals } from "@std/assert";
import { VERSION } from "../../../src/version.ts";
import { openApi } from "../../../src/server/api/openapi/openapi.ts";
import { recordingDirectory } from "../../support/api.ts";
import { flvBytes, RawHttpClient, startHttpApp } from "../../support/http.ts";
import { fixtureTags, videoTags } from "../../support/media.ts";
import { type Description, DescriptionCheck } from "../../support/openapi.ts";
import { RawClient } from "../../support/raw_client.ts";
import { until } from "../../support/wait.ts";

const description = openApi as unknown as Description;

const TOKEN = { authorization: "Bearer sesame" };

Deno.test("the description of the API is OpenAPI 3.1, of this version", async () => {
  const validator = new Validator();
  const { valid, errors } = await validator.validate(structuredClone(openApi));
  assert(valid, JSON.stringify(errors));
  assertEquals(validator.version, "3.1");
  assertEquals((openApi.info as { version: string }).version, VERSION);
});

/** A request, and the path of the description that it is for. */
type Call = (
  path: string,
  method: string,
  target: string,
  init?: RequestInit & { json?: unknown },
) => Promise<Response>;

/** Asks a server, and holds what it answers against the description. */
function caller(check: DescriptionCheck, url: string, flaws: string[]): Call {
  return async (path, method, target, { json, ...init } = {}) => {
    const response = await fetch(`${url}${target}`, {
      method,
      ...init,
      headers: { ...json !== undefined && { "content-type": "application/json" }, ...init.headers },
      ...json !== undefined && { body: JSON.stringify(json) },
    });
    const copy = response.headers.get("content-type") === "video/x-flv"
      ? response
      : response.clone();
    flaws.push(...await check.check(path, method, copy));
    return response;
  };
}

Deno.test("the server answers as it is described, in every way that is described", async () => {
  const check = new DescriptionCheck(description);
  const flaws: string[] = [];
  await askAboutStreams(check, flaws);
  await askWithToken(check, flaws);
  await askFromElsewhere(check, flaws);
  await askWithoutDisk(check, flaws);
  await askAtTheEnd(check, flaws);
  assertEquals(flaws, []);
  // A browser's WebSocket does not show the status; `ws_flv_test.ts` has it. A body that never ends
  // would take 20 s here; `json_body_test.ts` has one.
  const others = [
    "GET /{app}/{name}.flv 101",
    "POST /api/v1/pushes 408",
    "POST /api/v1/recordings 408",
  ];
  assertEquals(check.unseen.filter((answer) => !others.includes(answer)), []);
});

/** What is asked while a stream is published, watched, pushed and recorded. */
async function askAboutStreams(check: DescriptionCheck, flaws: string[]): Promise<void> {
  await using directory = await recordingDirectory();
  await using http = await startHttpApp("--record-on-demand", directory.path, "--app", "live");
  const call = caller(check, http.url, flaws);
  const text = await (await call("/api/v1/openapi.json", "GET", "/api/v1/openapi.json")).text();
  assert(text.includes("\n  "), "The description is one long line");
  const { paths } = JSON.parse(text);
  assertEquals(paths, JSON.parse(JSON.stringify(description.paths)));
  for (const path of ["/", "/healthz", "/readyz", "/metrics", "/api/v1/server"]) {
    await drain(call(path, "GET", path));
  }
  const etag = (await drain(call("/", "GET", "/"))).headers.get("etag")!;
  await call("/", "GET", "/", { headers: { "if-none-match": etag } });
  const script = await drain(call("/page/{file}", "GET", "/page/main.js"));
  await call("/page/{file}", "GET", "/page/main.js", {
    headers: { "if-none-match": script.headers.get("etag")! },
  });
  await drain(call("/page/{file}", "GET", "/page/nothing.js"));

  const pushes = "/api/v1/pushes";
  const push = { stream: "live/demo", url: `rtmp://127.0.0.1:${http.port}/live/copy` };
  const { id: pushId } = await (await call(pushes, "POST", pushes, { json: push })).json();
  using client = await RawClient.publish(http.port, "demo");
  client.sendTags(await fixtureTags());
  const stream = "/live/demo.flv";
  const other = (await fetch(`${http.url}${stream}`)).body!.getReader();
  await other.read();
  await other.cancel();
  await until("it to have left", async () => {
    const shown = await (await fetch(`${http.url}/api/v1/streams/live/demo`)).json();
    return shown.ledger.departed.length === 1;
  });
  const watching = await call("/{app}/{name}.flv", "GET", stream);
  await until("the push", () => http.app.rtmp.publications.length === 2);
  const recordings = "/api/v1/recordings";
  const started = await call(recordings, "POST", recordings, { json: { stream: "live/demo" } });
  const { id } = await started.json();
  for (const name of ["streams", "connections", "pushes", "recordings"]) {
    await drain(call(`/api/v1/${name}`, "GET", `/api/v1/${name}`));
  }
  const one = "/api/v1/streams/{path}";
  for (const path of ["live/demo", "live%2Fdemo", "live/none"]) {
    await drain(call(one, "GET", `/api/v1/streams/${path}`));
  }
  for (const json of [{ stream: "live/none" }, { stream: "live/demo" }, {}]) {
    await drain(call(recordings, "POST", recordings, { json }));
  }
  for (const end of [id, "none"]) {
    await drain(call(`${recordings}/{id}`, "DELETE", `${recordings}/${end}`));
  }
  await askForViews(call);
  await askForNonsense(call);
  for (let i = 0; i < 100; i++) {
    const response = await call(pushes, "POST", pushes, {
      json: { stream: `live/${i}`, url: push.url },
    });
    await response.body?.cancel();
    if (response.status === 409) break;
  }
  for (const end of [pushId, "none"]) {
    await drain(call(`${pushes}/{id}`, "DELETE", `${pushes}/${end}`));
  }
  const { connections } = await (await fetch(`${http.url}/api/v1/connections`)).json();
  const viewer = connections.findLast(({ plays }: { plays: unknown[] }) => plays.length > 0);
  for (const end of [viewer.id, "none"]) {
    await drain(call("/api/v1/connections/{id}", "GET", `/api/v1/connections/${end}`));
    await drain(call("/api/v1/connections/{id}", "DELETE", `/api/v1/connections/${end}`));
  }
  for (const path of ["live/demo", "live/none"]) {
    await drain(call(one, "DELETE", `/api/v1/streams/${path}`));
  }
  await drain(call("/api/v1/ending", "GET", "/api/v1/ending"));
  await watching.body?.cancel().catch(() => {});
  await until("the final ledger", async () => {
    return (await drain(fetch(`${http.url}/api/v1/ended/live/demo`))).ok;
  });
  await drain(call("/api/v1/ended", "GET", "/api/v1/ended"));
  for (const path of ["live/demo", "live/none"]) {
    await drain(call("/api/v1/ended/{path}", "GET", `/api/v1/ended/${path}`));
  }
}

/** Watching and publishing over HTTP, well and badly. */
async function askForViews(call: Call): Promise<void> {
  const path = "/{app}/{name}.flv";
  const targets = ["/live/demo.flv", "/live/none.flv", "/live/demo.flv?wait=x", "/other/x.flv"];
  for (const target of targets) {
    await call(path, "HEAD", target);
    if (target !== targets[0]) await drain(call(path, "GET", `${target}?wait=0`));
  }
  await drain(call(path, "OPTIONS", "/live/demo.flv"));
  for (const method of ["PUT", "POST"]) {
    const send = (target: string, body: BodyInit, headers = {}) => {
      const type = { "content-type": "video/x-flv" };
      return drain(call(path, method, target, { body, headers: { ...type, ...headers } }));
    };
    await send("/live/file.flv", flvBytes(videoTags(3)));
    await send("/live/file.flv", "no FLV at all");
    await send("/live/demo.flv", flvBytes(videoTags(3)), { authorization: "Bearer x" });
    await send("/live/file.flv", "x", { origin: "https://evil.example" });
    await send("/api/file.flv", flvBytes(videoTags(3)));
    if (method === "POST") await send("/live/file.flv", "x", { "content-type": "text/plain" });
  }
}

/** Bodies that are none. */
async function askForNonsense(call: Call): Promise<void> {
  for (const path of ["/api/v1/pushes", "/api/v1/recordings"]) {
    for (
      const [type, body] of [["application/json", "{"], ["text/plain", "{}"], [
        "application/json",
        "x".repeat(20_000),
      ]]
    ) {
      await drain(call(path, "POST", path, { body: body!, headers: { "content-type": type! } }));
    }
  }
}

/** What is answered when the token is wrong, and when it has been so too often. */
async function askWithToken(check: DescriptionCheck, flaws: string[]): Promise<void> {
  await using http = await startHttpApp("--api-token", "sesame", "--stream-key", "key");
  const call = caller(check, http.url, flaws);
  const changes = changesOf();
  for (const [path, method] of changes) {
    const target = path.replace(/\{.*\}/, "x");
    await drain(call(path, method, target, { json: {} }));
    await drain(call(path, method, target, { json: {}, headers: TOKEN }));
  }
  for (let i = 0; i < 10; i++) {
    const headers = { authorization: "Bearer x" };
    await drain(fetch(`${http.url}/api/v1/pushes/x`, { method: "DELETE", headers }));
  }
  for (const [path, method] of changes) {
    await drain(call(path, method, path.replace(/\{.*\}/, "x"), { json: {}, headers: TOKEN }));
  }
  const body = flvBytes(videoTags(3));
  for (const method of ["PUT", "POST"]) {
    await drain(call("/{app}/{name}.flv", method, "/live/demo.flv", { body }));
  }
}

/** What the description says that changes something. */
function changesOf(): [path: string, method: string][] {
  return Object.entries(description.paths)
    .filter(([path]) => path.startsWith("/api/"))
    .flatMap(([path, methods]) =>
      ["post", "delete"].filter((method) => method in methods)
        .map((method): [string, string] => [path, method.toUpperCase()])
    );
}

/** What a page of another site is answered that has had its name lead here. */
async function askFromElsewhere(check: DescriptionCheck, flaws: string[]): Promise<void> {
  await using http = await startHttpApp();
  for (const [path, methods] of Object.entries(description.paths)) {
    for (const method of ["get", "post", "delete"]) {
      if (!methods[method]?.responses[403] || path === "/{app}/{name}.flv") continue;
      using client = await RawHttpClient.connect(http.httpPort);
      const target = path.replace(/\{.*\}/, "x");
      client.write(
        `${method.toUpperCase()} ${target} HTTP/1.1\r\nHost: evil.example\r\nContent-Length: 0\r\n\r\n`,
      );
      const head = await client.text(/^HTTP\/1\.1 \d+[^]*\r\n\r\n.*\}$/);
      const [fields = "", body = ""] = head.split("\r\n\r\n");
      const type = /^content-type: (.*)$/im.exec(fields)![1]!;
      const status = Number(fields.slice(9, 12));
      assertEquals(status, 403, target);
      const response = new Response(body, { status, headers: { "content-type": type } });
      flaws.push(...await check.check(path, method.toUpperCase(), response));
    }
  }
}

/** What is answered when there is nothing to send, and when a file cannot be made. */
async function askWithoutDisk(check: DescriptionCheck, flaws: string[]): Promise<void> {
  await using directory = await recordingDirectory();
  await using http = await startHttpApp("--record-on-demand", `${directory.path}/gone`);
  await Deno.remove(`${directory.path}/gone`, { recursive: true });
  await Deno.writeTextFile(`${directory.path}/gone`, "");
  using client = await RawClient.publish(http.port, "demo");
  const call = caller(check, http.url, flaws);
  // What has sent nothing yet is published, and cannot be watched.
  await drain(call("/{app}/{name}.flv", "GET", "/live/demo.flv?wait=0"));
  client.sendTags(videoTags(2));
  const path = "/api/v1/recordings";
  await drain(call(path, "POST", path, { json: { stream: "live/demo" } }));
  await drain(call(path, "GET", path));
}

/** What is answered while the server ends. */
async function askAtTheEnd(check: DescriptionCheck, flaws: string[]): Promise<void> {
  const http = await startHttpApp();
  const call = caller(check, http.url, flaws);
  using client = await RawClient.publish(http.port, "demo");
  client.sendTags(videoTags(2));
  using player = await RawHttpClient.connect(http.httpPort);
  player.request("GET /live/demo.flv");
  await player.text(/^HTTP\/1\.1 200/);
  player.stopReading();
  const ending = http[Symbol.asyncDispose]();
  await drain(call("/readyz", "GET", "/readyz"));
  for (const [method, body] of [["GET", null], ["PUT", "x"], ["POST", "x"]] as const) {
    await drain(call("/{app}/{name}.flv", method, "/live/demo.flv", { body }));
  }
  await ending;
}

/** Reads a body to its end. */
async function drain(asked: Promise<Response>): Promise<Response> {
  const response = await asked;
  await response.body?.cancel();
  return response;
}
