import { assertEquals, assertRejects } from "@std/assert";
import { playRtmp } from "../../src/client/play.ts";
import { publishRtmp, type RtmpPublisher } from "../../src/client/publish.ts";
import { RtmpCommandError, RtmpError } from "../../src/errors.ts";
import { freePort } from "../support/free_port.ts";
import { flvBytes } from "../support/http.ts";
import type { FlvTag } from "../../src/flv/flv_tag.ts";
import { tagsOf, videoTag, videoTags } from "../support/media.ts";
import { collect } from "../support/publications.ts";
import { until, within } from "../support/wait.ts";
import { programOf } from "./documents.ts";
import { Program } from "./program.ts";

const TAGS = videoTags(30);

/** Publishes, as soon as the server listens. */
async function publish(port: number, name: string, user = ""): Promise<RtmpPublisher> {
  return await until(
    "the program to listen",
    () =>
      publishRtmp(`rtmp://${user}127.0.0.1:${port}/live/${name}`).catch((error) => {
        if (error instanceof RtmpCommandError || !(error instanceof RtmpError)) throw error;
        return undefined;
      }),
  );
}

async function send({ writable }: RtmpPublisher, tags: FlvTag[] = TAGS): Promise<void> {
  await ReadableStream.from(tags).pipeTo(writable);
}

/** Waits for the file of a program, and expects in it what was sent. */
async function assertRecorded({ directory }: Program, name: string): Promise<void> {
  const length = flvBytes(TAGS).length;
  const bytes = await until("the recording", async () => {
    const bytes = await Deno.readFile(`${directory}/${name}.flv`).catch(() => undefined);
    return bytes && bytes.length >= length && bytes;
  });
  assertEquals(tagsOf(bytes), TAGS);
}

Deno.test("recording: the program records", async () => {
  const port = freePort();
  const code = await programOf("docs/recording.md", "serveRtmp");
  await using program = await Program.start(code, { "port: 1935": `port: ${port}` });
  await send(await publish(port, "demo"));
  await assertRecorded(program, "live+demo");
});

Deno.test("keys: the program takes URLs that are signed, and no others", async () => {
  const port = freePort();
  const secret = "correct horse";
  const code = await programOf("docs/keys.md", "isSigned");
  await using program = await Program.start(code, { "port: 1935": `port: ${port}` }, {
    SIGNING_SECRET: secret,
  });
  const now = Math.floor(Date.now() / 1000);
  const refused: [why: string, query: string][] = [
    ["no signature", `until=${now + 60}`],
    ["nothing at all", ""],
    ["of another stream", await sign(secret, "live/other", now + 60)],
    ["of another secret", await sign("battery staple", "live/demo", now + 60)],
    ["too late", await sign(secret, "live/demo", now - 1)],
    ["no time", await sign(secret, "live/demo", NaN)],
  ];
  for (const [why, query] of refused) {
    await assertRejects(
      () => publish(port, `demo?${query}`),
      RtmpCommandError,
      "This URL is not valid, or not any more",
      why,
    );
  }
  await send(await publish(port, `demo?${await sign(secret, "live/demo", now + 60)}`));
  await assertRecorded(program, "live+demo");
});

/** The query of a URL that is signed, as `openssl` in the document makes it. */
async function sign(secret: string, path: string, until: number): Promise<string> {
  const encoder = new TextEncoder();
  const algorithm = { name: "HMAC", hash: "SHA-256" };
  const key = await crypto.subtle.importKey("raw", encoder.encode(secret), algorithm, false, [
    "sign",
  ]);
  const bytes = await crypto.subtle.sign("HMAC", key, encoder.encode(`${path} ${until}`));
  return `until=${until}&signature=${new Uint8Array(bytes).toHex()}`;
}

Deno.test("keys: the program asks a service, and refuses publishers without an answer", async () => {
  const asked: Record<string, unknown>[] = [];
  const service = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, async (request) => {
    const question = await request.json();
    asked.push(question);
    return new Response(null, { status: question.key === "right" ? 204 : 403 });
  });
  const port = freePort();
  const code = await programOf("docs/keys.md", "AbortSignal.timeout");
  await using _program = await Program.start(code, {
    "port: 1935": `port: ${port}`,
    "127.0.0.1:9000": `127.0.0.1:${service.addr.port}`,
  });
  await assertRejects(() => publish(port, "demo?key=wrong"), RtmpCommandError, "is not for you");
  await send(await publish(port, "demo?key=right"));
  assertEquals(
    asked.map(({ remoteAddr: _, ...question }) => question),
    ["wrong", "right"].map((key) => ({ kind: "publish", app: "live", name: "demo", key })),
  );
  await service.shutdown();
  await assertRejects(
    () => publish(port, "demo?key=right"),
    RtmpCommandError,
    "The server could not decide",
  );
});

Deno.test("keys: the program asks for a user and a password", async () => {
  const port = freePort();
  const code = await programOf("docs/keys.md", "passwords");
  await using _program = await Program.start(code, { "port: 1935": `port: ${port}` });
  await assertRejects(() => publish(port, "demo", "camera:wrong@"), RtmpCommandError);
  await send(await publish(port, "demo", "camera:s3cret@"));
});

Deno.test("library: the program that looks into tags runs until its server ends", async () => {
  const port = freePort();
  const code = await programOf("docs/library.md", "parseVideoTag");
  await using _program = await Program.start(code, { "port: 1935": `port: ${port}` });
  await assertRejects(() => publish(port, "demo"), RtmpCommandError, "Not with this key");
  await send(await publish(port, "demo?key=secret"));
  // It waits for the metadata, and reads all the same when there is none.
  const large = Array.from({ length: 200 }, (_, i) => videoTag(i, 50_000));
  await within("all tags to be read", send(await publish(port, "camera?key=secret"), large));
});

Deno.test("library: the program with a channel gives players what is published", async () => {
  const port = freePort();
  const code = await programOf("docs/library.md", "new Channel()");
  await using _program = await Program.start(code, { "port: 1935": `port: ${port}` });
  const { writable } = await publish(port, "demo");
  const writer = writable.getWriter();
  await writer.write(TAGS[0]!);
  const { readable } = await playRtmp(`rtmp://127.0.0.1:${port}/live/demo`);
  for (const tag of TAGS.slice(1)) await writer.write(tag);
  await writer.close();
  const played = await within("the player to end", Array.fromAsync(readable));
  assertEquals(played.at(-1), TAGS.at(-1));
});

Deno.test("library: the program that sends on publishes what it fetches", async () => {
  await using target = collect({});
  const source = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, () => {
    return new Response(flvBytes(TAGS));
  });
  const code = await programOf("docs/library.md", "publishRtmp(");
  await using program = await Program.start(code, {
    "127.0.0.1:8080": `127.0.0.1:${source.addr.port}`,
    "example.com": `127.0.0.1:${target.port}`,
  });
  await within("the program to end", program.ended());
  await source.shutdown();
  assertEquals(target.received.flatMap(({ tags }) => tags), TAGS);
});
