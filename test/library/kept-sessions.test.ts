/** How many sessions a process of clients keeps, and which ones it forgets. */
import { describe, expect, it } from "vitest";
import type { SecureContext } from "../../src/credentials/secure-context.ts";
import { Sessions } from "../../src/library/sessions.ts";
import type { TicketKeys } from "../../src/sandbox/key-operations.ts";

const context = { sessionSettings: ["settings"] } as unknown as SecureContext;
const unused = {} as TicketKeys;

/** Sessions of one process, by the target of a connection. */
class Kept {
  private readonly sessions = new Sessions(unused);

  /** A connection that offers nothing yet gets a session. */
  get(target: string, name: string): void {
    const sealed = Buffer.from(name);
    this.connection(target, Buffer.of())?.keep({ sealed, peer: null, resumed: false });
  }

  /** What the next connection offers; null: nothing. */
  offered(target: string): string | null {
    const resume = this.connection(target)?.resume;
    return resume ? `${Buffer.from(resume.sealed)}` : null;
  }

  private connection(target: string, chosen?: Buffer) {
    const terms = { context, target, servername: "server.test", rejectUnauthorized: true };
    return this.sessions.forConnection(terms, chosen);
  }
}

describe("of one server", () => {
  it("the newest eight are kept, and the newest is offered first", () => {
    const kept = new Kept();
    for (let n = 0; n < 12; n++) kept.get("one", `${n}`);
    const offered = Array.from({ length: 9 }, () => kept.offered("one"));
    expect(offered).toEqual(["11", "10", "9", "8", "7", "6", "5", "4", null]);
  });
});

describe("of many servers", () => {
  it("those of 256 are kept", () => {
    const kept = new Kept();
    for (let n = 0; n < 300; n++) kept.get(`${n}`, `of ${n}`);
    const there = Array.from({ length: 300 }, (_, n) => kept.offered(`${n}`));
    expect(there.slice(0, 44)).toEqual(Array(44).fill(null));
    expect(there.slice(44)).toEqual(Array.from({ length: 256 }, (_, n) => `of ${n + 44}`));
  });

  it("the one that has gone longest without a connection is forgotten first", () => {
    const kept = new Kept();
    for (let n = 0; n < 256; n++) kept.get(`${n}`, "first");
    kept.get("0", "second");
    kept.get("another", "first");
    expect([kept.offered("0"), kept.offered("1"), kept.offered("2")]).toEqual([
      "second",
      null,
      "first",
    ]);
  });
});
