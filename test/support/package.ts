import { execFileSync } from "node:child_process";
import { mkdirSync, readdirSync, readFileSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { scratchFile } from "./scratch.ts";
import { which } from "./which.ts";

const repository = join(import.meta.dirname, "../..");
const built = join(repository, "build");

export const manifest = JSON.parse(readFileSync(join(repository, "package.json"), "utf8"));
export const programs: string[] = Object.keys(manifest.bin);

/** What make dist has made. */
export const tarball = onlyFile(/^bearhug-.*\.tgz$/);
export const ingredients = onlyFile(/^bearhug-.*\.cdx\.json$/);

/** npm or npx, with no network, a cache of its own, and no configuration of a user's. */
export function npm(folder: string, ...command: readonly string[]): string {
  const [program = "npm", ...args] = command;
  return execFileSync(program, args, {
    cwd: folder,
    encoding: "utf8",
    stdio: ["ignore", "pipe", "inherit"],
    env: {
      PATH: process.env["PATH"],
      HOME: scratchFile("home"),
      npm_config_cache: scratchFile("cache"),
      npm_config_offline: "true",
      npm_config_audit: "false",
      npm_config_fund: "false",
      npm_config_update_notifier: "false",
      npm_config_loglevel: "error",
    },
  });
}

/** An empty folder into which the package is installed; where its programs are. */
export function installed(): string {
  const folder = emptyFolder();
  npm(folder, "npm", "install", "--ignore-scripts", tarball);
  return join(folder, "node_modules/.bin");
}

export function emptyFolder(): string {
  const folder = scratchFile("folder");
  mkdirSync(folder);
  return folder;
}

/** A PATH with this Node, and these few programs of the system: no compiler, no npm, no apt. */
export function poorPath(node: string, bin: string): string {
  const folder = emptyFolder();
  symlinkSync(node, join(folder, "node"));
  for (const name of ["cat", "sh", "tcpserver"]) symlinkSync(which(name), join(folder, name));
  return `${bin}:${folder}`;
}

function onlyFile(pattern: RegExp): string {
  const names = readdirSync(built).filter((name) => pattern.test(name));
  if (names.length !== 1)
    throw new Error(`${names.length} files ${pattern} in build: run make dist`);
  return join(built, names[0] as string);
}
