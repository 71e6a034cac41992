/**
 * The journal of recordings, torn wherever it can be.
 *
 * @module
 */

import { assertEquals, assertRejects } from "@std/assert";
import { abandonedJournals, Journal } from "../../../src/server/record/journal.ts";

/** The name of the second begins with a name that another file may have. */
const [FIRST, SECOND, THIRD] = ["live/a-1.flv", "live/b.flv-2.flv", "live/c-3.flv"] as const;

/** What the next server finds unfinished when a killed one has left this. */
async function unfinishedIn(text: string): Promise<string[]> {
  const directory = await Deno.makeTempDir({ prefix: "sluice-test-" });
  await Deno.writeTextFile(`${directory}/.sluice-${crypto.randomUUID()}.journal`, text);
  const [left] = await Array.fromAsync(abandonedJournals(directory));
  await Deno.remove(directory, { recursive: true });
  return left!.unfinished;
}

/** A journal on a disk that can become full. */
class FullDisk implements AsyncDisposable {
  /** Bytes that it still takes. */
  space = Infinity;
  readonly directory: string;
  readonly journal: Journal;

  private constructor(directory: string, journal: Journal) {
    this.directory = directory;
    this.journal = journal;
  }

  static async open(): Promise<FullDisk> {
    const directory = await Deno.makeTempDir({ prefix: "sluice-test-" });
    const { open } = Deno;
    let file!: Deno.FsFile;
    Deno.open = async (...args) => file = await open(...args);
    const journal = await Journal.open(directory).finally(() => Deno.open = open);
    const disk = new FullDisk(directory, journal);
    const { write } = file;
    file.write = async (bytes) => {
      if (disk.space === 0) throw new Error("No space left on device");
      const count = await write.call(file, bytes.subarray(0, disk.space));
      disk.space -= count;
      return count;
    };
    return disk;
  }

  /** What stands in the journal. */
  async text(): Promise<string> {
    const [entry] = await Array.fromAsync(Deno.readDir(this.directory));
    return await Deno.readTextFile(`${this.directory}/${entry!.name}`);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.journal.close();
    await Deno.remove(this.directory, { recursive: true });
  }
}

Deno.test("a journal that is cut at any byte names what its whole lines leave unfinished", async () => {
  const lines = [`+${FIRST}\n`, `+${SECOND}\n`, `-${FIRST}\n`, `+${THIRD}\n`, `-${SECOND}\n`];
  const unfinished = [[], [FIRST], [FIRST, SECOND], [SECOND], [SECOND, THIRD], [THIRD]];
  const text = lines.join("");
  for (let end = 0; end <= text.length; end++) {
    const cut = text.slice(0, end);
    assertEquals(await unfinishedIn(cut), unfinished[cut.split("\n").length - 1], cut);
  }
});

Deno.test("a journal whose disk was full at any byte of a beginning goes on with the next line", async () => {
  for (let space = 0; space <= SECOND.length + 1; space++) {
    await using disk = await FullDisk.open();
    const { journal } = disk;
    await journal.begin(FIRST);
    disk.space = space;
    await assertRejects(() => journal.begin(SECOND), Error, "No space left");
    assertEquals(await unfinishedIn(await disk.text()), [FIRST], `killed after ${space} bytes`);
    disk.space = Infinity;
    await journal.begin(THIRD);
    assertEquals(await unfinishedIn(await disk.text()), [FIRST, THIRD], `after ${space} bytes`);
    await journal.end(FIRST);
    assertEquals(await unfinishedIn(await disk.text()), [THIRD], `after ${space} bytes`);
  }
});

Deno.test("a journal whose disk was full at any byte of an end goes on with the next line", async () => {
  for (let space = 0; space <= SECOND.length + 1; space++) {
    await using disk = await FullDisk.open();
    const { journal } = disk;
    await journal.begin(FIRST);
    await journal.begin(SECOND);
    disk.space = space;
    await assertRejects(() => journal.end(SECOND), Error, "No space left");
    disk.space = Infinity;
    await journal.begin(THIRD);
    // That the second is complete could not be noted: it counts as unfinished.
    const unfinished = [FIRST, SECOND, THIRD];
    assertEquals(await unfinishedIn(await disk.text()), unfinished, `after ${space} bytes`);
  }
});

Deno.test("a journal that was torn, and in which nothing is unfinished, begins from its start", async () => {
  await using disk = await FullDisk.open();
  const { journal } = disk;
  await journal.begin(FIRST);
  disk.space = 5;
  await assertRejects(() => journal.begin(SECOND), Error, "No space left");
  await journal.end(FIRST);
  assertEquals(await disk.text(), "");
  disk.space = Infinity;
  await journal.begin(THIRD);
  assertEquals(await disk.text(), `+${THIRD}\n`);
});
