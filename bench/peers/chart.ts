/**
 * The results as bars.
 *
 * @module
 */

import { figure, type Report, type Result } from "./results.ts";
import type { PeerName } from "./servers.ts";
import { median } from "./statistics.ts";

/** What is drawn, in this order. */
const DRAWN = ["ingest-4096", "ingest-128", "fan-out-20", "fan-out-100", "live-200"];

const WIDTH = 760;
const LABELS = 150;
const NUMBERS = 60;
const BAR = 16;
const LINE = 22;
const TITLE = 34;

const COLORS: Partial<Record<PeerName, string>> = {
  "Sluice": "#0a7ea4",
  "bare Deno": "#c9d1d6",
  "bare Deno, copies": "#c9d1d6",
};
const OTHERS = "#8b98a1";

/** Draws the results that the README shows, as SVG. */
export function chart({ results, rounds, versions, machine }: Report): string {
  const parts: string[] = [];
  let y = 10;
  for (const id of DRAWN) {
    const result = results.find((result) => result.id === id);
    if (!result) continue;
    parts.push(group(result, y));
    y += TITLE + LINE * result.rows.length;
  }
  const software = Object.entries(versions).map(([name, version]) => `${name} ${version}`);
  const foot = `Shorter is better. Medians of ${rounds} rounds. ${machine}. ${
    software.join(", ")
  }.`;
  y += LINE;
  parts.push(`<text class="small" x="0" y="${y}">${escaped(foot)}</text>`);
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="-10 0 ${WIDTH + 20} ${y + 16}" role="img">`,
    "<title>CPU of Sluice beside other servers</title>",
    "<style>",
    "text { font: 13px system-ui, sans-serif; fill: #1f2328; }",
    ".title { font-weight: 600; } .small { font-size: 9px; }",
    "@media (prefers-color-scheme: dark) { text { fill: #e6edf3; } }",
    "</style>",
    ...parts,
    "</svg>",
    "",
  ].join("\n");
}

function group({ title, unit, rows }: Result, top: number): string {
  const medians = rows.map(({ values }) => median(values));
  const scale = (WIDTH - LABELS - NUMBERS) / Math.max(...medians);
  const bars = rows.map(({ peer }, index) => {
    const y = top + TITLE + LINE * index;
    const value = medians[index]!;
    const width = Math.max(1, value * scale).toFixed(1);
    const color = COLORS[peer] ?? OTHERS;
    return [
      `<text x="${LABELS - 8}" y="${y + 12}" text-anchor="end">${escaped(peer)}</text>`,
      `<rect x="${LABELS}" y="${y}" width="${width}" height="${BAR}" rx="2" fill="${color}"/>`,
      `<text x="${LABELS + Number(width) + 6}" y="${y + 12}">${figure(value)}</text>`,
    ].join("\n");
  });
  const head = `<text class="title" x="0" y="${top + 20}">${escaped(`${title}, ${unit}`)}</text>`;
  return [head, ...bars].join("\n");
}

function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
}
