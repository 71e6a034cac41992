/**
 * What the kernel says of a process. Linux only.
 *
 * @module
 */

/** Ticks in a second, as `/proc/<pid>/stat` counts them: the same on every Linux. */
const TICKS_PER_SECOND = 100;

/** Where user and system time stand behind the name, which ends with a bracket. */
const USER_TIME = 11;
const SYSTEM_TIME = 12;

/** Seconds of CPU that a process has used in all its threads: user and system. */
export async function cpuSeconds(pid: number): Promise<number> {
  const stat = await Deno.readTextFile(`/proc/${pid}/stat`);
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return (Number(fields[USER_TIME]) + Number(fields[SYSTEM_TIME])) / TICKS_PER_SECOND;
}

/** Bytes of memory that a process has now, and the most it has had. */
export async function memory(pid: number): Promise<{ now: number; peak: number }> {
  const status = await Deno.readTextFile(`/proc/${pid}/status`);
  const read = (name: string) => 1024 * Number(new RegExp(`${name}:\\s+(\\d+)`).exec(status)?.[1]);
  return { now: read("VmRSS"), peak: read("VmHWM") };
}

/** How many files and sockets a process has open. */
export async function openFiles(pid: number): Promise<number> {
  const entries = await Array.fromAsync(Deno.readDir(`/proc/${pid}/fd`));
  return entries.length;
}
