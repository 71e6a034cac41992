/**
 * Clients that connect where their caller permits, and nowhere else.
 *
 * @module
 */

import { assertEquals, assertRejects } from "@std/assert";
import { playRtmp } from "../../src/client/play.ts";
import { publishRtmp } from "../../src/client/publish.ts";
import { RtmpCommandError, RtmpError } from "../../src/errors.ts";
import { writeCommand } from "../../src/message/command.ts";
import { ScriptedServer } from "../support/scripted_server.ts";

const SPELLINGS = ["127.0.0.1", "localhost", "127.1", "2130706433", "0x7f000001", "0177.0.0.1"];

for (const connect of [publishRtmp, playRtmp]) {
  Deno.test(`${connect.name}() connects to no address that is not permitted, however it is written`, async () => {
    await using server = new ScriptedServer(async (end) => await end.over);
    const asked = new Set<string>();
    const permitAddress = (address: string) => {
      asked.add(address);
      return false;
    };
    for (const host of SPELLINGS) {
      const url = `rtmp://${host}:${server.port}/live/demo`;
      const error = await assertRejects(() => connect(url, { permitAddress }), RtmpError);
      assertEquals(
        /^Cannot connect to .*: the address \S+ is not permitted$/.test(error.message),
        true,
      );
    }
    assertEquals([...asked].every((address) => ["127.0.0.1", "::1"].includes(address)), true);
    assertEquals(server.connections, 0);
  });

  Deno.test(`${connect.name}() sends nothing to an address that its host leads to only later`, async () => {
    let bytes = 0;
    await using server = new ScriptedServer(async (end) => {
      await end.readBytes(1).then(() => bytes++, () => {});
    });
    const answers = [true, false];
    const permitAddress = () => answers.shift()!;
    const url = `rtmp://127.0.0.1:${server.port}/live/demo`;
    const error = await assertRejects(() => connect(url, { permitAddress }), RtmpError);
    assertEquals(
      error.message,
      `Cannot connect to 127.0.0.1:${server.port}: the address 127.0.0.1 is not permitted`,
    );
    assertEquals([bytes, answers], [0, []]);
  });

  Deno.test(`${connect.name}() takes no answer but true for a permission`, async () => {
    await using server = new ScriptedServer(async (end) => await end.over);
    // deno-lint-ignore no-explicit-any
    const permitAddress = (() => Promise.resolve(true)) as any;
    await assertRejects(() => connect(server.url(), { permitAddress }), RtmpError, "not permitted");
    assertEquals(server.connections, 0);
  });

  Deno.test(`${connect.name}() follows no redirect`, async () => {
    await using elsewhere = new ScriptedServer(async (end) => await end.over);
    await using server = new ScriptedServer(async (end) => {
      await end.handshake();
      const { transactionId } = await end.command("connect");
      const info = {
        level: "error",
        code: "NetConnection.Connect.Rejected",
        description: "[ AccessManager.Reject ] : [ redirect ] : ",
        ex: { code: 302, redirect: elsewhere.url() },
        redirect: elsewhere.url(),
      };
      await end.send(writeCommand(0, "_error", transactionId, null, info));
      await end.goodbye();
    });
    const error = await assertRejects(() => connect(server.url()), RtmpCommandError);
    assertEquals(error.statusCode, "NetConnection.Connect.Rejected");
    assertEquals([server.connections, elsewhere.connections], [1, 0]);
  });
}

Deno.test("publishRtmp() asks for each address once before and once after it connects", async () => {
  await using server = new ScriptedServer(async (end) => await end.begun("publish"));
  const asked: string[] = [];
  const permitAddress = (address: string) => asked.push(address) > 0;
  const { writable } = await publishRtmp(server.url(), { permitAddress });
  await writable.abort().catch(() => {});
  assertEquals(asked, ["127.0.0.1", "127.0.0.1"]);
});
