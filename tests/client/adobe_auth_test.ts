import { assert, assertEquals, assertRejects } from "@std/assert";
import { publishRtmp } from "../../src/client/publish.ts";
import { RtmpCommandError } from "../../src/errors.ts";
import { writeCommand } from "../../src/message/command.ts";
import {
  adobeAuthFailed,
  adobeAuthRequired,
  adobeChallenge,
  readAdobeQuery,
  verifyAdobeResponse,
} from "../../src/session/adobe_auth.ts";
import { ScriptedServer, type ServerEnd } from "../support/scripted_server.ts";

const EXCHANGE = { salt: "c2FsdA==", serverChallenge: "Y2hhbGw=" };

/** A server that accepts clients that know the password, by what the client puts behind its app. */
function protectedBy(password: string, apps: unknown[]): ScriptedServer {
  return new ScriptedServer(async (end) => {
    await end.handshake();
    const { object } = await end.command("connect");
    const app = String(object?.app);
    apps.push(app.replace(/(challenge|response)=[^&]+/g, "$1="));
    assertEquals(String(object?.tcUrl).split("/live")[1], app.slice("live".length));
    const query = readAdobeQuery(app);
    if (!query) return await reject(end, adobeAuthRequired());
    const { salt, serverChallenge } = EXCHANGE;
    if (!query.response) {
      return await reject(end, adobeChallenge(query.user, salt, serverChallenge));
    }
    if (!verifyAdobeResponse(query, EXCHANGE, password)) {
      return await reject(end, adobeAuthFailed());
    }
    await end.send(writeCommand(0, "_result", 1, null, { code: "NetConnection.Connect.Success" }));
    await end.answer("createStream", 1);
    await end.command("publish");
    await end.status("NetStream.Publish.Start");
    await end.goodbye();
  });
}

async function reject(end: ServerEnd, description: string): Promise<void> {
  const info = { level: "error", code: "NetConnection.Connect.Rejected", description };
  await end.send(writeCommand(0, "_error", 1, null, info));
  await end.goodbye();
}

function urlOf(server: ScriptedServer, userInfo: string): string {
  return server.url().replace("//", `//${userInfo}@`);
}

Deno.test("publishRtmp() proves that it knows the password", async () => {
  const apps: unknown[] = [];
  await using server = protectedBy("s3cr&t", apps);
  const { writable, closed } = await publishRtmp(urlOf(server, "encoder:s3cr%26t"));
  await writable.close();
  await closed;
  assertEquals(apps, [
    "live",
    "live?authmod=adobe&user=encoder",
    "live?authmod=adobe&user=encoder&challenge=&response=&opaque=Y2hhbGw=",
  ]);
});

Deno.test("publishRtmp() says that the password is wrong, without the password", async () => {
  const apps: unknown[] = [];
  await using server = protectedBy("s3cret", apps);
  const url = urlOf(server, "encoder:hunter2");
  const error = await assertRejects(() => publishRtmp(url), RtmpCommandError, "reason=authfailed");
  assertEquals(error.statusCode, "NetConnection.Connect.Rejected");
  assert(!error.message.includes("hunter2"), error.message);
  assertEquals(apps.length, 3);
});

Deno.test("publishRtmp() says that a password is asked for when it has none", async () => {
  const apps: unknown[] = [];
  await using server = protectedBy("s3cret", apps);
  await assertRejects(() => publishRtmp(server.url()), RtmpCommandError, "code=403 need auth");
  assertEquals(apps, ["live"]);
});

Deno.test("publishRtmp() gives up when a server asks for a password again and again", async () => {
  await using server = new ScriptedServer(async (end, number) => {
    await end.handshake();
    await end.command("connect");
    await reject(end, number % 2 ? adobeAuthRequired() : adobeChallenge("u", "a", "b"));
  });
  await assertRejects(() => publishRtmp(urlOf(server, "u:p")), RtmpCommandError, "need auth");
  assertEquals(server.connections, 3);
});
