/**
 * Reading the archives that `deno publish` uploads.
 *
 * @module
 */

/** What the archive is made of: headers, and files filled up to whole ones. */
const BLOCK = 512;

/**
 * The files of an archive (POSIX.1-1988, "ustar"), by their paths.
 *
 * | offset | bytes | field |
 * | ---: | ---: | --- |
 * | 0 | 100 | name, ends at a zero |
 * | 124 | 12 | size, octal digits |
 * | 156 | 1 | type: "0" or zero for a file |
 * | 345 | 155 | prefix: directories in front of the name |
 */
export function readTar(archive: Uint8Array<ArrayBuffer>): Map<string, Uint8Array<ArrayBuffer>> {
  const files = new Map<string, Uint8Array<ArrayBuffer>>();
  for (let at = 0; archive[at];) {
    const header = archive.subarray(at, at += BLOCK);
    const type = header[156] || 0x30;
    const size = parseInt(text(header, 124, 12), 8);
    const prefix = text(header, 345, 155);
    const path = `${prefix && `${prefix}/`}${text(header, 0, 100)}`;
    if (type === 0x30) files.set(path.replace(/^\.?\//, ""), archive.slice(at, at + size));
    else if (type !== 0x35) throw new Error(`Cannot read the entry ${path} of type ${type}`);
    at += Math.ceil(size / BLOCK) * BLOCK;
  }
  return files;
}

function text(header: Uint8Array, offset: number, length: number): string {
  const field = header.subarray(offset, offset + length);
  const end = field.indexOf(0);
  return new TextDecoder().decode(end === -1 ? field : field.subarray(0, end));
}
