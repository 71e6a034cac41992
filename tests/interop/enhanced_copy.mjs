/**
 * Copies what is in a file or a stream as FLV into another, without encoding and as fast as it
 * goes, with the FFmpeg that node-av brings along; ends it when standard input has ended. For Node:
 *
 *     node enhanced_copy.mjs DIRECTORY_OF_NODE_MODULES FROM TO
 *
 * @module
 */

import process from "node:process";
import { pathToFileURL } from "node:url";

// node-av calls it as it is loaded, and Node has it only from version 22 on.
Promise.withResolvers ??= function () {
  const resolvers = {};
  resolvers.promise = new Promise((resolve, reject) =>
    Object.assign(resolvers, { resolve, reject })
  );
  return resolvers;
};

const [modules, from, to] = process.argv.slice(2);
const library = pathToFileURL(`${modules}/node-av/dist/lib/index.js`).href;
const { FFmpegError, FormatContext, Packet } = await import(library);

const input = new FormatContext();
must("open what is copied", await input.openInput(from));
must("find its streams", await input.findStreamInfo());

const output = new FormatContext();
must("make a muxer", output.allocOutputContext2(null, "flv", to));
for (const { codecpar, timeBase } of input.streams) {
  const stream = output.newStream(null);
  must("copy a stream", codecpar.copy(stream.codecpar));
  // MP4's FourCC is not FLV's.
  stream.codecpar.codecTag = 0;
  stream.timeBase = timeBase;
}
must("open the copy", await output.openOutput());
must("begin it", await output.writeHeader());

const packet = new Packet();
packet.alloc();
while (await input.readFrame(packet) >= 0) {
  const { streamIndex } = packet;
  packet.rescaleTs(input.streams[streamIndex].timeBase, output.streams[streamIndex].timeBase);
  must("write a packet", await output.interleavedWriteFrame(packet));
}
for await (const _ of process.stdin) { /* until its end */ }
must("end it", await output.writeTrailer());
await output.closeOutput();

function must(action, code) {
  FFmpegError.throwIfError(code, `Cannot ${action}`);
}
