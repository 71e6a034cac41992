import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { writeCommand } from "../../src/message/command.ts";
import { videoTags } from "../support/media.ts";
import { collect } from "../support/publications.ts";
import { RawClient, STREAM_ID } from "../support/raw_client.ts";
import { ServerProcess } from "../support/server.ts";
import { until } from "../support/wait.ts";

/** Each is used at one place alone, so that one that is found tells where it has got out. */
const SECRETS = {
  streamKey: "s3cret-stream-key-environment",
  apiToken: "s3cret-api-token-environment",
  wrongKey: "s3cret-wrong-key",
  wrongToken: "s3cret-wrong-token",
  urlUser: "s3cret-tcurl-user",
  urlKey: "s3cret-tcurl-key",
  viewerToken: "s3cret-viewer-token",
  pushUser: "s3cret-push-user",
  pushPassword: "s3cret-push-password%21",
  pushName: "s3cret-push-name",
  pushKey: "s3cret-push-key",
  flagPushName: "s3cret-flag-push-name",
  flagPushKey: "s3cret-flag-push-key",
  pullName: "s3cret-pull-name",
  pullKey: "s3cret-pull-key",
} as const;

/** What everybody may ask for. */
const PAGES = [
  ...["", "metrics", "healthz", "readyz", "nothing", "api/v1/openapi.json", "api/v1/server"],
  ...["api/v1/streams", "api/v1/streams/live/demo", "api/v1/connections", "api/v1/pushes"],
];

for (const flags of [[], ["--json"]]) {
  Deno.test(`no secret is in a log${flags}, a page, a metric or the API`, async () => {
    // It refuses, and repeats in its refusal what was asked for.
    await using far = collect({
      authorize: ({ app, name, params, tcUrl }) => ({
        description: `Cannot take ${app}/${name}?${params} at ${tcUrl}`,
      }),
    });
    const { pullName, pullKey, flagPushName, flagPushKey } = SECRETS;
    await using server = await ServerProcess.start({
      args: [
        ...["--log-level", "debug", ...flags],
        ...[
          "--push",
          `live/demo=rtmp://127.0.0.1:${far.port}/app/${flagPushName}?k=${flagPushKey}`,
        ],
        ...["--pull", `live/far=rtmp://127.0.0.1:${far.port}/app/${pullName}?k=${pullKey}`],
      ],
      env: { SLUICE_STREAM_KEY: SECRETS.streamKey, SLUICE_API_TOKEN: SECRETS.apiToken },
      permissions: ["--allow-env=SLUICE_STREAM_KEY,SLUICE_API_TOKEN"],
    });
    using stranger = await RawClient.open(server.port);
    stranger.askToPublish(`demo?key=${SECRETS.wrongKey}`);
    await stranger.closed();

    using client = await RawClient.connect(server.port);
    await client.handshake();
    const { urlUser, urlKey } = SECRETS;
    client.command("connect", 1, {
      app: `live?token=${urlKey}`,
      tcUrl: `rtmp://${urlUser}:${urlUser}@127.0.0.1:${server.port}/live?token=${urlKey}`,
    });
    client.askToPublish(`demo?key=${SECRETS.streamKey}`);
    client.sendTags(videoTags(5));
    await client.status("NetStream.Publish.Start");
    using player = await RawClient.open(server.port);
    player.command("createStream", 2, null);
    player.send(writeCommand(STREAM_ID, "play", 0, null, `far?token=${SECRETS.viewerToken}`));

    const answers: string[] = [];
    const ask = async (path: string, init: RequestInit = {}) => {
      const response = await fetch(`${server.http}/${path}`, init);
      answers.push(JSON.stringify([...response.headers]), await response.text());
      return response.status;
    };
    const api = (token: string, body: unknown) => ({
      method: "POST",
      headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
      body: JSON.stringify(body),
    });
    const { pushUser, pushPassword, pushName, pushKey } = SECRETS;
    const push = {
      stream: "live/demo",
      url: `rtmp://${pushUser}:${pushPassword}@127.0.0.1:${far.port}/app/${pushName}?k=${pushKey}`,
    };
    assertEquals(await ask("api/v1/pushes", api(SECRETS.apiToken, push)), 201);
    assertEquals(await ask("api/v1/pushes", api(SECRETS.wrongToken, push)), 401);
    assertEquals(await ask(`live/none.flv?wait=0&token=${SECRETS.viewerToken}`), 404);
    const put = { method: "PUT", body: "nothing" };
    assertEquals(await ask(`live/put.flv?key=${SECRETS.wrongKey}`, put), 403);
    await until("the refusals of the other server", async () => {
      await ask("api/v1/pushes");
      const { pushes } = JSON.parse(answers.at(-1)!);
      return pushes.every((push: { lastError: unknown }) => push.lastError !== null);
    });
    assertStringIncludes(answers.at(-1)!, `rtmp://127.0.0.1:${far.port}/app/…`);
    await server.line(/Cannot pull live\/far from/);
    for (const page of PAGES) await ask(page);
    const shown = [...answers, ...server.lines].join("\n");
    assert(shown.includes("Cannot take"), "the refusal of the other server is not shown");
    for (const [which, secret] of Object.entries(SECRETS)) {
      for (const spelling of [secret, decodeURIComponent(secret)]) {
        const at = shown.indexOf(spelling);
        assert(at < 0, `${which}: ${shown.slice(Math.max(0, at - 200), at + 100)}`);
      }
    }
    client[Symbol.dispose]();
    player[Symbol.dispose]();
    await server.stop();
    assert(!/s3cret/.test(server.lines.join("\n")));
  });
}
