import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { repository } from "./repository.ts";
import type { Result } from "./results.ts";

/*
 * The README's chart: ten figures in a user's words. All of them are in bench/chart.svg, too. It is drawn
 * for a width of 800 pixels, so that its text has the size that is written here.
 */

/** What a user would ask, by the name of the figure that answers. */
export const ROWS: Readonly<Record<string, string>> = {
  "tunnel-down-vs-native-bearssl": "download, ChaCha20 ÷ native BearSSL",
  "tunnel-down-chacha20-poly1305-vs-stunnel": "download, ChaCha20 ÷ stunnel",
  "tunnel-up-vs-native-bearssl": "upload, ChaCha20 ÷ native BearSSL",
  "tunnel-up-chacha20-poly1305-vs-stunnel": "upload, ChaCha20 ÷ stunnel",
  "tunnel-down-aes128-gcm-vs-native-bearssl": "download, AES-128 ÷ native BearSSL",
  "tunnel-down-aes128-gcm-vs-stunnel": "download, AES-128 ÷ stunnel",
  "server-rate-p256-16-vs-stunnel": "connections a second ÷ stunnel",
  "server-rate-p256-16-vs-socat": "connections a second ÷ socat",
  "server-idle-memory-vs-stunnel": "idle connections in a GiB ÷ stunnel",
  "startup-vs-bare-node": "starts a second ÷ Node alone",
};

const WIDTH = 800;
const LABELS = 330;
const ROW = 30;
const BAR = 18;
const TOP = 44;
/** Baseline of a text, from the middle of its row. */
const BASELINE = 5;
/** Beside the longest bar: its figure. */
const FIGURE = 70;

const STYLE = `
  text { font: 16px sans-serif; fill: #24292f }
  .paper { fill: #ffffff }
  .figure { paint-order: stroke; stroke: #ffffff; stroke-width: 5px }
  .one { stroke: #24292f }
  .more { fill: #2da44e }
  .less { fill: #cf5b3a }
  @media (prefers-color-scheme: dark) {
    text { fill: #e6edf3 }
    .paper { fill: #0d1117 }
    .figure { stroke: #0d1117 }
    .one { stroke: #e6edf3 }
  }`;

/** Writes bench/summary.svg. */
export function writeSummary(results: readonly Pick<Result, "name" | "ratio">[]): void {
  writeFileSync(join(repository, "bench/summary.svg"), summary(results));
}

/** @throws an Error if a figure is missing: a whole run has them all */
export function summary(results: readonly Pick<Result, "name" | "ratio">[]): string {
  const bars = Object.entries(ROWS).map(([name, words]) => {
    const found = results.find((one) => one.name === name);
    if (found === undefined) throw new Error(`no figure is named ${name}`);
    return { words, ratio: found.ratio };
  });
  const unit = (WIDTH - LABELS - FIGURE) / Math.max(1, ...bars.map(({ ratio }) => ratio));
  const bottom = TOP + bars.length * ROW;
  const one = (LABELS + unit).toFixed(1);
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${bottom + 10}" role="img">`,
    "<title>Bearhug in proportion to other tools; longer is better</title>",
    `<style>${STYLE}\n</style>`,
    '<rect class="paper" width="100%" height="100%"/>',
    `<text x="${LABELS}" y="24">longer is better; the line: as much as the other tool</text>`,
    `<line class="one" x1="${one}" x2="${one}" y1="${TOP - 8}" y2="${bottom}"/>`,
    ...bars.map(({ words, ratio }, index) => {
      const middle = TOP + index * ROW + ROW / 2;
      const length = ratio * unit;
      return (
        `<text x="${LABELS - 8}" y="${middle + BASELINE}" text-anchor="end">${words}</text>` +
        `<rect class="${ratio >= 1 ? "more" : "less"}" x="${LABELS}" y="${middle - BAR / 2}" ` +
        `width="${length.toFixed(1)}" height="${BAR}"/>` +
        `<text class="figure" x="${(LABELS + length + 8).toFixed(1)}" y="${middle + BASELINE}">${ratio.toFixed(2)} ×</text>`
      );
    }),
    "</svg>\n",
  ].join("\n");
}
