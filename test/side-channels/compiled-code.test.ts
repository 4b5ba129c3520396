import { execFileSync } from "node:child_process";
import { describe, expect, test } from "vitest";
import { repository } from "../support/repository.ts";

/**
 * What V8's two compilers make of the functions that see secrets, which bench/secret-functions.mjs names by
 * a rule: a conditional jump that the module doesn't have, and V8 doesn't put everywhere, is listed here
 * with what it depends on. Of the rest, there is none.
 */

interface Row {
  readonly called: string;
  readonly left: number;
  readonly addsDivision: boolean;
  readonly isSecret: boolean;
}

type Module = "engine" | "keeper";

const rows: Record<Module, Row[]> = JSON.parse(
  execFileSync(process.execPath, ["bench/compiled-code.mjs", "--json"], {
    cwd: repository,
    encoding: "utf8",
    maxBuffer: 1 << 26,
  }),
);

/** What jumps depend on, where there are more than the module's branches. */
const READ = {
  "a length": ["label_expand_from", "random_draw", "br_i31_encode", "record_out_put"],
  "a number of rounds, or of a bit": ["aes_sliced_spread", "aes_nibbles_prepare"],
  "a key's length, by a table": ["br_des_ct_keysched"],
  "the operations of a point's formula, by a table": ["run_code"],
  "states, channels, types of messages and lengths, by tables": [
    ...["start", "buf", "ack", "flush", "answer", "say_hello", "client_read_hello"],
    ...["client_read_ticket", "read_extension", "server_go_on", "write_finished"],
  ],
};

const read: readonly string[] = Object.values(READ).flat();

/**
 * The keeper's exports, which check handles and lengths, and go by kinds of keys and numbers of hash functions:
 * the most that each has left. These were counted, and not read one by one.
 */
const COUNTED: Readonly<Record<string, number>> = {
  ...{ keeper_load: 10, keeper_match: 1, keeper_match_claim: 1, keeper_sign: 8 },
  ...{ keeper_attest: 3, keeper_seal: 2, keeper_open: 1, keeper_load_tickets: 18 },
};

/** The linker numbers the second of a name and those behind it. */
function nameOf({ called }: Row): string {
  return called.replace(/\.\d+$/, "");
}

describe.each(["engine", "keeper"] as const)("in %s.wasm", (module) => {
  const secret = rows[module].filter(({ isSecret }) => isSecret);

  test("there are functions that see secrets", () => {
    expect(secret.length).toBeGreaterThan({ engine: 150, keeper: 80 }[module]);
    expect(secret.map(nameOf)).toContain(
      { engine: "finished_matches", keeper: "p256_int_invert" }[module],
    );
  });

  test("V8 adds no jump to those that was not read or counted", () => {
    const found = secret.filter(({ called, left }) => left > (COUNTED[called] ?? 0));
    expect(found.map(nameOf).filter((name) => !read.includes(name))).toEqual([]);
  });

  test("V8 divides where the module does, and nowhere else", () => {
    expect(rows[module].filter(({ addsDivision }) => addsDivision)).toEqual([]);
  });
});
