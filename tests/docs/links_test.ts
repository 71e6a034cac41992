import { assertEquals } from "@std/assert";
import { type Document, documents, ROOT, withoutFences } from "./documents.ts";

/** Links and pictures: what stands between the parentheses. */
const LINK = /\]\(([^)\s]+)\)/g;

/** The anchors of a document, as GitHub makes them of headings. */
function anchorsOf(text: string): string[] {
  return Array.from(
    withoutFences(text).matchAll(/^#+ (.+)$/gm),
    ([, heading]) => heading!.toLowerCase().replace(/[^\p{L}\p{N} _-]/gu, "").replaceAll(" ", "-"),
  );
}

async function isBroken(link: string, { path, text }: Document): Promise<boolean> {
  const [file, anchor] = link.split("#");
  const target = file === "" ? undefined : new URL(file!, new URL(path, ROOT));
  const found = target ? await Deno.readTextFile(target).catch(() => undefined) : text;
  return found === undefined || (anchor !== undefined && !anchorsOf(found).includes(anchor));
}

Deno.test("every link of the documents leads somewhere", async () => {
  const broken: string[] = [];
  for (const document of await documents()) {
    const links = Array.from(withoutFences(document.text).matchAll(LINK), ([, link]) => link!)
      .filter((link) => !/^[a-z]+:/.test(link));
    for (const link of links) {
      if (await isBroken(link, document)) broken.push(`${document.path}: ${link}`);
    }
  }
  assertEquals(broken, []);
});

Deno.test("the README leads to every document", async () => {
  const [readme, ...others] = await documents();
  const links = Array.from(readme!.text.matchAll(LINK), ([, link]) => link);
  assertEquals(others.map(({ path }) => path).filter((path) => !links.includes(path)), []);
});
