/**
 * Adobe's authentication of publishers by user name and password, as encoders and Flash Media
 * Server implement it. No specification has it; this is the common part of FFmpeg, librtmp and
 * Wowza.
 *
 * The client connects up to three times, each time with a query after `app` and `tcUrl`. Each
 * rejection has a description with the fields for the next attempt:
 *
 *     client                                                  server, in `description`
 *     (nothing)                                               code=403 need auth; authmod=adobe
 *     ?authmod=adobe&user=U                                   authmod=adobe ... ?reason=needauth
 *                                                             &user=U&salt=S&challenge=C&opaque=C
 *     ?authmod=adobe&user=U&challenge=D&response=R&opaque=C   `_result`, or ?reason=authfailed
 *
 *     R = base64(md5(base64(md5(U S password)) C D))
 *
 * Values are not encoded: base64 is not percent-encoded, and `+` is a plus sign.
 *
 * @module
 */

import { md5 } from "@noble/hashes/legacy.js";

/** A user name and a password. */
export interface Credentials {
  user: string;
  password: string;
}

/** The inputs of a response beside the password. */
export interface AdobeExchange {
  user: string;
  /** The server's salt for the password of this user. */
  salt: string;
  /**
   * The server's challenge for this exchange: its `opaque` or, if it sends none, its `challenge`.
   */
  serverChallenge: string;
  /** The client's challenge. */
  clientChallenge: string;
}

/** The fields of a client's query. */
export interface AdobeQuery {
  user: string;
  /** The client's challenge; `undefined` in the first query. */
  clientChallenge: string | undefined;
  /** The response; `undefined` in the first query. */
  response: string | undefined;
  /** The server's own challenge, if the client has sent it back: not all do. */
  opaque: string | undefined;
}

/** Computes the response, which a client sends and a server compares. */
export function adobeResponse(exchange: AdobeExchange, password: string): string {
  const { user, salt, serverChallenge, clientChallenge } = exchange;
  return hash(hash(user + salt + password) + serverChallenge + clientChallenge);
}

/**
 * For clients: makes the query for the next connection from a rejection's description. Returns
 * `undefined` if the rejection does not request authentication, or means that the password is
 * wrong.
 *
 * @param clientChallenge Random letters and digits.
 */
export function answerAdobeRejection(
  description: string,
  { user, password }: Credentials,
  clientChallenge: string,
): string | undefined {
  if (!description.includes("authmod=adobe")) return undefined;
  const first = `authmod=adobe&user=${user}`;
  if (description.includes("code=403 need auth")) return first;
  const [, query] = description.split("?");
  const fields = readFields(query ?? "");
  const salt = fields.get("salt");
  const opaque = fields.get("opaque");
  const serverChallenge = opaque || fields.get("challenge");
  if (fields.get("reason") !== "needauth" || salt === undefined || serverChallenge === undefined) {
    return undefined;
  }
  const response = adobeResponse({ user, salt, serverChallenge, clientChallenge }, password);
  return `${first}&challenge=${clientChallenge}&response=${response}&opaque=${opaque ?? ""}`;
}

/** For servers: the description of the rejection that requests a user name. */
export function adobeAuthRequired(): string {
  return "[ AccessManager.Reject ] : [ code=403 need auth; authmod=adobe ] : ";
}

/**
 * For servers: the description of the rejection that requests the password. The challenge is also
 * sent as `opaque`, since clients differ on which of them they use.
 *
 * @param salt Letters and digits; it may be the same for a user each time.
 * @param serverChallenge Letters and digits, used only once.
 */
export function adobeChallenge(user: string, salt: string, serverChallenge: string): string {
  const fields = `user=${user}&salt=${salt}&challenge=${serverChallenge}&opaque=${serverChallenge}`;
  return `[ AccessManager.Reject ] : [ authmod=adobe ] : ?reason=needauth&${fields}`;
}

/** For servers: the description of the rejection for a wrong password. */
export function adobeAuthFailed(): string {
  return "[ AccessManager.Reject ] : [ authmod=adobe ] : ?reason=authfailed";
}

/** For servers: reads the query of an unchanged `app`; `undefined` if it has no such fields. */
export function readAdobeQuery(app: string): AdobeQuery | undefined {
  const mark = app.indexOf("?");
  const fields = readFields(mark < 0 ? "" : app.slice(mark + 1));
  const user = fields.get("user");
  if (fields.get("authmod") !== "adobe" || user === undefined) return undefined;
  return {
    user,
    clientChallenge: fields.get("challenge"),
    response: fields.get("response"),
    opaque: fields.get("opaque"),
  };
}

/**
 * For servers: whether a query proves that the client knows the password. The comparison takes
 * constant time.
 */
export function verifyAdobeResponse(
  { user, clientChallenge, response }: AdobeQuery,
  { salt, serverChallenge }: Pick<AdobeExchange, "salt" | "serverChallenge">,
  password: string,
): boolean {
  if (clientChallenge === undefined || response === undefined) return false;
  const right = adobeResponse({ user, salt, serverChallenge, clientChallenge }, password);
  if (response.length !== right.length) return false;
  let difference = 0;
  for (let i = 0; i < right.length; i++) {
    difference |= right.charCodeAt(i) ^ response.charCodeAt(i);
  }
  return difference === 0;
}

/**
 * Reads the fields of a query without decoding them, unlike `URLSearchParams`. The first field of a
 * name counts.
 */
function readFields(query: string): Map<string, string> {
  const fields = new Map<string, string>();
  for (const part of query.split("&")) {
    const equals = part.indexOf("=");
    const name = equals < 0 ? part : part.slice(0, equals);
    if (!fields.has(name)) fields.set(name, equals < 0 ? "" : part.slice(equals + 1).trim());
  }
  return fields;
}

/** The MD5 hash in base64; Web Crypto does not have MD5. */
function hash(text: string): string {
  return btoa(String.fromCharCode(...md5(new TextEncoder().encode(text))));
}
