import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

/**
 * Which functions of the modules see secrets, by where they are: all of the keeper, of our cryptography, of
 * BearSSL's, and those of TLS 1.3's files that name one. A file that is new in one of these
 * folders is in it without a line here.
 */
const FOLDERS = [
  "wasm/crypto",
  "wasm/keeper",
  ...["aead", "ec", "hash", "int", "kdf", "mac", "rand", "rsa", "symcipher"].map(
    (name) => `vendor/bearssl/src/${name}`,
  ),
];

/** So a file of TLS 1.3's names what it must not tell. */
const SECRET = /\b(secret|secrets|keys|private_key|seed|binder|verify_data|shared)\b/;

const TLS13 = "wasm/engine/tls13";

/** Their functions, by their names in C. */
export function secretFunctions() {
  const names = new Set();
  for (const file of secretFiles()) {
    // BearSSL's formatting, and ours: a definition's name begins a line.
    for (const [, name] of readFileSync(file, "utf8").matchAll(/^(\w+)\(/gm)) names.add(name);
  }
  return names;
}

function secretFiles() {
  const files = FOLDERS.flatMap((folder) => sources(folder));
  return [...files, ...sources(TLS13).filter(hasSecrets)];
}

function sources(folder) {
  const names = readdirSync(folder).filter((name) => name.endsWith(".c"));
  return names.map((name) => join(folder, name));
}

/** Comments don't count. */
function hasSecrets(file) {
  return SECRET.test(readFileSync(file, "utf8").replace(/\/\*[\s\S]*?\*\//g, ""));
}
