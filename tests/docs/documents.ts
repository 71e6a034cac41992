/**
 * The documents for users, and what is in them.
 *
 * @module
 */

/** The root of the repository. */
export const ROOT = new URL("../../", import.meta.url);

/** A document. */
export interface Document {
  /** Its path within the repository, as `docs/library.md`. */
  path: string;
  text: string;
}

/** A block of code. */
export interface CodeBlock {
  /** What stands behind the fence, as `ts ignore`; empty for blocks that are indented. */
  info: string;
  code: string;
}

/** The README and everything in `docs/`. */
export async function documents(): Promise<Document[]> {
  const paths = ["README.md"];
  for await (const { name } of Deno.readDir(new URL("docs/", ROOT))) {
    if (name.endsWith(".md")) paths.push(`docs/${name}`);
  }
  return await Promise.all(paths.sort().map(readDocument));
}

/** One of them. */
export async function readDocument(path: string): Promise<Document> {
  return { path, text: await Deno.readTextFile(new URL(path, ROOT)) };
}

/** The blocks of code of a document, those with fences and those that are indented. */
export function codeBlocks({ text }: Document): CodeBlock[] {
  const fenced = Array.from(
    text.matchAll(/^```(.*)\n([^]*?)^```$/gm),
    ([, info, code]) => ({ info: info!, code: code! }),
  );
  const indented = Array.from(
    withoutFences(text).matchAll(/(?:^ {4}.*\n)+/gm),
    ([code]) => ({ info: "", code: code.replace(/^ {4}/gm, "") }),
  );
  return [...fenced, ...indented];
}

/** The text without its blocks that have fences. */
export function withoutFences(text: string): string {
  return text.replace(/^```.*\n[^]*?^```$/gm, "");
}

/** The program of a document that has this in it. */
export async function programOf(path: string, part: string): Promise<string> {
  const blocks = codeBlocks(await readDocument(path));
  const found = blocks.find(({ info, code }) => info.startsWith("ts") && code.includes(part));
  if (!found) throw new Error(`Cannot find a program with ${part} in ${path}`);
  return found.code;
}
