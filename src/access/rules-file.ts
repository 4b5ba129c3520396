import { Cdb } from "./cdb.ts";
import { type AccessRules, RulesError, type Verdict } from "./rule.ts";

const ALLOW = 0x41;
const DENY = 0x44;
const TEXT = new TextEncoder();
const UTF8 = new TextDecoder();

/** AccessRules in a cdb file that s6-accessrules-cdb-from-fs made. It may be replaced at any time. */
export class RulesFile implements AccessRules {
  constructor(private readonly path: string) {}

  find(name: string): Verdict | null {
    try {
      const cdb = new Cdb(this.path);
      try {
        const data = cdb.find(TEXT.encode(name));
        return data === null ? null : verdictOf(data);
      } finally {
        cdb.close();
      }
    } catch (error) {
      if (error instanceof RulesError) throw error;
      throw new RulesError(`unable to read ${this.path}: ${(error as Error).message}`);
    }
  }
}

function verdictOf(data: Uint8Array): Verdict {
  if (data[0] === DENY) return { access: "deny" };
  if (data[0] !== ALLOW) throw new RulesError("a rule neither allows nor denies");
  const environment = block(data, 1);
  const exec = block(data, 3 + environment.length);
  return {
    access: "allow",
    environment: changesOf(UTF8.decode(environment)),
    exec: exec.length === 0 ? null : UTF8.decode(exec),
  };
}

/** A length of 16 bits, and as many bytes. */
function block(data: Uint8Array, at: number): Uint8Array {
  if (at + 2 > data.length) throw new RulesError("a rule is cut short");
  const end = at + 2 + (((data[at] ?? 0) << 8) | (data[at + 1] ?? 0));
  if (end > data.length) throw new RulesError("a rule is cut short");
  return data.subarray(at + 2, end);
}

/** `NAME=value` or, to remove it, `NAME`, each ended by a NUL. */
function changesOf(block: string): Map<string, string | null> {
  const changes = new Map<string, string | null>();
  for (const change of block.split("\0").slice(0, -1)) {
    const equals = change.indexOf("=");
    if (equals === -1) changes.set(change, null);
    else changes.set(change.slice(0, equals), change.slice(equals + 1));
  }
  return changes;
}
