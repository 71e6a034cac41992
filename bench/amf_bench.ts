/**
 * AMF0: the two objects that every publisher sends, read and written.
 *
 * The limits are a copy of the same bytes, and JSON of the same values, which V8 has in C++.
 *
 * @module
 */

import { decodeAmf0 } from "../src/amf/decode_amf0.ts";
import { encodeAmf0 } from "../src/amf/encode_amf0.ts";
import { amf0, CONNECT, METADATA } from "./material.ts";

for (const [name, values] of [["connect", CONNECT], ["onMetaData", METADATA]] as const) {
  const bytes = amf0(values);
  const json = JSON.stringify(values);
  const reading = `read ${name}, ${bytes.length} bytes`;
  const writing = `write ${name}`;

  Deno.bench("limit: copy", { group: reading, baseline: true }, () => {
    new Uint8Array(bytes.length).set(bytes);
  });

  Deno.bench("limit: JSON.parse", { group: reading }, () => {
    JSON.parse(json);
  });

  Deno.bench("decodeAmf0", { group: reading }, () => {
    decodeAmf0(bytes);
  });

  Deno.bench("limit: copy", { group: writing, baseline: true }, () => {
    new Uint8Array(bytes.length).set(bytes);
  });

  Deno.bench("limit: JSON.stringify", { group: writing }, () => {
    JSON.stringify(values);
  });

  Deno.bench("encodeAmf0", { group: writing }, () => {
    encodeAmf0(...values);
  });
}
