/**
 * From a URL to a session: TCP or TLS, handshake, `connect`, and Adobe's authentication.
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
import { type ClientPatience, ClientSession } from "../session/client/client_session.ts";
import { checkTimeout, type Patience, patiently } from "../time/deadline.ts";
import { whileDoing } from "../session/client/while_doing.ts";
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
   * How long the server may take nothing of what is written, or send nothing while tags are read, in
   * milliseconds: 1 to 2^31 - 1, or `Infinity` for no limit. `publishRtmp` waits for 60,000 unless given;
   * `playRtmp` has no limit, since a source may pause.
   */
  idleTimeout?: number;
  /**
   * How long the server may show no sign of life at the end, in milliseconds: 1 to 2^31 - 1, or
   * `Infinity` for no limit. `publishRtmp` waits for 30,000 unless given, and fails after that: not everything
   * may have arrived. Any byte that the server takes or sends begins the wait anew. `playRtmp` waits
   * for 2,000, and closes the connection.
   */
  closeTimeout?: number;
  /** Closes the connection at once when it is aborted, with its reason as the error. */
  signal?: AbortSignal;
  /** What the client calls itself: `FMLE/3.0 (compatible; Sluice)` by default. */
  flashVer?: string;
  /**
   * The relays that the stream has passed, for a server of this kind to find one that comes back: at
   * most 16 ids, each of at most 64 characters. They are sent in `connect` as `sluiceVia`. A relay
   * sends the `via` of what it passes on, and an id of its own.
   */
  via?: readonly string[];
  /** The handshake to begin with: `simple` by default, which every server takes. */
  handshake?: HandshakeScheme;
  /**
   * Whether the client may connect to an address; it may to all where this is not given. It is for
   * URLs that strangers have chosen: asked for every address that the host leads to before anything is
   * connected, and again for the one that is connected before anything is sent.
   */
  permitAddress?: (address: string) => boolean;
  /** Certificates (PEM) to trust beside those of the system, for `rtmps:`. */
  caCerts?: string[];
}

/** The time limits of what is being connected for, in milliseconds, where the caller sets none. */
export type DefaultTimeouts = Required<Pick<RtmpClientOptions, "idleTimeout" | "closeTimeout">>;

/** The default of `timeout`, in milliseconds. */
const DEFAULT_TIMEOUT = 10_000;

/** How long an attempt that is given up may take to settle before it is aborted, in milliseconds. */
const CONNECTING_PATIENCE = 20;

/** How often a client connects for one publication: Adobe's authentication takes three times. */
const MAX_CONNECTIONS = 3;

/** Connects to a server and says what for; the caller closes the session. */
export async function connectRtmp(
  kind: "publish" | "play",
  target: RtmpTarget,
  options: RtmpClientOptions,
  defaults: DefaultTimeouts,
): Promise<ClientSession> {
  const action = `connect to ${target.host}`;
  const patience = readPatience(options, defaults);
  let query = "";
  for (let count = 1;; count++) {
    const session = await openSession(action, target, options, patience);
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

function readPatience(options: RtmpClientOptions, defaults: DefaultTimeouts): ClientPatience {
  const { timeout = DEFAULT_TIMEOUT, signal } = options;
  const { idleTimeout = defaults.idleTimeout, closeTimeout = defaults.closeTimeout } = options;
  return {
    timeout: checkTimeout("timeout", timeout),
    idleTimeout: checkTimeout("idleTimeout", idleTimeout, Infinity),
    closeTimeout: checkTimeout("closeTimeout", closeTimeout, Infinity),
    signal,
  };
}

/** What to say the next time, if the server has asked for a password and we have one. */
function nextQuery(error: unknown, { credentials }: RtmpTarget): string | undefined {
  if (!(error instanceof RtmpCommandError) || !credentials) return undefined;
  return answerAdobeRejection(error.read ?? "", credentials, randomHex());
}

function addQuery(text: string, query: string): string {
  return query === "" ? text : `${text}${text.includes("?") ? "&" : "?"}${query}`;
}

/** Four random bytes, as FFmpeg has it. */
function randomHex(): string {
  const [number] = crypto.getRandomValues(new Uint32Array(1));
  return number!.toString(16).padStart(8, "0");
}

/** Connects and shakes hands. */
async function openSession(
  action: string,
  target: RtmpTarget,
  options: RtmpClientOptions,
  patience: ClientPatience,
): Promise<ClientSession> {
  const { handshake = "simple" } = options;
  const socket = new TcpSocket(await dial(action, target, options, patience));
  try {
    await patiently(action, shakeHands(socket, handshake), patience);
    return new ClientSession(socket, patience);
  } catch (error) {
    socket.close();
    throw whileDoing(action, error);
  }
}

/** A connection that comes too late is closed. */
async function dial(
  action: string,
  { secure, hostname, port }: RtmpTarget,
  { caCerts, permitAddress }: RtmpClientOptions,
  patience: Patience,
): Promise<Deno.Conn> {
  patience.signal?.throwIfAborted();
  requireNetPermission(action, hostname, port);
  if (permitAddress) await patiently(action, checkHost(action, hostname, permitAddress), patience);
  const stop = new AbortController();
  const connecting = Deno.connect({ hostname, port, signal: stop.signal });
  let conn: Deno.Conn | undefined;
  try {
    const tcp = conn = await patiently(action, connecting, patience);
    // A name may lead elsewhere than a moment ago.
    if (permitAddress) checkAddress(action, tcp.remoteAddr.hostname, permitAddress);
    // Frames leave when they are written: they have been gathered already.
    tcp.setNoDelay();
    if (!secure) return tcp;
    const tls = conn = await Deno.startTls(tcp, { hostname, ...caCerts && { caCerts } });
    await patiently(action, tls.handshake(), patience);
    return tls;
  } catch (error) {
    if (conn) conn[Symbol.dispose]();
    else await abandon(connecting, stop);
    throw isOurs(error, patience) ? error : new RtmpError(`Cannot ${action}`, {
      read: errorMessage(error),
      cause: error,
    });
  }
}

/**
 * Ends an attempt to connect. Deno leaks a connection that is made in the moment in which its signal is
 * aborted, so one that is about to be made is waited for.
 */
async function abandon(connecting: Promise<Deno.Conn>, stop: AbortController): Promise<void> {
  const settled = connecting.then((late) => late[Symbol.dispose](), () => {});
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<void>((resolve) => timer = setTimeout(resolve, CONNECTING_PATIENCE));
  await Promise.race([settled, late]);
  clearTimeout(timer);
  stop.abort();
  await settled;
}

/** Whether an error says all there is to say: not so those of the network, which name no host. */
function isOurs(error: unknown, { signal }: Patience): boolean {
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
