import { writeFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import type { Noise } from "./noise.ts";
import { repository } from "./repository.ts";
import type { Result } from "./results.ts";

/*
 * What matters most, for the README: the ratios as bars on a logarithmic scale, from 1 to the right
 * where we are faster. Twice as fast and half as fast are bars of the same length.
 */

const SHOWN = [
  /^tunnel-(cpu-)?(down|up).*-vs-native-bearssl$/,
  /^tunnel-/,
  /^(chacha20|poly1305|aes128|ghash|rsa2048|p256)/,
  /^server-rate-.*-16-/,
  /^server-idle-memory-/,
  /^startup-/,
];

const ROW = 22;
const BAR = 14;
const LABELS = 330;
const WIDTH = 900;

/** Room for the figure beside a bar, and for the numbers of the scale. */
const MARGIN = 60;
const AXIS = 26;

/** Baseline of a text, from the middle of its row. */
const BASELINE = 4;

/** Between a bar and its figure. */
const GAP = 4;

const STYLE = `
  text { font: 12px sans-serif; fill: #24292f }
  .paper { fill: #ffffff }
  .scale { stroke: #d0d7de }
  .one { stroke: #24292f }
  .faster { fill: #2da44e }
  .slower { fill: #cf5b3a }
  @media (prefers-color-scheme: dark) {
    text { fill: #e6edf3 }
    .paper { fill: #0d1117 }
    .scale { stroke: #3d444d }
    .one { stroke: #e6edf3 }
  }`;

/** Writes bench/chart.svg. */
export function writeChart(results: readonly Result[], noise: Noise): void {
  writeFileSync(join(repository, "bench/chart.svg"), chart(chosen(results), noise));
}

/** Those that are shown, in that order. */
function chosen(results: readonly Result[]): Result[] {
  const place = ({ name }: Result) => SHOWN.findIndex((pattern) => pattern.test(name));
  return results.filter((one) => place(one) >= 0).sort((a, b) => place(a) - place(b));
}

function chart(results: readonly Result[], noise: Noise): string {
  const bottom = AXIS + results.length * ROW;
  const octaves = scaleOf(results.map(({ ratio }) => ratio));
  const x = placement(octaves);
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${bottom + 2 * ROW}" role="img">`,
    "<title>Ours ÷ peer, larger is better, logarithmic</title>",
    `<style>${STYLE}\n</style>`,
    '<rect class="paper" width="100%" height="100%"/>',
    ...octaves.map((octave) => tick(octave, x(2 ** octave), bottom)),
    ...results.map((result, index) => bar(result, AXIS + index * ROW + ROW / 2, x)),
    `<text x="${WIDTH / 2}" y="${bottom + ROW}" text-anchor="middle">${circumstances(noise)}</text>`,
    "</svg>\n",
  ].join("\n");
}

function circumstances(noise: Noise): string {
  const day = new Date().toISOString().slice(0, "yyyy-mm-dd".length);
  const machine = `${process.platform} ${process.arch}, ${availableParallelism()} cores`;
  const node = `Node ${process.version}`;
  return `ours ÷ peer, larger is better · ${day} · ${machine} · ${node} · noise ${noise.level}`;
}

/** The powers of two around all ratios, and around 1. */
function scaleOf(ratios: readonly number[]): number[] {
  const first = Math.floor(Math.log2(Math.min(1, ...ratios)));
  const last = Math.ceil(Math.log2(Math.max(2, ...ratios)));
  return Array.from({ length: last - first + 1 }, (_, index) => first + index);
}

function placement(octaves: readonly number[]): (ratio: number) => number {
  const first = octaves[0] ?? 0;
  const left = LABELS + MARGIN;
  const octave = (WIDTH - MARGIN - left) / (octaves.length - 1);
  return (ratio) => left + (Math.log2(ratio) - first) * octave;
}

function tick(octave: number, x: number, bottom: number): string {
  const kind = octave === 0 ? "one" : "scale";
  const label = octave < 0 ? `1/${2 ** -octave}` : `${2 ** octave}`;
  return (
    `<line class="${kind}" x1="${at(x)}" x2="${at(x)}" y1="${AXIS - ROW / 4}" y2="${bottom}"/>` +
    `<text x="${at(x)}" y="${AXIS / 2}" text-anchor="middle">${label}</text>`
  );
}

function bar(result: Result, middle: number, x: (ratio: number) => number): string {
  const { name, ours, peer, unit, peerName, ratio } = result;
  const [from, to] = [Math.min(x(1), x(ratio)), Math.max(x(1), x(ratio))];
  const faster = ratio >= 1;
  const [figure, anchor] = faster ? [to + GAP, "start"] : [from - GAP, "end"];
  const y = middle + BASELINE;
  const details = `${rounded(ours)} ${unit}; ${peerName}: ${rounded(peer)}`;
  return (
    `<text x="${LABELS}" y="${y}" text-anchor="end">${escaped(name)}</text>` +
    `<rect class="${faster ? "faster" : "slower"}" x="${at(from)}" y="${middle - BAR / 2}" ` +
    `width="${at(to - from)}" height="${BAR}"><title>${escaped(details)}</title></rect>` +
    `<text x="${at(figure)}" y="${y}" text-anchor="${anchor}">${ratio.toFixed(2)}</text>`
  );
}

function at(coordinate: number): string {
  return coordinate.toFixed(1);
}

function rounded(value: number): number {
  return Number(value.toPrecision(3));
}

function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
}
