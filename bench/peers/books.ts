/**
 * Whether everything that was sent is in our server's books.
 *
 * @module
 */

/** How long the server may take to catch up, in milliseconds. */
const PATIENCE = 5_000;

/** How often it is asked, in milliseconds. */
const INTERVAL = 100;

/** What is read of the API. */
interface Books {
  path: string;
  ledger: { received: Frames; tags: Frames; consumers: Consumer[]; balance: number };
}

interface Consumer {
  delivered: Frames;
  dropped: Record<string, Frames>;
}

interface Frames {
  videoFrames: number;
  audioFrames: number;
}

/**
 * Compares the books of all streams and of their players with what each publisher has sent.
 *
 * @param api Where the API is.
 * @param expected How many of both there have to be.
 * @param sent The frames of each publisher.
 * @returns What does not agree, one sentence each.
 */
export async function checkBooks(
  api: string,
  expected: { publishers: number; players: number },
  sent: Frames,
): Promise<string[]> {
  const deadline = performance.now() + PATIENCE;
  for (;;) {
    const response = await fetch(`${api}/streams`);
    const { streams: books }: { streams: Books[] } = await response.json();
    const players = books.flatMap(({ ledger }) => ledger.consumers).length;
    const wrong = books.flatMap((book) => differences(book, sent));
    if (books.length !== expected.publishers || players !== expected.players) {
      wrong.push(`${books.length} streams and ${players} players are live`);
    }
    if (wrong.length === 0 || performance.now() > deadline) return wrong;
    await new Promise((resolve) => setTimeout(resolve, INTERVAL));
  }
}

function differences({ path, ledger }: Books, sent: Frames): string[] {
  const { received, tags, consumers, balance } = ledger;
  const wrong: string[] = [];
  for (const kind of ["videoFrames", "audioFrames"] as const) {
    const everywhere = [received, tags, ...consumers.map(({ delivered }) => delivered)];
    if (everywhere.every((frames) => frames[kind] === sent[kind])) continue;
    const found = everywhere.map((frames) => frames[kind]).join(", ");
    wrong.push(`${path}: ${found} of ${sent[kind]} ${kind}`);
  }
  const dropped = consumers.filter(({ dropped }) => Object.keys(dropped).length > 0);
  if (dropped.length > 0) wrong.push(`${path}: ${dropped.length} players did not get everything`);
  if (balance !== 0) wrong.push(`${path}: the books are off by ${balance}`);
  return wrong;
}
