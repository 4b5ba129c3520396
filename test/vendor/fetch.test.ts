import { execFileSync, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import {
  appendFileSync,
  copyFileSync,
  cpSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { needs } from "../support/needs.ts";

const repository = join(import.meta.dirname, "../..");
const pinnedTree = join(repository, "vendor/bearssl");
const refused = 1;
const failed = 111;

/** Where other people keep BearSSL: the pinned tree, packed once for all tests, and archives. */
const elsewhere = mkdtempSync(join(tmpdir(), "bearhug-elsewhere-"));
const tarballs = {
  "tar.xz": join(elsewhere, "bearssl.tar.xz"),
  "tar.gz": join(elsewhere, "bearssl.tar.gz"),
};

beforeAll(() => {
  for (const tarball of Object.values(tarballs)) pack(pinnedTree, tarball);
});

afterAll(() => {
  rmSync(elsewhere, { recursive: true, force: true });
});

/** A fresh clone as far as vendor/fetch can tell: a folder with a space in its name, for luck. */
let clone: string;
let vendor: string;

beforeEach(() => {
  clone = mkdtempSync(join(tmpdir(), "bearhug fetch-"));
  vendor = join(clone, "vendor");
  mkdirSync(vendor);
  for (const file of ["fetch", "bearssl.pin"]) {
    copyFileSync(join(repository, "vendor", file), join(vendor, file));
  }
});

afterEach(() => {
  rmSync(clone, { recursive: true, force: true });
});

describe("sources from elsewhere", () => {
  it("an unpacked tree that is what the pin says becomes vendor/bearssl", () => {
    const run = runFetch({ BEARSSL_SOURCE: pinnedTree });
    expect(run).toMatchObject({ status: 0, stderr: "" });
    expect(run.stdout).toMatch(/^vendor\/fetch: vendor\/bearssl holds bearssl .*, verified/);
    expectPinnedTree();
  });

  it.each(["tar.xz", "tar.gz"] as const)("a .%s is taken by the digests of its files", (suffix) => {
    const run = runFetch({ BEARSSL_SOURCE: tarballs[suffix] });
    expect(run).toMatchObject({ status: 0, stderr: "" });
    expectPinnedTree();
  });

  it("a link in the tree becomes the file that it points to", () => {
    const tree = copyOfTheTree();
    rmSync(join(tree, "inc/bearssl.h"));
    symlinkSync(join(pinnedTree, "inc/bearssl.h"), join(tree, "inc/bearssl.h"));
    expect(runFetch({ BEARSSL_SOURCE: tree })).toMatchObject({ status: 0, stderr: "" });
    expect(lstatSync(join(vendor, "bearssl/inc/bearssl.h")).isFile()).toBe(true);
  });

  it("one changed byte is refused, and the file is named", () => {
    const tree = copyOfTheTree();
    const file = join(tree, "src/int/i31_add.c");
    const bytes = readFileSync(file);
    bytes[100] = (bytes[100] ?? 0) ^ 1;
    writeFileSync(file, bytes);
    expectRefusal(runFetch({ BEARSSL_SOURCE: tree }), "src/int/i31_add.c is changed");
  });

  it("one changed byte is refused in a tarball too", () => {
    const tree = copyOfTheTree();
    appendFileSync(join(tree, "inc/bearssl.h"), "\n");
    const tarball = pack(tree, join(clone, "changed.tar.gz"));
    expectRefusal(runFetch({ BEARSSL_SOURCE: tarball }), "inc/bearssl.h is changed");
  });

  it("a missing file is refused, and named", () => {
    const tree = copyOfTheTree();
    rmSync(join(tree, "inc/bearssl_ssl.h"));
    expectRefusal(runFetch({ BEARSSL_SOURCE: tree }), "inc/bearssl_ssl.h is missing");
  });

  it("a file that the pin does not know is refused, and named", () => {
    const tree = copyOfTheTree();
    writeFileSync(join(tree, "src/ssl/backdoor.c"), "");
    expectRefusal(runFetch({ BEARSSL_SOURCE: tree }), "src/ssl/backdoor.c is not in the pin");
  });

  it("a tree that is all wrong is refused in one line", () => {
    const tree = join(clone, "empty");
    mkdirSync(join(tree, "src"), { recursive: true });
    mkdirSync(join(tree, "inc"));
    expectRefusal(runFetch({ BEARSSL_SOURCE: tree }), / is missing and \d+ more; /);
  });

  it("a folder in which nothing is what the pin has is refused", () => {
    const wanted = "holds none of: LICENSE.txt inc src";
    expectRefusal(runFetch({ BEARSSL_SOURCE: clone }), wanted);
  });

  it("a path where nothing is fails, and says what would do", () => {
    const run = runFetch({ BEARSSL_SOURCE: join(clone, "nowhere") });
    expectFailure(run, "no such file or directory; it takes an unpacked tree, a .tar.xz");
  });

  it("a truncated tarball fails and leaves nothing behind", () => {
    const tarball = join(clone, "half.tar.gz");
    const whole = readFileSync(tarballs["tar.gz"]);
    writeFileSync(tarball, whole.subarray(0, whole.length / 2));
    expectFailure(runFetch({ BEARSSL_SOURCE: tarball }), "is it whole");
  });

  it("a missing decompressor is named, with the package that brings it", () => {
    const run = runFetch({
      BEARSSL_SOURCE: tarballs["tar.xz"],
      PATH: onlyTools("tar", "mkdir"),
    });
    expectFailure(run, "xz is missing on this machine; install it (Debian: xz-utils)");
  });
});

describe("a vendor/bearssl that is already there", () => {
  it("is verified and left alone, even without network, apt-get or source", () => {
    runFetch({ BEARSSL_SOURCE: pinnedTree });
    const before = statSync(join(vendor, "bearssl"));
    const run = runFetch({ PATH: onlyTools("find", "sort") });
    expect(run).toMatchObject({ status: 0, stderr: "" });
    expect(run.stdout).toMatch(/^vendor\/fetch: vendor\/bearssl already holds .*, verified\n$/);
    expect(statSync(join(vendor, "bearssl")).ino).toBe(before.ino);
  });

  it.each([
    ["an edited", "src/inner.h", "is changed"],
    ["an added", "src/added.c", "is not in the pin"],
  ])("is refused for %s file, and not overwritten", (_, file, complaint) => {
    runFetch({ BEARSSL_SOURCE: pinnedTree });
    const path = join(vendor, "bearssl", file);
    appendFileSync(path, "/* my own work */\n");
    const mine = readFileSync(path);

    const run = runFetch({ BEARSSL_SOURCE: pinnedTree });
    expect(run.status).toBe(refused);
    expect(run.stderr).toContain(`${file} ${complaint}`);
    expect(run.stderr).toContain("remove vendor/bearssl and run vendor/fetch bearssl again");
    expect(readFileSync(path)).toEqual(mine);
  });

  it("is refused when a link brings in files from outside", () => {
    runFetch({ BEARSSL_SOURCE: pinnedTree });
    const outside = mkdtempSync(join(clone, "outside-"));
    writeFileSync(join(outside, "backdoor.c"), "");
    symlinkSync(outside, join(vendor, "bearssl/src/more"));

    const run = runFetch({});
    expect(run.status).toBe(refused);
    expect(run.stderr).toContain("src/more/backdoor.c is not in the pin");
  });
});

describe("BoringSSL's test runner, whose parts lie deeper", () => {
  const tree = join(repository, "vendor/boringssl");

  beforeEach(() => {
    copyFileSync(join(repository, "vendor/boringssl.pin"), join(vendor, "boringssl.pin"));
  });

  it("is taken from a larger tree by the same rules, and BearSSL's source is not asked", () => {
    const larger = join(clone, "larger");
    cpSync(tree, larger, { recursive: true });
    writeFileSync(join(larger, "src/ssl/not-pinned.c"), "");
    const run = runFetch({ BORINGSSL_SOURCE: larger, BEARSSL_SOURCE: "/nowhere" }, "boringssl");
    expect(run).toMatchObject({ status: 0, stderr: "" });
    execFileSync("diff", ["-r", tree, join(vendor, "boringssl")]);
  });

  it("a changed test is refused, and named", () => {
    const changed = join(clone, "changed");
    cpSync(tree, changed, { recursive: true });
    appendFileSync(join(changed, "src/ssl/test/runner/runner.go"), "\n");
    const run = runFetch({ BORINGSSL_SOURCE: changed }, "boringssl");
    expect(run.status).toBe(refused);
    expect(run.stderr).toContain("src/ssl/test/runner/runner.go is changed");
    expect(existsSync(join(vendor, "boringssl"))).toBe(false);
  });
});

it.each([[], ["nothing"], ["../vendor/bearssl"], ["bearssl", "boringssl"]])(
  "vendor/fetch %s %s is refused, and the pins are named",
  (...names) => {
    const run = fetchOf(names, {});
    expect(run.status).toBe(100);
    expect(run.stderr).toContain("NAME is one of: bearssl\n");
  },
);

it("without apt-get, vendor/fetch fails and asks for BEARSSL_SOURCE", () => {
  const run = runFetch({ PATH: onlyTools() });
  expectFailure(run, "apt-get is missing on this machine; set BEARSSL_SOURCE");
});

describe("sources from apt-get", needs("apt-get", toolPath("apt-get") !== ""), () => {
  it.each([
    ["a line of sources.list", "sources.list", line],
    ["a line of another list", "sources.list.d/here.list", line],
    ["a stanza of a .sources file", "sources.list.d/here.sources", stanza("deb")],
    ["a stanza with deb-src in it", "sources.list.d/here.sources", stanza("deb deb-src")],
  ])("%s is all that vendor/fetch needs", (_, file, entry) => {
    const archive = archiveOffering(pinned("version"));
    pinTarball(archive.tarball);
    const run = runFetch({ APT_CONFIG: aptConfig(file, entry(archive.uri)) });
    expect(run).toMatchObject({ status: 0, stderr: "" });
    expect(run.stdout).toMatch(/holds bearssl .*, verified \(from apt-get\)\n$/);
    expectPinnedTree();
  });

  it("a tarball that is not the pinned one is refused before it is unpacked", () => {
    const archive = archiveOffering(pinned("version"));
    const run = runFetch({ APT_CONFIG: aptConfig("sources.list", line(archive.uri)) });
    expectRefusal(run, "from apt-get is not the pinned one");
  });

  it("a version gone from the archive fails, and is named", () => {
    const archive = archiveOffering("0.7-1");
    const run = runFetch({ APT_CONFIG: aptConfig("sources.list", line(archive.uri)) });
    expectFailure(run, `do not offer bearssl ${pinned("version")}; set BEARSSL_SOURCE`);
  });

  it("a tarball gone from the archive fails, in apt's own words and ours", () => {
    const archive = archiveOffering(pinned("version"));
    rmSync(archive.tarball);
    const run = runFetch({ APT_CONFIG: aptConfig("sources.list", line(archive.uri)) });
    expectFailure(run, "apt-get could not download bearssl");
    expect(run.stderr).toMatch(/^ {2}E: /m);
  });

  it("an archive out of reach fails, in apt's own words and ours", () => {
    const nobodyListens = "http://127.0.0.1:9/";
    const run = runFetch({ APT_CONFIG: aptConfig("sources.list", line(nobodyListens)) });
    expectFailure(run, "apt-get update brought no index of source packages");
    expect(run.stderr).toMatch(/^ {2}[EW]: /m);
  });

  it("hooks that act on the system after an update do not run", () => {
    const archive = archiveOffering(pinned("version"));
    const configuration = aptConfig("sources.list", line(archive.uri));
    const trace = join(clone, "hook-ran");
    appendFileSync(configuration, `APT::Update::Post-Invoke { "touch '${trace}'"; };\n`);
    runFetch({ APT_CONFIG: configuration });
    expect(existsSync(trace)).toBe(false);
  });

  it("a machine with no apt sources fails", () => {
    const run = runFetch({ APT_CONFIG: aptConfig("sources.list", "") });
    expectFailure(run, "no apt sources on this machine? If so, set BEARSSL_SOURCE");
  });
});

interface Run {
  status: number | null;
  stdout: string;
  stderr: string;
}

function runFetch(environment: Record<string, string>, name = "bearssl"): Run {
  return fetchOf([name], environment);
}

function fetchOf(names: string[], environment: Record<string, string>): Run {
  return spawnSync(join(vendor, "fetch"), names, {
    env: { PATH: process.env.PATH, ...environment },
    encoding: "utf8",
    timeout: 30_000,
  });
}

function expectPinnedTree(): void {
  execFileSync("diff", ["-r", pinnedTree, join(vendor, "bearssl")]);
  expect(readdirSync(vendor).sort()).toEqual(["bearssl", "bearssl.pin", "fetch"]);
}

function expectRefusal(run: Run, complaint: string | RegExp): void {
  expect(run.status).toBe(refused);
  expectComplaintAndNothingElse(run, complaint);
}

function expectFailure(run: Run, complaint: string | RegExp): void {
  expect(run.status).toBe(failed);
  expectComplaintAndNothingElse(run, complaint);
}

function expectComplaintAndNothingElse(run: Run, complaint: string | RegExp): void {
  const [last] = run.stderr.trimEnd().split("\n").slice(-1);
  expect(last).toMatch(/^vendor\/fetch: fatal: /);
  expect(last).toMatch(complaint);
  expect(readdirSync(vendor).sort()).toEqual(["bearssl.pin", "fetch"]);
}

function copyOfTheTree(): string {
  const tree = join(clone, "copy");
  cpSync(pinnedTree, tree, { recursive: true });
  return tree;
}

function pack(tree: string, tarball: string): string {
  const compression = tarball.endsWith(".xz") ? "-J" : "-z";
  execFileSync("tar", ["-C", dirname(tree), compression, "-cf", tarball, basename(tree)]);
  return tarball;
}

/** A PATH with what vendor/fetch always uses, the tools asked for and nothing else. */
function onlyTools(...tools: string[]): string {
  const folder = mkdtempSync(join(clone, "bin-"));
  const always = ["dirname", "mktemp", "rm", "sed", "cat", "tail", "sha256sum", "shasum"];
  for (const tool of [...always, ...tools]) {
    const path = toolPath(tool);
    if (path) symlinkSync(path, join(folder, tool));
  }
  return folder;
}

function toolPath(tool: string): string {
  return spawnSync("sh", ["-c", `command -v ${tool}`], { encoding: "utf8" }).stdout.trim();
}

function pinned(field: string): string {
  const pin = readFileSync(join(vendor, "bearssl.pin"), "utf8");
  return new RegExp(`^${field} +(.*)$`, "m").exec(pin)?.[1] ?? "";
}

/** Our own tarball holds the pinned files; make its digest the pinned one as well. */
function pinTarball(tarball: string): void {
  const pin = readFileSync(join(vendor, "bearssl.pin"), "utf8")
    .replace(/^size .*$/m, `size ${statSync(tarball).size}`)
    .replace(/^sha256 .*$/m, `sha256 ${sha256(tarball)}`);
  writeFileSync(join(vendor, "bearssl.pin"), pin);
}

function sha256(file: string): string {
  return createHash("sha256").update(readFileSync(file)).digest("hex");
}

/** A Debian archive in a folder, with one source package. */
function archiveOffering(version: string): { uri: string; tarball: string } {
  // Not in the clone: apt mistakes a "+" in a file's name when the URI has an encoded space.
  const folder = mkdtempSync(join(elsewhere, "archive-"));
  const name = pinned("tarball");
  const tarball = join(folder, name);
  copyFileSync(tarballs["tar.xz"], tarball);
  const index = [
    "Package: bearssl",
    "Binary: libbearssl0",
    "Format: 3.0 (quilt)",
    "Architecture: any",
    `Version: ${version}`,
    "Directory: .",
    "Checksums-Sha256:",
    ` ${sha256(tarball)} ${statSync(tarball).size} ${name}`,
  ];
  writeFileSync(join(folder, "Sources"), `${index.join("\n")}\n`);
  return { uri: `file:${folder}`, tarball };
}

function line(uri: string): string {
  return `\tdeb\t[ trusted=yes arch=all ] ${uri} ./`;
}

function stanza(types: string): (uri: string) => string {
  return (uri) => `Types: ${types}\nURIs: ${uri}\nSuites: ./\nTrusted: yes`;
}

/** An apt configuration in which the one file of sources holds the one entry. */
function aptConfig(file: string, entry: string): string {
  const etc = join(clone, "etc");
  for (const folder of ["apt.conf.d", "preferences.d", "sources.list.d"]) {
    mkdirSync(join(etc, folder), { recursive: true });
  }
  writeFileSync(join(etc, file), `# A comment, as in deb files everywhere.\n${entry}`);
  writeFileSync(join(etc, "apt.conf"), `Dir::Etc "${etc}";\n`);
  return join(etc, "apt.conf");
}
