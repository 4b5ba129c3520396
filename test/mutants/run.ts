/**
 * `make mutants`: plants each fault in a copy of the repository, and shows which test notices it.
 *
 * Arguments: words of the names of faults, or `--sample N` for some of them, other ones each day.
 */
import type { Fault } from "./fault.ts";
import { HOST_FAULTS } from "./host-faults.ts";
import { claim } from "./only-run.ts";
import { Field, placeOf, readSources } from "./plant.ts";
import { WASM_FAULTS } from "./wasm-faults.ts";

const all = [...HOST_FAULTS, ...WASM_FAULTS];
const repository = process.cwd();
const chosen = choose(process.argv.slice(2));
if (chosen.length === 0) {
  throw new Error(`no fault has all of this in its name: ${process.argv.slice(2).join(" ")}`);
}
const sources = readSources(repository);

const NOTICED = "noticed";
let noticed = 0;
const claimed = await claim(repository).catch((error: Error) => {
  console.error(`make mutants: ${error.message}`);
  process.exit(1);
});
const field = new Field(repository);

// A test that fails without a fault would notice every one.
const tests = [...new Set(chosen.flatMap(({ noticedBy }) => noticedBy))];
const allPass = field.failing(tests) === null;
const broken = new Map<string, string>();
for (const test of allPass ? [] : tests) {
  // On a busy machine one may fail once among others.
  const why = field.failing([test]) && field.failing([test]);
  if (why !== null) broken.set(test, why);
}

for (const fault of chosen) {
  const outcome = judge(fault);
  if (outcome.startsWith(NOTICED)) noticed++;
  console.log(`${fault.name}: ${outcome}`);
}
console.log(`${chosen.length} planted, ${noticed} noticed`);
claimed.close();
process.exit(noticed === chosen.length ? 0 : 1);

function judge(fault: Fault): string {
  const lame = fault.noticedBy.find((test) => broken.has(test));
  if (lame !== undefined) return `NOT JUDGED: without it fails ${broken.get(lame)}`;
  const place = placeOf(fault, sources);
  if (place instanceof Error) return `NOT PLANTED: ${place.message}`;
  try {
    const by = field.noticer(fault, place);
    return by === null ? "NOT NOTICED" : `${NOTICED} by ${by}`;
  } catch (error) {
    return `NOT PLANTED: it does not build: ${(error as Error).message.split("\n")[1]}`;
  }
}

function choose(words: string[]) {
  if (words[0] === "--sample") {
    const count = Number(words[1]);
    const day = Math.floor(Date.now() / 86_400_000);
    // Neighbours in the list are of one kind: steps that are prime to its length mix them.
    return Array.from(
      { length: count },
      (_, n) => all[((day * count + n) * 29) % all.length],
    ).flatMap((fault) => fault ?? []);
  }
  return all.filter(({ name }) => words.every((word) => name.includes(word)));
}
