/**
 * The page on trouble has every exit code, and its messages are the programs' own.
 */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { ExitCode } from "../../src/connection/exit-codes.ts";
import { read, repository } from "./page.ts";

const page = read("docs/troubleshooting.md");

/** Whatever a program could say. */
const sources = [
  join(repository, "bin/launch.js"),
  ...readdirSync(join(repository, "src"), { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".ts"))
    .map((name) => join(repository, "src", name)),
].map((path) => readFileSync(path, "utf8"));

/** The first column of the tables below the heading. */
const messages = [...(page.split("## Messages")[1] ?? "").matchAll(/^\| `([^`]+)`/gm)].map(
  ([, message = ""]) => message,
);

it("every exit code has a row", () => {
  for (const code of Object.values(ExitCode)) {
    expect(page).toMatch(new RegExp(`^\\| ${code} +\\| \\S`, "m"));
  }
});

it("there are messages", () => {
  expect(messages.length).toBeGreaterThan(20);
});

it.each(messages)("a program says: %s", (message) => {
  const parts = message
    .split("…")
    .map((part) => part.replace(/^[;, ]+/, "").trim())
    .filter(Boolean);
  expect(parts.length).toBeGreaterThan(0);
  for (const part of parts)
    expect(
      sources.some((text) => text.includes(part)),
      part,
    ).toBe(true);
});
