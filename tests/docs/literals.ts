/**
 * The texts within a source: its strings and templates.
 *
 * @module
 */

/** A string, or a template with its expressions left out. */
export interface Literal {
  /** Counted from 1. */
  line: number;
  text: string;
}

/** All strings and templates of a TypeScript or JavaScript source; an import's path is one too. */
export function literalsOf(file: string, source: string): Literal[] {
  const found: Literal[] = [];
  const add = (start: number, text: string) =>
    found.push({ line: source.slice(0, start).split("\n").length, text });
  const plugin: Deno.lint.Plugin = {
    name: "literals",
    rules: {
      all: {
        create: () => ({
          Literal({ range, value }) {
            if (typeof value === "string") add(range[0], value);
          },
          TemplateLiteral({ range, quasis }) {
            add(range[0], quasis.map(({ cooked }) => cooked).join("${}"));
          },
        }),
      },
    },
  };
  Deno.lint.runPlugin(plugin, file, source);
  return found;
}
