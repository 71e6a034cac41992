// @ts-check
/// <reference lib="dom" />
/**
 * A small chart of a rate over time.
 *
 * @module
 */

/** @typedef {import("./types.ts").Point} Point */

/** The size of the chart in its own units; it is scaled to its element. */
const WIDTH = 240;
const HEIGHT = 48;

/** The shortest time span of the chart, in milliseconds. */
const SHORTEST_SPAN = 30_000;

/** The height of the highest point, as a part of the chart. */
const HEADROOM = 0.86;

/**
 * Draws points as a line and the area under it; zero is the bottom, now is the right edge.
 *
 * @param {Element} chart An SVG element with a path for the area and one for the line.
 * @param {Point[]} points
 * @param {string} label The text for screen readers.
 */
export function drawSparkline(chart, points, label) {
  chart.setAttribute("aria-label", label);
  const [area, line] = chart.children;
  const last = points.at(-1);
  const first = points[0];
  if (!first || !last || !area || !line) return;
  const highest = Math.max(...points.map(({ value }) => value), 1);
  const span = Math.max(SHORTEST_SPAN, last.time - first.time);
  const x = (/** @type {number} */ time) => WIDTH * (1 - (last.time - time) / span);
  const y = (/** @type {number} */ value) => HEIGHT * (1 - HEADROOM * Math.max(0, value) / highest);
  const path = points
    .map(({ time, value }) => `${x(time).toFixed(1)} ${y(value).toFixed(1)}`)
    .join("L");
  line.setAttribute("d", `M${path}`);
  area.setAttribute("d", `M${x(first.time).toFixed(1)} ${HEIGHT}L${path}L${WIDTH} ${HEIGHT}Z`);
}
