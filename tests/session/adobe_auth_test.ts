import { assert, assertEquals, assertFalse } from "@std/assert";
import {
  adobeAuthFailed,
  adobeAuthRequired,
  adobeChallenge,
  type AdobeExchange,
  adobeResponse,
  answerAdobeRejection,
  readAdobeQuery,
  verifyAdobeResponse,
} from "../../src/session/adobe_auth.ts";

const pure = { permissions: "none" } as const;

const credentials = { user: "encoder", password: "s3cret" };

/** As Wowza sends it. */
const CHALLENGE =
  "[ AccessManager.Reject ] : [ authmod=adobe ] : ?reason=needauth&user=encoder&salt=ajGTuQ==" +
  "&challenge=bNhKxg==&opaque=bNhKxg==";

Deno.test("adobeResponse() is what Python's hashlib and base64 make of it", pure, () => {
  const table: [exchange: AdobeExchange, password: string, response: string][] = [
    [
      {
        user: "encoder",
        salt: "ajGTuQ==",
        serverChallenge: "bNhKxg==",
        clientChallenge: "3f5a9c01",
      },
      "s3cret",
      "BeAbPTDGSC7WnDt6JkyNEA==",
    ],
    [
      { user: "jörg", salt: "salt", serverChallenge: "chal", clientChallenge: "deadbeef" },
      "pass wörd",
      "Cn7FnIDe+n4PslYbx+0phA==",
    ],
  ];
  for (const [exchange, password, response] of table) {
    assertEquals(adobeResponse(exchange, password), response);
  }
});

Deno.test("answerAdobeRejection() answers both rejections", pure, () => {
  assertEquals(
    answerAdobeRejection(
      "[ AccessManager.Reject ] : [ code=403 need auth; authmod=adobe ] : ",
      credentials,
      "3f5a9c01",
    ),
    "authmod=adobe&user=encoder",
  );
  assertEquals(
    answerAdobeRejection(CHALLENGE, credentials, "3f5a9c01"),
    "authmod=adobe&user=encoder&challenge=3f5a9c01&response=BeAbPTDGSC7WnDt6JkyNEA==&opaque=bNhKxg==",
  );
});

Deno.test(
  "answerAdobeRejection() computes with the challenge when there is no opaque",
  pure,
  () => {
    const without = CHALLENGE.replace("&opaque=bNhKxg==", "");
    assertEquals(
      answerAdobeRejection(without, credentials, "3f5a9c01"),
      "authmod=adobe&user=encoder&challenge=3f5a9c01&response=BeAbPTDGSC7WnDt6JkyNEA==&opaque=",
    );
  },
);

Deno.test("answerAdobeRejection() has no answer when nothing is asked", pure, () => {
  const rejections = [
    "",
    "Connection rejected",
    "[ code=403 need auth; authmod=llnw ] : ",
    "[ AccessManager.Reject ] : [ authmod=adobe ] : ?reason=authfailed&opaque=vgoAAA==",
    "[ AccessManager.Reject ] : [ authmod=adobe ] : ?reason=nosuchuser&opaque=vgoAAA==",
    "[ authmod=adobe ] : ?reason=needauth&user=encoder&salt=ajGTuQ==",
    "[ authmod=adobe ] : ?reason=needauth&user=encoder&challenge=bNhKxg==",
    adobeAuthFailed(),
  ];
  for (const description of rejections) {
    assertEquals(answerAdobeRejection(description, credentials, "0"), undefined, description);
  }
});

Deno.test("a server accepts clients that know the password, and no others", pure, () => {
  const exchange = { salt: "0a1b2c3d", serverChallenge: "4e5f6071" };
  const first = answerAdobeRejection(adobeAuthRequired(), credentials, "3f5a9c01");
  assertEquals(readAdobeQuery(`live?${first}`), {
    user: "encoder",
    clientChallenge: undefined,
    response: undefined,
    opaque: undefined,
  });
  const description = adobeChallenge("encoder", exchange.salt, exchange.serverChallenge);
  const second = readAdobeQuery(
    `live?${answerAdobeRejection(description, credentials, "3f5a9c01")}`,
  )!;
  assertEquals([second.user, second.opaque], ["encoder", exchange.serverChallenge]);
  assert(verifyAdobeResponse(second, exchange, "s3cret"));
  assertFalse(verifyAdobeResponse(second, exchange, "secret"));
  assertFalse(verifyAdobeResponse(second, { ...exchange, serverChallenge: "4e5f6072" }, "s3cret"));
  assertFalse(verifyAdobeResponse({ ...second, user: "other" }, exchange, "s3cret"));
  assertFalse(verifyAdobeResponse({ ...second, response: "" }, exchange, "s3cret"));
  assertFalse(verifyAdobeResponse({ ...second, response: undefined }, exchange, "s3cret"));
});

Deno.test("readAdobeQuery() leaves base64 as it is and wants authmod and user", pure, () => {
  const app = "live?authmod=adobe&user=u&challenge=a+b/c==&response=d+e/f==&opaque=";
  assertEquals(readAdobeQuery(app), {
    user: "u",
    clientChallenge: "a+b/c==",
    response: "d+e/f==",
    opaque: "",
  });
  for (const other of ["live", "live?", "live?user=u", "live?authmod=adobe", "live?authmod=llnw"]) {
    assertEquals(readAdobeQuery(other), undefined, other);
  }
});
