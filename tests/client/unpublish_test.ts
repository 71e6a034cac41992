/**
 * The end of a publication: what a server has to do for it to count as taken, and what it may not.
 *
 * @module
 */

import { assertEquals, assertRejects } from "@std/assert";
import { publishRtmp } from "../../src/client/publish.ts";
import { RtmpCommandError, RtmpError, RtmpTimeoutError } from "../../src/errors.ts";
import {
  acknowledgement,
  readUserControl,
  userControl,
  UserControlEvent,
} from "../../src/message/control.ts";
import { MessageType, type RtmpMessage } from "../../src/message/message.ts";
import { isMedia } from "../../src/session/client/client_session.ts";
import { largeTag, videoTag, videoTags } from "../support/media.ts";
import { collect, serveOnLoopback } from "../support/publications.ts";
import { type Script, ScriptedServer, type ServerEnd } from "../support/scripted_server.ts";

/** Tags that the buffers of a connection on loopback take all together. */
const SOME = Array.from({ length: 8 }, (_, i) => videoTag(i, 200_000));

async function publishAll(url: string, closeTimeout: number): Promise<void> {
  const { writable } = await publishRtmp(url, { closeTimeout });
  await ReadableStream.from(SOME).pipeTo(writable);
}

/** Answers the ping that follows the last tag. */
async function pong(end: ServerEnd): Promise<void> {
  const { payload } = await end.message(isPing);
  const { value } = readUserControl({ payload } as RtmpMessage);
  await end.send(userControl(UserControlEvent.PingResponse, value!));
}

function isPing(message: RtmpMessage): boolean {
  return message.typeId === MessageType.UserControl &&
    readUserControl(message).event === UserControlEvent.PingRequest;
}

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}

Deno.test("publishRtmp() has delivered everything when a server shows that it has read it", async (t) => {
  const ways: Record<string, Script> = {
    "by an answer to the last ping, though it never closes": async (end) => {
      await pong(end);
      await end.goodbye();
      await end.over;
    },
    "by Unpublish.Success, though it never closes": async (end) => {
      await end.command("deleteStream");
      await end.status("NetStream.Unpublish.Success");
      await end.goodbye();
      await end.over;
    },
    "by nothing but the end of its side": async (end) => void await end.goodbye(),
    "by the end of its side after the goodbye, and not ours": async (end) =>
      void await end.command("deleteStream"),
  };
  for (const [way, script] of Object.entries(ways)) {
    await t.step(way, async () => {
      await using server = new ScriptedServer(async (end, number) => {
        await end.begun("publish");
        await script(end, number);
        assertEquals(end.seen.filter(isMedia).length, SOME.length);
      });
      await publishAll(server.url(), 10_000);
    });
  }
});

Deno.test("publishRtmp() reports a timeout when a server stands still before that", async (t) => {
  const places: Record<string, Script> = {
    "at the first tag": async (end) => void await end.message(isMedia),
    "before the last tag": async (end) => {
      for (let i = 1; i < SOME.length; i++) await end.message(isMedia);
    },
    "after the goodbye": async (end) => void await end.command("deleteStream"),
    "after our end of file": async (end) => void await end.goodbye(),
  };
  for (const [place, script] of Object.entries(places)) {
    await t.step(place, async () => {
      await using server = new ScriptedServer(async (end, number) => {
        await end.begun("publish");
        await script(end, number);
        await end.over;
      });
      const publisher = await publishRtmp(server.url(), { closeTimeout: 300 });
      const writing = ReadableStream.from(SOME).pipeTo(publisher.writable);
      const error = await assertRejects(() => writing, RtmpTimeoutError, "nothing for 0.3 s");
      assertEquals(await publisher.closed.catch((reason) => reason), error);
      assertEquals(await publisher.close().catch((reason) => reason), error);
    });
  }
});

Deno.test("publishRtmp() reports it when a server ends before it has read everything", async (t) => {
  const ends: Record<string, [Script, new (...args: never[]) => Error, string]> = {
    "with a reason": [
      async (end) => {
        await end.command("deleteStream");
        await end.status("NetStream.Failed", "error", "The disk is full");
      },
      RtmpCommandError,
      "The disk is full",
    ],
    "and closes": [
      async (end) => void await end.message(isMedia),
      RtmpError,
      "the end of the connection",
    ],
  };
  for (const [name, [script, type, text]] of Object.entries(ends)) {
    await t.step(name, async () => {
      await using server = new ScriptedServer(async (end, number) => {
        await end.begun("publish");
        await script(end, number);
        // Everything is on its way here by now.
        await pause(200);
      });
      await assertRejects(() => publishAll(server.url(), 10_000), type, text);
    });
  }
});

Deno.test("publishRtmp() waits for a slow server as long as that shows signs of life", async () => {
  let read = 0;
  await using server = new ScriptedServer(async (end) => {
    await end.begun("publish");
    for (; read < SOME.length; read++) {
      await end.message(isMedia);
      await pause(100);
      await end.send(acknowledgement(read));
    }
    await pong(end);
    await end.goodbye();
  });
  await publishAll(server.url(), 500);
  assertEquals(read, SOME.length);
});

Deno.test("publishRtmp() gets signs of life of a slow serveRtmp() often enough", async () => {
  let read = 0;
  await using server = serveOnLoopback({}, async ({ tags }) => {
    for await (const tag of tags) {
      read++;
      if (tag.type === "video") await pause(100);
    }
  });
  await publishAll(`rtmp://127.0.0.1:${server.addr.port}/live/demo`, 500);
  assertEquals(read, SOME.length);
});

Deno.test("publishRtmp() gives up a server that takes nothing, as idleTimeout says", async () => {
  await using server = new ScriptedServer(async (end) => {
    await end.begun("publish");
    await end.over;
  });
  const { writable, closed } = await publishRtmp(server.url(), { idleTimeout: 200 });
  const endless = new ReadableStream({ pull: (controller) => controller.enqueue(largeTag(0)) });
  const error = await assertRejects(() => endless.pipeTo(writable), RtmpTimeoutError);
  assertEquals(error.read, "nothing for 0.2 s");
  assertEquals(await closed.catch((reason) => reason), error);
});

Deno.test("publishRtmp() waits indefinitely while nothing is written", async () => {
  await using server = collect();
  const url = `rtmp://127.0.0.1:${server.port}/live/demo`;
  await using publisher = await publishRtmp(url, { idleTimeout: 50 });
  const writer = publisher.writable.getWriter();
  const tags = videoTags(2);
  for (const tag of tags) {
    await writer.write(tag);
    await pause(150);
  }
  await writer.close();
  assertEquals((await server.publication(0)).tags, tags);
});

Deno.test("`await using` closes a publication, and reports no failure twice", async () => {
  await using server = collect();
  const url = `rtmp://127.0.0.1:${server.port}/live/demo`;
  {
    await using publisher = await publishRtmp(url);
    await publisher.writable.getWriter().write(videoTags(1)[0]!);
  }
  assertEquals((await (await server.publication(0)).publication.closed).reason, "unpublished");
  const failed = async () => {
    await using publisher = await publishRtmp(`${url}2`);
    (await server.publication(1)).publication.close("Enough");
    await publisher.closed;
  };
  await assertRejects(failed, RtmpCommandError, "Enough");
});
