/** How many sessions a process of clients keeps, and which ones it forgets. */
import { X509Certificate } from "node:crypto";
import { afterEach, describe, expect, it, vi } from "vitest";
import type { SecureContext } from "../../src/credentials/secure-context.ts";
import { Sessions } from "../../src/library/sessions.ts";
import type { TicketKeys } from "../../src/sandbox/key-operations.ts";
import type { PeerFacts } from "../../src/sandbox/peer.ts";
import { Authority, derCertificate } from "../support/certificates.ts";

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

  /** A connection that may offer one, and gets a session. */
  renew(target: string, { resumed, peer = null }: { resumed: boolean; peer?: PeerFacts | null }) {
    const connection = this.connection(target);
    expect(connection?.resume !== null).toBe(resumed);
    connection?.keep({ sealed: Buffer.from("renewed"), peer, resumed });
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

describe("by the clock", () => {
  const HOUR = 3_600_000;
  const START = Date.now();
  const at = (now: number) => vi.useFakeTimers({ toFake: ["Date"], now });
  afterEach(() => {
    vi.useRealTimers();
  });

  it("24 hours after the server's certificate, none is offered, however often it was resumed", () => {
    const kept = new Kept();
    at(START);
    kept.renew("one", { resumed: false });
    for (const hours of [8, 16, 23]) {
      at(START + hours * HOUR);
      kept.renew("one", { resumed: true });
    }
    at(START + 24 * HOUR);
    kept.renew("one", { resumed: false });
    at(START + 47 * HOUR);
    expect(kept.offered("one")).toBe("renewed");
  });

  it("none is offered once the server's certificate has ended", () => {
    const der = derCertificate(Authority.root().issue().certFile);
    const end = Date.parse(new X509Certificate(der).validTo);
    const peer = { der } as unknown as PeerFacts;
    for (const [now, offered] of [
      [end - 1, "renewed"],
      [end, null],
    ] as const) {
      const kept = new Kept();
      at(end - HOUR);
      kept.renew("one", { resumed: false, peer });
      at(now);
      expect(kept.offered("one")).toBe(offered);
    }
  });

  it("one that came in the future is not offered: its age can't be told", () => {
    const kept = new Kept();
    at(START);
    kept.renew("one", { resumed: false });
    at(START - 1);
    expect(kept.offered("one")).toBeNull();
  });
});
