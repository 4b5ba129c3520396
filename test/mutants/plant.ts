import { execFileSync, spawnSync } from "node:child_process";
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { dirname, join, resolve } from "node:path";
import type { Fault } from "./fault.ts";
import { ownFolder } from "./only-run.ts";

/** How long the tests of one fault may take, in milliseconds: what hangs is noticed, too. */
const PATIENCE = 240_000;

/** What each test of a planted fault runs against. */
const BUILT = {
  src: ["dist/s6-tlsd.cjs", "dist/index.cjs"],
  wasm: ["dist/engine.wasm", "dist/keeper.wasm", "build/crypto-test.wasm"],
} as const;

/** The file of the repository in which the fault's place is, or why there is none. */
export function placeOf({ in: folder, find }: Fault, sources: Sources): string | Error {
  const places = sources[folder].filter(({ text }) => text.includes(find));
  const [place] = places;
  if (place === undefined) return new Error("its place is gone");
  if (places.length > 1 || place.text.split(find).length > 2) {
    return new Error(`it has several places: ${places.map(({ file }) => file).join(", ")}`);
  }
  if (/^wasm\/\w+\/abi\.h$/.test(place.file)) {
    return new Error(`${place.file} is part of the stamp: programs refuse such a module at once`);
  }
  return place.file;
}

export interface Source {
  readonly file: string;
  readonly text: string;
}

export type Sources = Readonly<Record<Fault["in"], readonly Source[]>>;

export function readSources(repository: string): Sources {
  const files = execFileSync("git", ["ls-files", "src", "wasm"], {
    cwd: repository,
    encoding: "utf8",
  }).split("\n");
  const of = (ending: RegExp) =>
    files
      .filter((file) => ending.test(file) && existsSync(join(repository, file)))
      .map((file) => ({ file, text: readFileSync(join(repository, file), "utf8") }));
  return { src: of(/^src\/.*\.ts$/), wasm: of(/^wasm\/.*\.[ch]$/) };
}

/** A copy of the repository, built, in which faults are planted one after the other. */
export class Field {
  readonly folder: string;

  constructor(private readonly repository: string) {
    this.folder = ownFolder(repository);
    mkdirSync(join(this.folder, "build"), { recursive: true });
    // With their times: what is built stays built.
    const copy =
      'git ls-files -co --exclude-standard -z | xargs -0 ls -d 2>/dev/null | tr "\\n" "\\0" | xargs -0 cp -p --parents -t "$0"';
    execFileSync("sh", ["-c", copy, this.folder], { cwd: repository });
    const built = ["dist", "build/wasm", "build/bearssl.a", "build/stamp", "build/toolchain"];
    built.push("build/flags", "build/bearssl-sources", "build/crypto-test.wasm", "vendor/bearssl");
    mkdirSync(join(this.folder, "vendor"), { recursive: true });
    for (const name of built) {
      execFileSync("cp", ["-a", join(repository, name), join(this.folder, name)]);
    }
    for (const name of LINKED) {
      mkdirSync(dirname(join(this.folder, name)), { recursive: true });
      symlinkSync(join(repository, name), join(this.folder, name));
    }
    for (const folder of Object.keys(BUILT) as (keyof typeof BUILT)[]) this.make(folder);
  }

  /** The title of the first test that fails with the fault; null: none does. */
  noticer(fault: Fault, file: string): string | null {
    const path = join(this.folder, file);
    const sound = readFileSync(path, "utf8");
    const { atime, mtime } = statSync(path);
    const keep = this.keep(fault, file);
    writeFileSync(
      path,
      sound.replace(fault.find, () => fault.plant),
    );
    // Times of files are coarse: make must see that this one is newer than what was just put back.
    const later = new Date(Date.now() + 2000);
    utimesSync(path, later, later);
    try {
      this.make(fault.in);
      return this.failing(fault.noticedBy);
    } finally {
      writeFileSync(path, sound);
      utimesSync(path, atime, mtime);
      for (const [from, to] of keep) copyFileSync(from, to);
    }
  }

  /** The title of the first of these tests that fails; null: none does. */
  failing(tests: readonly string[]): string | null {
    const report = join(this.folder, "build/report.json");
    writeFileSync(report, "");
    const command = ["run", "--reporter=json", `--outputFile=${report}`, "--bail=1", ...tests];
    const { status, error } = spawnSync("node_modules/.bin/vitest", command, {
      cwd: this.folder,
      timeout: PATIENCE,
      stdio: "ignore",
      env: { ...process.env, BEARHUG_VECTORS: resolve(this.repository, VECTORS) },
    });
    if (status === 0) return null;
    const text = readFileSync(report, "utf8");
    if (text === "") return error === undefined ? "the tests could not run" : "the tests hang";
    const { testResults } = JSON.parse(text) as Report;
    const failed = testResults.flatMap(({ name, message, assertionResults }) => {
      const of = name.slice(this.folder.length + 1);
      const titles = assertionResults.filter((one) => one.status === "failed");
      if (titles.length === 0 && message !== "") return [`${of}: ${message.split("\n")[0]}`];
      return titles.map(({ fullName }) => `${of}: ${fullName}`);
    });
    return failed[0] ?? "the tests failed without a word";
  }

  /** What is built of the file, to be put back when the fault is gone: faster than to build it. */
  private keep(fault: Fault, file: string): [from: string, to: string][] {
    const object = file.replace(/^wasm/, "build/wasm").replace(/\.c$/, ".o");
    // Everything that includes a header would have to be kept.
    const names = file.endsWith(".c") ? [object, ...BUILT.wasm] : [];
    if (fault.in === "src") names.push(...BUILT.src);
    return names
      .filter((name) => existsSync(join(this.folder, name)))
      .map((name, index) => {
        const kept = join(this.folder, "build", `kept-${index}`);
        copyFileSync(join(this.folder, name), kept);
        return [kept, join(this.folder, name)];
      });
  }

  private make(what: Fault["in"]): void {
    execFileSync("make", ["-s", ...BUILT[what]], {
      cwd: this.folder,
      stdio: ["ignore", "ignore", "pipe"],
    });
  }
}

interface Report {
  testResults: {
    name: string;
    message: string;
    assertionResults: { status: string; fullName: string }[];
  }[];
}

/** What the copy shares with the repository. */
export const LINKED = ["node_modules", "test/nodes/node_modules"];
const VECTORS = process.env["BEARHUG_VECTORS"] ?? "../shared/data";
