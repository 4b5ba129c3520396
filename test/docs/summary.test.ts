/** The README's chart has the figures of the full one, in a user's words. */
import { expect, test } from "vitest";
import { ROWS, summary } from "../../bench/summary.ts";
import { read } from "./page.ts";

/** The full chart's bars: a name, details, and the ratio. */
const BAR = />([a-z0-9-]+)<\/text><rect [^>]*><title>[^<]*<\/title><\/rect><text [^>]*>([\d.]+)</g;

const figures = [...read("bench/chart.svg").matchAll(BAR)].map(([, name = "", ratio]) => ({
  name,
  ratio: Number(ratio),
}));

test("it is what was measured for the full chart", () => {
  expect(figures.length).toBeGreaterThan(30);
  const committed = read("bench/summary.svg");
  // Ratios of the full chart are rounded, so that lengths may differ by a pixel or two.
  const text = (svg: string) => [...svg.matchAll(/<text [^>]*>([^<]*)</g)].map(([, said]) => said);
  expect(text(committed)).toEqual(text(summary(figures)));
});

test("it has eight to ten bars, and names no figure by its key", () => {
  const words = Object.values(ROWS);
  expect(words.length).toBeGreaterThanOrEqual(8);
  expect(words.length).toBeLessThanOrEqual(10);
  for (const one of words) expect(one).toMatch(/^[^-]* ÷ |AES-128 ÷ /);
});

test("its text is large enough at 800 pixels, fits, and is told apart in dark mode", () => {
  const svg = read("bench/summary.svg");
  expect(svg).toContain('viewBox="0 0 800 ');
  expect(svg).toContain("font: 16px");
  expect(svg).toContain("prefers-color-scheme: dark");
  // Half an em a character is the width of sans-serif text, or less.
  for (const words of Object.values(ROWS)) expect(words.length * 8).toBeLessThan(322);
});

test("a figure that is missing is named", () => {
  expect(() => summary([])).toThrow("no figure is named tunnel-down-vs-native-bearssl");
});
