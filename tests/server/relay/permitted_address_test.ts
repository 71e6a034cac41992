/**
 * Where pushes may lead that are asked for without a token.
 *
 * @module
 */

import { assertEquals, assertMatch } from "@std/assert";
import { isPermittedWithoutToken } from "../../../src/server/relay/permitted_address.ts";
import { startApiApp } from "../../support/api.ts";

const ADDRESSES: [address: string, isPermittedWithoutToken: boolean][] = [
  ["169.254.169.254", false],
  ["169.254.0.1", false],
  ["169.253.255.255", true],
  ["169.255.0.0", true],
  ["::ffff:169.254.169.254", false],
  ["::ffff:a9fe:a9fe", false],
  ["64:ff9b::169.254.169.254", false],
  ["64:ff9b::8.8.8.8", true],
  ["fe80::1", false],
  ["febf:ffff::1", false],
  ["fec0::1", true],
  ["127.0.0.1", true],
  ["::1", true],
  ["192.168.1.1", true],
  ["2001:db8::1", true],
];

for (const [address, expected] of ADDRESSES) {
  Deno.test(`${address} is ${expected ? "in" : "out of"} reach without a token`, () => {
    assertEquals(isPermittedWithoutToken(address), expected);
  });
}

/** Hosts that lead to a link-local address. */
const LINK_LOCAL = [
  "169.254.169.254",
  "169.254.43518",
  "2852039166",
  "0xa9fea9fe",
  "0251.0376.0251.0376",
  "user:password@169.254.169.254",
  "127.0.0.1@169.254.169.254",
  "[::ffff:169.254.169.254]",
  "[::ffff:a9fe:a9fe]",
  "[fe80::1]",
];

Deno.test("without a token no push leads to a link-local address, however it is written", async () => {
  await using api = await startApiApp();
  for (const host of LINK_LOCAL) {
    for (const scheme of ["rtmp", "rtmps"]) {
      const url = `${scheme}://${host}:1935/live/copy`;
      const { status, body } = await api.call("POST", "pushes", { stream: "live/demo", url });
      assertEquals(status, 403, url);
      assertMatch(body.error, /the address \S+ is not permitted without an API token$/);
    }
  }
  assertEquals((await api.call("GET", "pushes")).body.pushes, []);
});

Deno.test("a push leads to nothing but RTMP, with a token and without", async () => {
  for (const flags of [[], ["--api-token", "sesame"]]) {
    await using api = await startApiApp(...flags);
    const headers = { authorization: "Bearer sesame" };
    for (
      const url of [
        "file:///etc/passwd",
        "http://127.0.0.1/live/copy",
        "rtmpt://127.0.0.1/live/copy",
        "rtmp:///live/copy",
        "rtmp://127.0.0.1:0/live/copy",
        "rtmp://127.0.0.1:99999/live/copy",
        "rtmp:127.0.0.1/live/copy",
        "/live/copy",
        "unix:/run/docker.sock",
        "exec:reboot",
        " rtmp://127.0.0.1/live/copy",
      ]
    ) {
      const push = { stream: "live/demo", url };
      assertEquals((await api.call("POST", "pushes", push, headers)).status, 400, url);
    }
    assertEquals((await api.call("GET", "pushes")).body.pushes, []);
  }
});

Deno.test("with the token a push leads wherever its operator wants", async () => {
  await using api = await startApiApp("--api-token", "sesame");
  const push = { stream: "live/none", url: "rtmp://169.254.169.254/live/copy" };
  const ask = (headers: Record<string, string>) => api.call("POST", "pushes", push, headers);
  assertEquals((await ask({})).status, 401);
  assertEquals((await ask({ authorization: "Bearer wrong" })).status, 401);
  assertEquals((await ask({ authorization: "Bearer sesame" })).status, 201);
});

Deno.test("a stream key is no token: its holder adds no push", async () => {
  await using api = await startApiApp("--api-token", "sesame", "--stream-key", "key");
  const push = { stream: "live/none", url: "rtmp://127.0.0.1/live/copy" };
  for (const path of ["pushes", "pushes?key=key", "pushes?token=sesame"]) {
    const headers = { authorization: "Bearer key" };
    assertEquals((await api.call("POST", path, push, headers)).status, 401);
  }
});
