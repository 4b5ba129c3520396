/**
 * sbom.mjs TARBALL MUSL: writes down what is in the package, as a CycloneDX document next to it.
 * npm knows of the packages that it depends on; what was compiled into the modules, and what was
 * bundled, is added here.
 */
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const [tarball = "", musl = ""] = process.argv.slice(2);

const manifest = JSON.parse(readFileSync("package.json", "utf8"));
const pin = readPin();
const bom = JSON.parse(
  output("npm", "sbom", "--sbom-format=cyclonedx", "--omit=dev", "--package-lock-only"),
);

// Two packings are the same bytes: neither the time nor a random number may be in there.
delete bom.serialNumber;
delete bom.metadata.timestamp;

const { component } = bom.metadata;
component.name = manifest.name;
component.hashes = [sha256(tarball)];
component.components = ["engine", "keeper"].map((name) => ({
  type: "file",
  "bom-ref": `${name}.wasm`,
  name: `dist/${name}.wasm`,
  hashes: [sha256(`dist/${name}.wasm`)],
}));

const compiledIn = [
  {
    ...library(
      "bearssl",
      "MIT",
      `pkg:deb/debian/bearssl@${encodeURIComponent(pin.version)}?arch=source`,
    ),
    version: pin.version,
    description: "The TLS engine in engine.wasm, and the arithmetic in keeper.wasm",
    hashes: [{ alg: "SHA-256", content: pin.sha256 }],
    externalReferences: [{ type: "website", url: "https://bearssl.org/" }],
  },
  {
    ...library("musl", "MIT", `pkg:generic/musl@${muslVersion()}`),
    version: muslVersion(),
    description: "memcmp, strlen and their like, as emscripten brings them",
    externalReferences: [{ type: "website", url: "https://musl.libc.org/" }],
  },
];

const bundled = [loader()];

const version = emscriptenVersion();
const compiler = {
  type: "application",
  "bom-ref": "emscripten",
  name: "emscripten",
  version,
  description: "Compiled both modules",
  scope: "excluded",
  purl: `pkg:github/emscripten-core/emscripten@${version}`,
};

bom.components.push(...compiledIn, ...bundled, compiler);
const ours = bom.dependencies.find(({ ref }: { ref: string }) => ref === component["bom-ref"]);
ours.dependsOn.push(...[...compiledIn, ...bundled].map((one) => one["bom-ref"]));

writeFileSync(tarball.replace(/\.tgz$/, ".cdx.json"), `${JSON.stringify(bom, null, 2)}\n`);

function library(name: string, licence: string, purl: string) {
  const licenses = [{ license: { id: licence } }];
  return { type: "library", "bom-ref": name, name, scope: "required", licenses, purl };
}

/** As package-lock.json pins it. */
function loader() {
  const name = "@assemblyscript/loader";
  const lock = JSON.parse(readFileSync("package-lock.json", "utf8"));
  const { version, integrity, license } = lock.packages[`node_modules/${name}`];
  const content = Buffer.from(integrity.replace("sha512-", ""), "base64").toString("hex");
  return {
    ...library(name, license, `pkg:npm/${name.replace("@", "%40")}@${version}`),
    version,
    description: "Instantiates both modules; bundled into the programs and the library",
    hashes: [{ alg: "SHA-512", content }],
    externalReferences: [{ type: "website", url: "https://www.assemblyscript.org/loader.html" }],
  };
}

/** What vendor/bearssl.pin says about the sources as a whole: a word and a value a line. */
function readPin(): { version: string; sha256: string } {
  const lines = readFileSync("vendor/bearssl.pin", "utf8").split("\n");
  const value = (word: string) => {
    const found = lines.map((line) => line.split(/ +/)).find(([first]) => first === word)?.[1];
    if (found === undefined) throw new Error(`vendor/bearssl.pin says nothing of ${word}`);
    return found;
  };
  return { version: value("version"), sha256: value("sha256") };
}

function muslVersion(): string {
  return readFileSync(join(musl, "VERSION"), "utf8").trim();
}

function emscriptenVersion(): string {
  const said = output("emcc", "--version");
  const version = / ([0-9]+\.[0-9]+\.[0-9]+) /.exec(said)?.[1];
  if (version === undefined) throw new Error(`emcc --version says: ${said}`);
  return version;
}

function sha256(file: string) {
  const content = createHash("sha256").update(readFileSync(file)).digest("hex");
  return { alg: "SHA-256", content };
}

function output(program: string, ...args: readonly string[]): string {
  return execFileSync(program, args, { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] });
}
