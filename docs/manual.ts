/**
 * Writes the OPTIONS of each manual page from the table that the program itself parses its command
 * line with. With --check, only tells whether a page is out of date.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { bearhugClientLine, bearhugServerLine } from "../src/cli/bearhug-options.ts";
import {
  s6TlscIoLine,
  s6TlscLine,
  s6TlsdIoLine,
  s6TlsdLine,
  s6UcspitlscLine,
  s6UcspitlsdLine,
} from "../src/cli/command-lines.ts";
import { type CommandLine, type Option, usage } from "../src/cli/options.ts";
import { s6TlsserverLine } from "../src/cli/super-server-line.ts";
import { s6TlsclientLine } from "../src/cli/tcp-client-line.ts";

const BEGIN = "<!-- generated from src/cli -->";
const END = "<!-- end of what is generated -->";

const pages: Record<string, string> = {
  bearhug: sectionOfTwo(),
  "s6-tlsc": section("s6-tlsc", s6TlscLine),
  "s6-tlsc-io": section("s6-tlsc-io", s6TlscIoLine),
  "s6-tlsd": section("s6-tlsd", s6TlsdLine),
  "s6-tlsd-io": section("s6-tlsd-io", s6TlsdIoLine),
  "s6-tlsclient": section("s6-tlsclient", s6TlsclientLine),
  "s6-ucspitlsc": section("s6-ucspitlsc", s6UcspitlscLine),
  "s6-ucspitlsd": section("s6-ucspitlsd", s6UcspitlsdLine),
  "s6-tlsserver": section("s6-tlsserver", s6TlsserverLine),
};

const stale = Object.entries(pages).filter(([program, options]) => {
  const path = `docs/${program}.1.md`;
  const page = readFileSync(path, "utf8");
  const updated = replaceSection(page, options);
  if (!process.argv.includes("--check")) writeFileSync(path, updated);
  return page !== updated;
});

if (process.argv.includes("--check") && stale.length > 0) {
  console.error(`out of date, run make docs: ${stale.map(([program]) => program).join(", ")}`);
  process.exit(1);
}

function replaceSection(page: string, options: string): string {
  const [before, rest] = page.split(BEGIN);
  const after = rest?.split(END)[1];
  if (after === undefined) throw new Error("a manual page without the markers of its options");
  return `${before}${BEGIN}\n\n${options}\n${END}${after}`;
}

function section<Settings>(program: string, line: CommandLine<Settings>): string {
  const options = line.groups.flat().map(entry);
  return ["# SYNOPSIS", `\`${usage(program, line)}\``, "# OPTIONS", ...options, ""].join("\n\n");
}

function sectionOfTwo(): string {
  const lines = { server: bearhugServerLine, client: bearhugClientLine };
  return Object.entries(lines)
    .map(([role, line]) => {
      const entries = line.groups.flat().map(entry);
      return [`# OPTIONS OF BEARHUG ${role.toUpperCase()}`, ...entries, ""].join("\n\n");
    })
    .join("\n");
}

function entry<Settings>({ short, long, value, about }: Option<Settings>): string {
  const names = short === undefined ? [`--${long}`] : [`-${short}`, `--${long}`];
  const spelled = names.map((name) => `**${name}**${value === undefined ? "" : ` *${value}*`}`);
  return `${spelled.join(", ")}\n: ${about}`;
}
