/**
 * A client's connection, from a URL to a session: TCP or TLS, handshake, `connect`, and Adobe's
 * authentication.
 *
 * @module
 */

import { errorMessage } from "../error_message.ts";
import { RtmpCommandError, RtmpError } from "../errors.ts";
import { beginHandshake, finishHandshake } from "../handshake/client_handshake.ts";
import type { HandshakeScheme } from "../handshake/digest.ts";
import { checkS0, HANDSHAKE_SERVER_BYTES } from "../handshake/packet.ts";
import { answerAdobeRejection } from "../session/adobe_auth.ts";
import { connectObject, DEFAULT_FLASH_VER } from "../session/client/connect.ts";
import { ClientSession, type ClientTimeouts } from "../session/client/client_session.ts";
import { checkTimeout, type Deadline, withDeadline } from "../time/deadline.ts";
import { withAction } from "../session/client/with_action.ts";
import { requireNetPermission } from "../net/net_permission.ts";
import { checkAddress, checkHost } from "../net/permitted_addresses.ts";
import { TcpSocket } from "../net/tcp_socket.ts";
import type { RtmpTarget, RtmpTargetOptions } from "./url.ts";

/** Options of both {@linkcode publishRtmp} and {@linkcode playRtmp}. */
export interface RtmpClientOptions extends RtmpTargetOptions {
  /**
   * How long to wait for the connection, for the handshake, and for each answer of the server, in
   * milliseconds: 1 to 2^31 - 1, 10,000 by default.
   */
  timeout?: number;
  /**
   * How long the server may read nothing of what is written, or send nothing while tags are read, in
   * milliseconds: 1 to 2^31 - 1, or `Infinity` for no limit. The default of `publishRtmp` is 60,000;
   * that of `playRtmp` is no limit, since a source may pause.
   */
  idleTimeout?: number;
  /**
   * How long the server may read and send nothing at the end, in milliseconds: 1 to 2^31 - 1, or
   * `Infinity` for no limit. Each byte that it reads or sends starts the limit again. The default of
   * `publishRtmp` is 30,000; after that it fails, since the server may lack tags. The default of
   * `playRtmp` is 2,000; after that it closes the connection.
   */
  closeTimeout?: number;
  /** Closes the connection at once when it is aborted, with its reason as the error. */
  signal?: AbortSignal;
  /** The program's name for the server: `FMLE/3.0 (compatible; Sluice)` by default. */
  flashVer?: string;
  /**
   * The relays that the stream has passed, by which Sluice servers detect a stream that comes back:
   * at most 16 ids, each of at most 64 characters. They are sent in `connect` as `sluiceVia`. A
   * relay sends the `via` of the stream that it passes on, and an id of its own.
   */
  via?: readonly string[];
  /** The handshake: `simple` by default, which every server accepts. */
  handshake?: HandshakeScheme;
  /**
   * Decides whether the client may connect to an address; without it, the client may connect to all.
   * Use it for URLs that strangers have chosen. It is called for every address of the host before the
   * client connects, and again for the connected address before the client sends anything.
   */
  permitAddress?: (address: string) => boolean;
  /** Certificates (PEM) to trust beside those of the system, for `rtmps:`. */
  caCerts?: string[];
}

/** The default time limits of publishing or playing, in milliseconds. */
export type DefaultTimeouts = Required<Pick<RtmpClientOptions, "idleTimeout" | "closeTimeout">>;

/** The default of `timeout`, in milliseconds. */
const DEFAULT_TIMEOUT = 10_000;

/**
 * How long an abandoned attempt to connect may take to settle before it is aborted, in milliseconds.
 */
const CONNECT_SETTLE_TIME = 20;

/** The most connections for one publication: Adobe's authentication needs three. */
const MAX_CONNECTIONS = 3;

/** Connects to a server to publish or to play; the caller closes the session. */
export async function connectRtmp(
  kind: "publish" | "play",
  target: RtmpTarget,
  options: RtmpClientOptions,
  defaults: DefaultTimeouts,
): Promise<ClientSession> {
  const action = `connect to ${target.host}`;
  const timeouts = readTimeouts(options, defaults);
  let query = "";
  for (let count = 1;; count++) {
    const session = await openSession(action, target, options, timeouts);
    try {
      await session.connect(
        action,
        connectObject({
          kind,
          app: addQuery(target.app, query),
          tcUrl: addQuery(target.tcUrl, query),
          flashVer: options.flashVer ?? DEFAULT_FLASH_VER,
          via: options.via,
        }),
      );
      return session;
    } catch (error) {
      session.close();
      const next = count < MAX_CONNECTIONS ? nextQuery(error, target) : undefined;
      if (next === undefined || next === query) throw error;
      query = next;
    }
  }
}

function readTimeouts(options: RtmpClientOptions, defaults: DefaultTimeouts): ClientTimeouts {
  const { timeout = DEFAULT_TIMEOUT, signal } = options;
  const { idleTimeout = defaults.idleTimeout, closeTimeout = defaults.closeTimeout } = options;
  return {
    timeout: checkTimeout("timeout", timeout),
    idleTimeout: checkTimeout("idleTimeout", idleTimeout, Infinity),
    closeTimeout: checkTimeout("closeTimeout", closeTimeout, Infinity),
    signal,
  };
}

/** The query for the next attempt, if the server has asked for a password and the URL has one. */
function nextQuery(error: unknown, { credentials }: RtmpTarget): string | undefined {
  if (!(error instanceof RtmpCommandError) || !credentials) return undefined;
  return answerAdobeRejection(error.read ?? "", credentials, randomHex());
}

function addQuery(text: string, query: string): string {
  return query === "" ? text : `${text}${text.includes("?") ? "&" : "?"}${query}`;
}

/** Four random bytes in hex, as FFmpeg sends them. */
function randomHex(): string {
  const [number] = crypto.getRandomValues(new Uint32Array(1));
  return number!.toString(16).padStart(8, "0");
}

/** Connects and completes the handshake. */
async function openSession(
  action: string,
  target: RtmpTarget,
  options: RtmpClientOptions,
  timeouts: ClientTimeouts,
): Promise<ClientSession> {
  const { handshake = "simple" } = options;
  const socket = new TcpSocket(await dial(action, target, options, timeouts));
  try {
    await withDeadline(action, shakeHands(socket, handshake), timeouts);
    return new ClientSession(socket, timeouts);
  } catch (error) {
    socket.close();
    throw withAction(action, error);
  }
}

/** Connects by TCP or TLS. A connection that is made after the timeout is closed. */
async function dial(
  action: string,
  { secure, hostname, port }: RtmpTarget,
  { caCerts, permitAddress }: RtmpClientOptions,
  deadline: Deadline,
): Promise<Deno.Conn> {
  deadline.signal?.throwIfAborted();
  requireNetPermission(action, hostname, port);
  if (permitAddress) {
    await withDeadline(action, checkHost(action, hostname, permitAddress), deadline);
  }
  const stop = new AbortController();
  const connecting = Deno.connect({ hostname, port, signal: stop.signal });
  let conn: Deno.Conn | undefined;
  try {
    const tcp = conn = await withDeadline(action, connecting, deadline);
    // The name may resolve to another address than a moment ago.
    if (permitAddress) checkAddress(action, tcp.remoteAddr.hostname, permitAddress);
    // Frames leave when they are written: they have been gathered already.
    tcp.setNoDelay();
    if (!secure) return tcp;
    const tls = conn = await Deno.startTls(tcp, { hostname, ...caCerts && { caCerts } });
    await withDeadline(action, tls.handshake(), deadline);
    return tls;
  } catch (error) {
    if (conn) conn[Symbol.dispose]();
    else await abandon(connecting, stop);
    throw namesServer(error, deadline) ? error : new RtmpError(`Cannot ${action}`, {
      read: errorMessage(error),
      cause: error,
    });
  }
}

/**
 * Ends an attempt to connect. Deno leaks a connection that is made at the moment its signal is
 * aborted, so this waits a little for one that is about to be made.
 */
async function abandon(connecting: Promise<Deno.Conn>, stop: AbortController): Promise<void> {
  const settled = connecting.then((late) => late[Symbol.dispose](), () => {});
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<void>((resolve) => timer = setTimeout(resolve, CONNECT_SETTLE_TIME));
  await Promise.race([settled, late]);
  clearTimeout(timer);
  stop.abort();
  await settled;
}

/** Whether the message of an error names the server; messages of network errors do not. */
function namesServer(error: unknown, { signal }: Deadline): boolean {
  return error instanceof RtmpError || error instanceof Deno.errors.NotCapable ||
    signal?.aborted === true;
}

async function shakeHands(socket: TcpSocket, scheme: HandshakeScheme): Promise<void> {
  const c0c1 = await beginHandshake(scheme);
  await socket.write(c0c1);
  const s0s1s2 = new Uint8Array(HANDSHAKE_SERVER_BYTES);
  await socket.readExactly(s0s1s2, checkS0);
  const { c2 } = await finishHandshake(c0c1, s0s1s2);
  await socket.write(c2);
}
