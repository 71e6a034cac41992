/**
 * Repair of the recordings that a killed server left unfinished.
 *
 * @module
 */

import { getLogger } from "@logtape/logtape";
import { errorMessage } from "../../error_message.ts";
import { abandonedJournals } from "./journal.ts";
import { RecordingFile } from "./recording_file.ts";

const log = getLogger(["sluice", "recording"]);

/**
 * Completes the unfinished recordings of earlier servers in a directory: removes an incomplete last
 * tag, and writes the index. A file that cannot be completed is logged and left unchanged.
 *
 * @throws {Deno.errors.NotCapable} If the directory may not be read.
 */
export async function repairRecordings(directory: string): Promise<void> {
  for await (const journal of abandonedJournals(directory)) {
    for (const name of journal.unfinished) await repair(directory, name);
    await journal.remove();
  }
}

async function repair(directory: string, name: string): Promise<void> {
  const path = `${directory}/${name}`;
  try {
    using file = await Deno.open(path, { read: true, write: true });
    const { size } = await file.stat();
    const recording = await RecordingFile.reopen(file);
    const { bytes } = recording;
    if (bytes === 0) {
      await Deno.remove(path);
      return log.info("The recording {name} was left empty, and is removed", { name });
    }
    await recording.finish();
    log.info(
      "The recording {name} was left unfinished, and is complete now: {bytes} of {size} bytes",
      {
        ...{ name, bytes, size },
      },
    );
  } catch (error) {
    // The operator has removed or moved it.
    if (error instanceof Deno.errors.NotFound) return;
    log.warn("The recording {name} was left unfinished, and cannot be completed: {error}", {
      name,
      error: errorMessage(error),
    });
  }
}
