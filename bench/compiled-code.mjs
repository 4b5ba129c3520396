/**
 * What V8's two compilers make of functions that see secrets: `make compiled-code`.
 *
 * A module says by what it branches and where it divides. This looks whether Liftoff (the baseline compiler)
 * or TurboFan (the optimizing one) adds anything of that: for each function, the conditional branches that
 * the module has, those that the machine's code has, and what is left when those that V8 puts everywhere
 * (a look at the stack at the entry and in each loop, and the checks that make a call through a table, a
 * copy or a division safe) are taken off. More than 0 wants a look at the code:
 * `node bench/compiled-code.mjs module.wasm function` prints it.
 *
 * A `select` is a conditional move of Liftoff's, and can be a branch of TurboFan's: none may be of a secret.
 *
 * TurboFan runs without peeling and unrolling of loops, which copy branches and make none of new conditions.
 */
import { execFileSync } from "node:child_process";
import { secretFunctions } from "./secret-functions.mjs";

const COMPILERS = {
  Liftoff: ["--liftoff-only"],
  TurboFan: ["--no-liftoff", "--no-wasm-loop-peeling", "--no-wasm-loop-unrolling"],
};

/** All functions are compiled at once, one after the other, so that their prints don't mix. */
const FLAGS = [
  "--no-wasm-lazy-compilation",
  "--no-wasm-dynamic-tiering",
  "--wasm-num-compilation-tasks=1",
];

const MODULES = ["engine", "keeper"];

function pathOf(name) {
  return `build/compiled/${name}.wasm`;
}

function rowsOf(path) {
  const functions = functionsOf(path);
  const code = Object.values(COMPILERS).map((flags) => byNumber(machineCode(path, flags)));
  const secret = secretFunctions();
  // Of functions with one name, the linker numbers the second and later ones.
  const isSecret = (called) => secret.has(called.replace(/\.\d+$/, ""));
  return [...functions].map(([called, found]) => ({
    ...rowOf(called, found, code),
    isSecret: isSecret(called),
  }));
}

function report(path) {
  const rows = rowsOf(path);
  console.log(`\n| ${path} | branches | selects | Liftoff | left | TurboFan | left | divisions |`);
  console.log("| --- | ---: | ---: | ---: | ---: | ---: | ---: | --- |");
  for (const { called, cells, divisions } of rows.filter(({ isSecret }) => isSecret)) {
    console.log(`| ${called} | ${cells.join(" | ")} | ${divisions} |`);
  }
  const others = rows.filter(({ isSecret, left }) => !isSecret && left > 0);
  console.log(`
Of ${rows.length} functions, others with more than 0 left: ${list(others)}.
Divisions that the module doesn't have: ${list(rows.filter(({ addsDivision }) => addsDivision))}.`);
}

function list(rows) {
  return rows.map(({ called, left }) => `${called} (${left})`).join(", ") || "none";
}

function rowOf(called, { number, branches, selects, loops, checks, divisions }, code) {
  const machine = code.map((all) => countsOf(all.get(number) ?? ""));
  const left = machine.map(({ jumps }) => jumps - branches - loops - checks - 1);
  return {
    called,
    left: Math.max(...left),
    cells: [branches, selects, ...machine.flatMap(({ jumps }, at) => [jumps, left[at]])],
    divisions: `${divisions}: ${machine.map((one) => one.divisions).join(", ")}`,
    addsDivision: machine.some((one) => one.divisions > divisions),
  };
}

/** The functions of a module by their names, with what they branch by. */
function functionsOf(path) {
  const text = execFileSync("wasm-dis", [path], { encoding: "utf8", maxBuffer: 1 << 30 });
  const imported = [...text.matchAll(/^ \(import .*\(func /gm)].length;
  const functions = new Map();
  // Each begins at the margin.
  const bodies = text.split(/^ \(func /m).slice(1);
  bodies.forEach((body, at) => {
    const name = /^\$(\S+)/.exec(body)?.[1]?.replace(/\)$/, "");
    const count = (pattern) => [...body.matchAll(pattern)].length;
    functions.set(name, {
      number: imported + at,
      branches: count(/\((br_if|if)\b/g) + count(/\bbr_table\b/g),
      selects: count(/\(select\b/g),
      loops: count(/\(loop\b/g),
      divisions: count(/\bi(32|64)\.(div|rem)_/g),
      // Is there such an entry, and is its type right; may these bytes be copied; is the divisor 0?
      checks:
        2 * count(/\(call_indirect\b/g) +
        count(/\(memory\.(copy|fill)\b/g) +
        count(/\b(div|rem)_u\b/g) +
        3 * count(/\b(div|rem)_s\b/g),
    });
  });
  return functions;
}

/** V8's print of all functions, or of one. */
function machineCode(path, flags, number) {
  const print =
    number === undefined ? "--print-wasm-code" : `--print-wasm-code-function-index=${number}`;
  const program = `new WebAssembly.Module(require("fs").readFileSync(${JSON.stringify(path)}))`;
  return execFileSync(process.execPath, [...FLAGS, ...flags, print, "-e", program], {
    encoding: "utf8",
    maxBuffer: 1 << 30,
  });
}

function byNumber(print) {
  const all = new Map();
  for (const part of print.split("--- WebAssembly code ---").slice(1)) {
    const number = Number(/^index: (\d+)/m.exec(part)?.[1]);
    all.set(number, part);
  }
  return all;
}

/** x86-64: conditional jumps, and divisions of integers. */
function countsOf(code) {
  const instructions = [
    ...code.matchAll(/^0x[0-9a-f]+ +[0-9a-f]+ +[0-9a-f]+ +(?:REX\.W )?(\w+)/gm),
  ];
  const names = instructions.map(([, name = ""]) => name);
  return {
    jumps: names.filter((name) => /^j(?!mp)/.test(name)).length,
    divisions: names.filter((name) => /^i?div/.test(name)).length,
  };
}

const [file, only] = process.argv.slice(2);
if (file === "--json") {
  const rows = MODULES.map((name) => [name, rowsOf(pathOf(name))]);
  console.log(JSON.stringify(Object.fromEntries(rows)));
} else if (only === undefined) {
  for (const path of file === undefined ? MODULES.map(pathOf) : [file]) report(path);
} else {
  const { number } = functionsOf(file).get(only) ?? {};
  if (number === undefined) throw new Error(`there is no function ${only} in ${file}`);
  for (const flags of Object.values(COMPILERS)) console.log(machineCode(file, flags, number));
}
