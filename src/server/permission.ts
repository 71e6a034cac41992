/**
 * Asking the application who may publish and who may watch.
 *
 * @module
 */

import { getLogger } from "@logtape/logtape";
import type { StreamRequest } from "../session/publication.ts";
import type { Refusal } from "../session/status.ts";
import type { ServeRtmpOptions } from "./serve.ts";

const log = getLogger(["sluice", "rtmp"]);

/** Asks the application. Nobody gets in because a question could not be answered. */
export async function askPermission(
  request: StreamRequest,
  { authorize, authorizeTimeout = 10_000 }: ServeRtmpOptions,
): Promise<Refusal | undefined> {
  if (!authorize) return undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const timeout = new Promise<Refusal>((resolve) => {
    const late = { description: "The server could not decide in time" };
    timer = setTimeout(() => resolve(late), authorizeTimeout);
  });
  try {
    const answer = await Promise.race([authorize(request), timeout]);
    return answer === true ? undefined : answer;
  } catch (error) {
    log.error("Cannot authorize {kind}: {error}", {
      connection: request.connection,
      kind: request.kind,
      error: String(error),
    });
    return { description: "The server could not decide" };
  } finally {
    clearTimeout(timer);
  }
}
