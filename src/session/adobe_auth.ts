/**
 * Adobe's authentication of publishers by user name and password, as encoders and Flash Media
 * Server have it. It is in no specification; this is what FFmpeg, librtmp and Wowza agree on.
 *
 * The client connects up to three times, each time with a query after `app` and `tcUrl`, and is
 * rejected with a description that has what it needs for the next time:
 *
 *     client                                                  server, in `description`
 *     (nothing)                                               code=403 need auth; authmod=adobe
 *     ?authmod=adobe&user=U                                   authmod=adobe ... ?reason=needauth
 *                                                             &user=U&salt=S&challenge=C&opaque=C
 *     ?authmod=adobe&user=U&challenge=D&response=R&opaque=C   `_result`, or ?reason=authfailed
 *
 *     R = base64(md5(base64(md5(U S password)) C D))
 *
 * Values stand as they are: base64 is not percent-encoded, and `+` is a plus.
 *
 * @module
 */

import { md5 } from "@noble/hashes/legacy.js";

/** A user name and its proof. */
export interface Credentials {
  user: string;
  password: string;
}

/** What goes into a response beside the password. */
export interface AdobeExchange {
  user: string;
  /** The server's choice, for the password of this user. */
  salt: string;
  /** The server's choice, for this exchange: its `opaque` or, if it sends none, its `challenge`. */
  serverChallenge: string;
  /** The client's choice. */
  clientChallenge: string;
}

/** What a client sends of it all in its query. */
export interface AdobeQuery {
  user: string;
  /** The client's choice; `undefined` in the first query. */
  clientChallenge: string | undefined;
  /** The proof; `undefined` in the first query. */
  response: string | undefined;
}

/** Computes the response: what a client sends and a server compares with. */
export function adobeResponse(exchange: AdobeExchange, password: string): string {
  const { user, salt, serverChallenge, clientChallenge } = exchange;
  return hash(hash(user + salt + password) + serverChallenge + clientChallenge);
}

/**
 * The client: makes the query for the next connection of a rejection's description. Nothing comes
 * back if the rejection asks for no such thing, or says that the password is wrong.
 *
 * @param clientChallenge A random text of letters and digits.
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

/** The server: the description of the rejection that asks for a user name. */
export function needAdobeAuth(): string {
  return "[ AccessManager.Reject ] : [ code=403 need auth; authmod=adobe ] : ";
}

/**
 * The server: the description of the rejection that asks for the password. The challenge is sent
 * as `opaque` too, since some clients compute with the one and some with the other.
 *
 * @param salt A text of letters and digits, the same for a user each time or not.
 * @param serverChallenge A text of letters and digits that is not used again.
 */
export function challengeByAdobe(user: string, salt: string, serverChallenge: string): string {
  const fields = `user=${user}&salt=${salt}&challenge=${serverChallenge}&opaque=${serverChallenge}`;
  return `[ AccessManager.Reject ] : [ authmod=adobe ] : ?reason=needauth&${fields}`;
}

/** The server: the description of the rejection that ends it. */
export function refuseByAdobe(): string {
  return "[ AccessManager.Reject ] : [ authmod=adobe ] : ?reason=authfailed";
}

/** The server: reads the query of an `app` as the client wrote it, if it is of this kind. */
export function readAdobeQuery(app: string): AdobeQuery | undefined {
  const mark = app.indexOf("?");
  const fields = readFields(mark < 0 ? "" : app.slice(mark + 1));
  const user = fields.get("user");
  if (fields.get("authmod") !== "adobe" || user === undefined) return undefined;
  return {
    user,
    clientChallenge: fields.get("challenge"),
    response: fields.get("response"),
  };
}

/**
 * The server: whether a query proves that the client knows the password, in a time that does not
 * tell how far it was right.
 */
export function isAdobeProof(
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

/** Fields of a query, unlike `URLSearchParams` without any decoding; the first of a name counts. */
function readFields(query: string): Map<string, string> {
  const fields = new Map<string, string>();
  for (const part of query.split("&")) {
    const equals = part.indexOf("=");
    const name = equals < 0 ? part : part.slice(0, equals);
    if (!fields.has(name)) fields.set(name, equals < 0 ? "" : part.slice(equals + 1).trim());
  }
  return fields;
}

/** MD5, which Web Crypto does not have, in base64. */
function hash(text: string): string {
  return btoa(String.fromCharCode(...md5(new TextEncoder().encode(text))));
}
