/**
 * Tags to the bytes of an FLV file and back: without a stream, and as a stage.
 *
 * An iteration is two seconds of a publisher. The limits are a copy of each tag, and the same items
 * through a stream that does nothing.
 *
 * @module
 */

import { concat } from "@std/bytes";
import { FlvDemuxer, FlvDemuxerStream } from "../src/flv/demuxer.ts";
import { FlvMuxer, FlvMuxerStream } from "../src/flv/muxer.ts";
import { cut, drain, megabytes, tags } from "./material.ts";

const all = tags();
const muxer = new FlvMuxer();
const file = cut(concat([muxer.header(), ...all.map((tag) => muxer.tag(tag))]));
const muxing = `mux ${all.length} tags, ${megabytes(file)}`;
const demuxing = `demux ${all.length} tags, ${megabytes(file)}`;

Deno.bench("limit: copy", { group: muxing, baseline: true }, () => {
  for (const { data } of all) new Uint8Array(data.length).set(data);
});

Deno.bench("limit: pass-through stream", { group: muxing }, async () => {
  await drain(ReadableStream.from(all).pipeThrough(new TransformStream()));
});

Deno.bench("mux, no stream", { group: muxing }, () => {
  for (const tag of all) muxer.tag(tag);
});

Deno.bench("mux", { group: muxing }, async () => {
  await drain(ReadableStream.from(all).pipeThrough(new FlvMuxerStream()));
});

Deno.bench("limit: copy", { group: demuxing, baseline: true }, () => {
  for (const piece of file) new Uint8Array(piece.length).set(piece);
});

Deno.bench("limit: pass-through stream", { group: demuxing }, async () => {
  await drain(ReadableStream.from(file).pipeThrough(new TransformStream()));
});

Deno.bench("demux, no stream", { group: demuxing }, () => {
  const demuxer = new FlvDemuxer();
  for (const piece of file) demuxer.decode(piece, () => {});
});

Deno.bench("demux", { group: demuxing }, async () => {
  await drain(ReadableStream.from(file).pipeThrough(new FlvDemuxerStream()));
});
