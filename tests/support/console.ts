// deno-lint-ignore-file no-console
/**
 * What is printed to standard error by `console.error`, within the test's own process.
 *
 * @module
 */

/** Lines that were printed. */
export interface CapturedConsole extends Disposable {
  readonly lines: string[];
}

/** Keeps what is printed, instead of printing it, until it is disposed of. */
export function captureConsole(): CapturedConsole {
  const { error } = console;
  const lines: string[] = [];
  console.error = (...values: unknown[]) => void lines.push(values.map(String).join(" "));
  return {
    lines,
    [Symbol.dispose]: () => void (console.error = error),
  };
}
