/**
 * Publishes a file as it is with the FFmpeg that node-av brings along, as fast as the server takes
 * it; ends the publication when standard input has ended. Runs in Node:
 *
 *     node enhanced_publisher.mjs DIRECTORY_OF_NODE_MODULES FILE URL
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

const [modules, file, url] = process.argv.slice(2);
const library = pathToFileURL(`${modules}/node-av/dist/lib/index.js`).href;
const { FFmpegError, FormatContext, Packet } = await import(library);

const input = new FormatContext();
must("open the file", await input.openInput(file));
must("read the file", await input.findStreamInfo());

const output = new FormatContext();
must("make a muxer", output.allocOutputContext2(null, "flv", url));
for (const { codecpar, timeBase } of input.streams) {
  const stream = output.newStream(null);
  must("copy a stream", codecpar.copy(stream.codecpar));
  // MP4's FourCC is not FLV's.
  stream.codecpar.codecTag = 0;
  stream.timeBase = timeBase;
}
must("connect", await output.openOutput());
must("begin", await output.writeHeader());

const packet = new Packet();
packet.alloc();
while (await input.readFrame(packet) >= 0) {
  const { streamIndex } = packet;
  packet.rescaleTs(input.streams[streamIndex].timeBase, output.streams[streamIndex].timeBase);
  must("send a packet", await output.interleavedWriteFrame(packet));
}
for await (const _ of process.stdin) { /* until its end */ }
must("end", await output.writeTrailer());
await output.closeOutput();

function must(action, code) {
  FFmpegError.throwIfError(code, `Cannot ${action}`);
}
