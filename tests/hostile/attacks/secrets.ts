/**
 * Peers that guess at what only the operator and the publishers know.
 *
 * @module
 */

import { assert, assertEquals } from "@std/assert";
import { repeat } from "../../support/long.ts";
import { RawClient } from "../../support/raw_client.ts";
import { until } from "../../support/wait.ts";
import type { Attack } from "../attack.ts";

/** Long enough to be right at any time. */
const SECRET = "0123456789abcdef0123";

const ROUNDS = repeat(200, 2_000);

export const attacks: Attack[] = [
  {
    name: "wrong API tokens are tried without end, and the right one is right",
    args: ["--api-token", SECRET],
    async run({ http }) {
      const ask = async (token: string) => {
        const headers = { authorization: `Bearer ${token}` };
        const answer = await fetch(`${http}/api/v1/pushes/none`, { method: "DELETE", headers });
        await answer.body?.cancel();
        return answer.status;
      };
      for (let i = 0; i < ROUNDS; i++) {
        const status = await ask(`wrong ${i}`);
        assert([401, 429].includes(status), `the status is ${status}`);
      }
      assertEquals(await ask(SECRET), 404);
    },
  },
  {
    name: "wrong stream keys are tried without end over RTMP, and the right one is right",
    streamKey: SECRET,
    async run({ port, peers }) {
      for (let i = 0; i < ROUNDS; i++) {
        using client = await RawClient.open(port);
        client.askToPublish(`guessed?key=wrong${i}`);
        const { code } = await until("an answer", () => client.statuses[0]);
        assertEquals(code, "NetStream.Publish.Denied");
        await client.closed();
      }
      peers.use(await RawClient.publish(port, `guessed?key=${SECRET}`));
    },
  },
  {
    name: "wrong stream keys are tried without end over HTTP, and the right one is right",
    streamKey: SECRET,
    async run({ http }) {
      const put = async (key: string) => {
        const headers = { authorization: `Bearer ${key}` };
        const body = new Uint8Array(13);
        const answer = await fetch(`${http}/live/guessed.flv`, { method: "PUT", headers, body });
        await answer.body?.cancel();
        return answer.status;
      };
      for (let i = 0; i < ROUNDS; i++) {
        assertEquals(await put(`wrong ${i}`), 403);
      }
      // It is let in, and is no FLV.
      assertEquals(await put(SECRET), 400);
    },
  },
];
