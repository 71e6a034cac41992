import { assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { publishRtmp } from "../../src/client/publish.ts";
import {
  RtmpCommandError,
  RtmpError,
  RtmpMessageError,
  RtmpTimeoutError,
} from "../../src/errors.ts";
import type { FlvTag } from "../../src/flv/flv_tag.ts";
import { writeCommand } from "../../src/message/command.ts";
import { videoTag } from "../support/media.ts";
import { collect } from "../support/publications.ts";
import { type Script, ScriptedServer, STREAM_ID } from "../support/scripted_server.ts";

Deno.test("publishRtmp() rejects with the reason of a refusal", async () => {
  await using server = collect({
    authorize: () => ({ code: "NetStream.Publish.BadName", description: "Not you" }),
  });
  const url = `rtmp://127.0.0.1:${server.port}/live/secret?key=secret`;
  const error = await assertRejects(() => publishRtmp(url), RtmpCommandError);
  assertEquals([error.statusCode, error.read], ["NetStream.Publish.BadName", "Not you"]);
  assertEquals(
    error.message,
    `Cannot publish to 127.0.0.1:${server.port}/live: Not you (NetStream.Publish.BadName)`,
  );
});

Deno.test("publishRtmp() understands every way of saying no", async (t) => {
  const info = { level: "error", code: "NetConnection.Connect.Rejected", description: "go away" };
  const servers: Record<string, Script> = {
    "_error for connect": async (end) => {
      await end.handshake();
      await end.command("connect");
      await end.send(writeCommand(0, "_error", 1, null, info));
    },
    "_result for connect that is none": async (end) => {
      await end.handshake();
      await end.command("connect");
      await end.send(writeCommand(0, "_result", 1, null, { ...info, level: "status" }));
    },
    "onStatus instead of an answer": async (end) => {
      await end.handshake();
      await end.command("connect");
      await end.send(writeCommand(0, "onStatus", 0, null, info));
    },
    "_error for createStream": async (end) => {
      await end.connected();
      const { transactionId } = await end.command("createStream");
      await end.send(writeCommand(0, "_error", transactionId, null, info));
    },
    "_error for publish": async (end) => {
      await end.created();
      const { transactionId } = await end.command("publish");
      await end.send(writeCommand(0, "_error", transactionId, null, info));
    },
    "onStatus for publish": async (end) => {
      await end.created();
      await end.command("publish");
      await end.send(writeCommand(STREAM_ID, "onStatus", 0, null, info));
    },
  };
  for (const [name, script] of Object.entries(servers)) {
    await t.step(name, async () => {
      await using server = new ScriptedServer(script);
      const error = await assertRejects(() => publishRtmp(server.url()), RtmpCommandError);
      assertEquals([error.statusCode, error.read], [info.code, info.description]);
    });
  }
});

Deno.test("publishRtmp() fails when the server disconnects while it publishes", async (t) => {
  const servers: Record<string, Script> = {
    "with a reason": async (end) => {
      await end.begun("publish");
      await end.status("NetStream.Failed", "error", "The disk is full");
    },
    "without one": (end) => end.begun("publish"),
  };
  for (const [name, script] of Object.entries(servers)) {
    await t.step(name, async () => {
      await using server = new ScriptedServer(script);
      const { writable, closed } = await publishRtmp(server.url());
      const writing = endless().pipeTo(writable);
      const expected = name === "with a reason" ? "The disk is full" : "the connection ended";
      const error = await assertRejects(() => writing, RtmpError, expected);
      assertEquals(await closed.catch((reason) => reason), error);
    });
  }
});

Deno.test("publishRtmp() fails with a tag that no message can hold", async () => {
  await using server = collect();
  const { writable, closed } = await publishRtmp(`rtmp://127.0.0.1:${server.port}/live/demo`);
  const tag: FlvTag = { type: "video", timestamp: 0, data: new Uint8Array(2 ** 24) };
  const writing = ReadableStream.from([tag]).pipeTo(writable);
  await assertRejects(() => writing, RtmpMessageError, "limit 16777215");
  await assertRejects(() => closed, RtmpMessageError);
});

Deno.test("publishRtmp() gives up when its signal is aborted, at any moment", async (t) => {
  const reason = new Error("no longer wanted");
  await t.step("before", async () => {
    const signal = AbortSignal.abort(reason);
    await assertRejects(() => publishRtmp("rtmp://127.0.0.1:1/live/demo", { signal }), Error, "no");
  });
  await t.step("while the server does not answer", async () => {
    const controller = new AbortController();
    await using server = new ScriptedServer(async (end) => {
      await end.handshake();
      await end.command("connect");
      controller.abort(reason);
      await end.goodbye().catch(() => {});
    });
    const { signal } = controller;
    assertEquals(await publishRtmp(server.url(), { signal }).catch((error) => error), reason);
  });
  await t.step("while it publishes", async () => {
    const controller = new AbortController();
    await using server = collect();
    const url = `rtmp://127.0.0.1:${server.port}/live/demo`;
    const { writable, closed } = await publishRtmp(url, { signal: controller.signal });
    const writing = endless().pipeTo(writable);
    await server.publication(0);
    controller.abort(reason);
    assertEquals(await writing.catch((error) => error), reason);
    assertEquals(await closed.catch((error) => error), reason);
  });
});

Deno.test("publishRtmp() times out at every step", async (t) => {
  const servers: Record<string, Script> = {
    "for the handshake": async (end) => void await end.readBytes(1537),
    "for connect": (end) => end.handshake(),
    "for publish": (end) => end.created(),
  };
  for (const [name, script] of Object.entries(servers)) {
    await t.step(name, async () => {
      await using server = new ScriptedServer(async (end) => {
        await script(end, 1);
        await end.over;
      });
      const error = await assertRejects(
        () => publishRtmp(server.url(), { timeout: 100 }),
        RtmpTimeoutError,
      );
      assertStringIncludes(error.message, "no answer for 0.1 s");
    });
  }
});

Deno.test("publishRtmp() says where it could not connect to", async () => {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr;
  listener.close();
  const error = await assertRejects(
    () => publishRtmp(`rtmp://u:p@127.0.0.1:${port}/live/demo`),
    RtmpError,
    `Cannot connect to 127.0.0.1:${port}`,
  );
  assertEquals(error.cause instanceof Deno.errors.ConnectionRefused, true);
});

/** Tags without end. */
function endless(): ReadableStream<FlvTag> {
  let index = 0;
  return new ReadableStream({
    pull: (controller) => controller.enqueue(videoTag(index++)),
  });
}
