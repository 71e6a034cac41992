/**
 * The page behind a proxy that asks viewers for a password, with the configuration of nginx that
 * `docs/keys.md` gives.
 *
 * @module
 */

import { assertEquals } from "@std/assert";
import { connect } from "node:tls";
import type { Browser } from "playwright-core";
import { codeBlocks, readDocument } from "../docs/documents.ts";
import { CHROMIUM, openPage, withBrowser } from "../support/browser.ts";
import { makeCertificate } from "../support/certificate.ts";
import { Encoder, liveClip } from "../support/encoder.ts";
import { freePort } from "../support/free_port.ts";
import { startHttpApp } from "../support/http.ts";
import { PeerServer } from "../support/peer_server.ts";
import { toolTest } from "../support/tools.ts";
import { until } from "../support/wait.ts";
import { pictureMoves, WATCH } from "./watching.ts";
import { UPGRADE } from "../support/websocket.ts";

const TOOLS = [CHROMIUM, "ffmpeg", "nginx", "openssl"];

const USER = { username: "viewer", password: "s3cret" };

/** What upgrades a connection to a WebSocket. */
const UPGRADE_LINE = /proxy_set_header (Upgrade|Connection) .*\n/g;

/** Starts nginx with the configuration of the document, changed by a function. */
async function startProxy(
  httpPort: number,
  change: (config: string) => string = (config) => config,
): Promise<PeerServer> {
  const block = codeBlocks(await readDocument("docs/keys.md")).find(({ info }) =>
    info === "nginx"
  )!;
  const port = freePort();
  const directory = await Deno.makeTempDir({ prefix: "sluice-test-" });
  const { cert, key } = await makeCertificate();
  await Deno.writeTextFile(`${directory}/cert.pem`, cert);
  await Deno.writeTextFile(`${directory}/key.pem`, key);
  await Deno.writeTextFile(`${directory}/viewers`, `${USER.username}:{PLAIN}${USER.password}\n`);
  const site = change(block.code)
    .replace("listen 8443", `listen 127.0.0.1:${port}`)
    .replace("127.0.0.1:8080", `127.0.0.1:${httpPort}`);
  await Deno.writeTextFile(
    `${directory}/nginx.conf`,
    `daemon off;
    master_process off;
    error_log stderr error;
    pid ${directory}/nginx.pid;
    events {}
    http {
      access_log off;
      client_body_temp_path ${directory}/body;
      proxy_temp_path ${directory}/proxy;
      ${site}
    }`,
  );
  const args = ["-p", directory, "-c", "nginx.conf", "-e", "stderr"];
  return await PeerServer.start({ program: "nginx", args, port, directory });
}

/** Opens the page through the proxy, as a viewer who knows the password. */
async function openThrough(browser: Browser, { port }: PeerServer) {
  const opened = await openPage(browser, "about:blank", {
    httpCredentials: USER,
    ignoreHTTPSErrors: true,
  });
  await opened.page.goto(`https://127.0.0.1:${port}/`);
  await opened.page.evaluate(WATCH);
  return opened;
}

/** Asks for a WebSocket as a page of this origin makes a browser do it; gives the status. */
async function upgrade({ port }: PeerServer, origin: string | undefined): Promise<string> {
  const socket = connect({ host: "127.0.0.1", port, rejectUnauthorized: false });
  let received = "";
  socket.on("data", (bytes) => received += bytes.toString("latin1"));
  const head = [
    "GET /live/demo.flv HTTP/1.1",
    `Host: 127.0.0.1:${port}`,
    ...UPGRADE,
    `Authorization: Basic ${btoa(`${USER.username}:${USER.password}`)}`,
    ...origin === undefined ? [] : [`Origin: ${origin}`],
  ];
  socket.write([...head, "", ""].join("\r\n"));
  const answer = await until("an answer", () => /^HTTP\/1\.1 (\d+)/.exec(received)?.[1]);
  socket.destroy();
  return answer;
}

await toolTest(TOOLS, "the page plays behind a proxy that asks for a password", async (test) => {
  const clip = await liveClip("320x180");
  await withBrowser(async (browser) => {
    await using app = await startHttpApp("--http-host", "127.0.0.1", "--api-token", "t0ken");
    using _encoder = await Encoder.start(app.port, "demo", { clip });

    await test.step("over a WebSocket", async () => {
      await using proxy = await startProxy(app.httpPort);
      const { page, complaints } = await openThrough(browser, proxy);
      await pictureMoves(page, "through the proxy");
      await app.consumer("ws-flv");
      assertEquals(complaints, []);

      await page.route(
        "**/api/v1/streams",
        (route) => route.fulfill({ status: 401, contentType: "text/html", body: "<h1>401</h1>" }),
      );
      await page.getByText("A proxy before the server asks for a password").waitFor();
      await page.unroute("**/api/v1/streams");
      await page.locator("#unreachable").waitFor({ state: "hidden" });
      await page.context().close();
    });

    await test.step("not for pages of other sites, with which browsers send the password too", async () => {
      await using proxy = await startProxy(app.httpPort);
      assertEquals(await upgrade(proxy, `https://127.0.0.1:${proxy.port}`), "101");
      assertEquals(await upgrade(proxy, undefined), "101");
      for (const origin of ["https://evil.example", "null", `http://127.0.0.1:${proxy.port}`]) {
        assertEquals(await upgrade(proxy, origin), "403", origin);
      }
    });

    await test.step("over HTTP where the proxy lets no WebSocket through", async () => {
      await using proxy = await startProxy(
        app.httpPort,
        (config) => config.replace(UPGRADE_LINE, ""),
      );
      const { page } = await openThrough(browser, proxy);
      await pictureMoves(page, "through the proxy");
      await app.consumer("http-flv");
      await page.context().close();
    });

    await test.step("with the password in the page's address, which it shows nowhere", async () => {
      await using proxy = await startProxy(app.httpPort);
      const { page } = await openPage(browser, "about:blank", { ignoreHTTPSErrors: true });
      const host = `127.0.0.1:${proxy.port}`;
      const refused = await page.context().request.get(`https://${host}/`);
      assertEquals(refused.status(), 401);
      await page.goto(`https://${USER.username}:${USER.password}@${host}/`);
      await page.evaluate(WATCH);
      await pictureMoves(page, "through the proxy");
      assertEquals((await page.content()).includes(USER.password), false);
      await page.context().close();
    });
  });
});
