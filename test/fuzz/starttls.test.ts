/**
 * Damaged words before TLS, in pieces: each is refused as such, is waited for within bounds, or leads
 * to TLS with nothing of the clear text left. FUZZ_SECONDS prolongs it.
 */
import { expect, it } from "vitest";
import { PostgresqlClient, PostgresqlServer } from "../../src/starttls/postgresql.ts";
import { type Preface, PrefaceError } from "../../src/starttls/preface.ts";
import { SmtpClient, SmtpGreeting, SmtpServer } from "../../src/starttls/smtp.ts";
import { byteMutators, Chance } from "../support/mutations.ts";

interface Target {
  readonly make: () => Preface;
  readonly seeds: readonly string[];
}

const GSS = "\0\0\0\x08\x04\xd2\x16\x30";
const CANCEL = "\0\0\0\x10\x04\xd2\x16\x2e\0\0\0\x01\0\0\0\x02";
const SSL = "\0\0\0\x08\x04\xd2\x16\x2f";

const TARGETS: Record<string, Target> = {
  "PostgreSQL's client": {
    make: () => new PostgresqlServer(true),
    seeds: [
      SSL,
      GSS + SSL,
      `${SSL}\x16\x03\x01`,
      "\x16\x03\x01\x02",
      "\0\0\0\x17\0\x03\0\0user\0a\0\0",
      CANCEL,
      GSS + CANCEL,
    ],
  },
  "PostgreSQL's server": {
    make: () => new PostgresqlClient(),
    seeds: ["S", "N", "S\x16", "Eno\0"],
  },
  "SMTP's client": {
    make: () => new SmtpServer("a.test"),
    seeds: [
      "EHLO a\r\nSTARTTLS\r\n",
      "EHLO a\r\nNOOP\r\nSTARTTLS\r\n\x16\x03",
      "ehlo a\r\nMAIL FROM:<a>\r\nQUIT\r\n",
      `EHLO ${"a".repeat(500)}\r\n`,
    ],
  },
  "SMTP's server": {
    make: () => new SmtpClient("a.test"),
    seeds: [
      "220 a\r\n250-a\r\n250 STARTTLS\r\n220 go\r\n",
      "220-a\r\n220 b\r\n250-a\r\n250-STARTTLS\r\n250 X\r\n220 go\r\nEHLO",
      `220 ${"a".repeat(2040)}\r\n`,
    ],
  },
  "SMTP's backend": {
    make: () => new SmtpGreeting(),
    seeds: ["220 a\r\n", "220-a\r\n220 b\r\n250"],
  },
};

/** Of what is kept while nothing is answered: a reply of SMTP, and a line behind it. */
const KEPT_MAX = 101 * 2048;

type End = "done" | "refused" | "waiting";

/** @returns how it ends, and the bytes that came until then */
function feed(preface: Preface, pieces: readonly Buffer[]): { end: End; read: number } {
  let read = 0;
  let unanswered = 0;
  for (const piece of pieces) {
    read += piece.length;
    unanswered += piece.length;
    try {
      const { say, isDone, rest } = preface.push(piece);
      if (isDone) {
        // TLS without an SSLRequest is all that may be left, and it is all.
        if (rest.length > 0) expect([rest[0], rest.length]).toEqual([0x16, read]);
        return { end: "done", read };
      }
      if (say !== "") unanswered = 0;
      if (unanswered > KEPT_MAX) throw new Error(`it keeps ${unanswered} bytes`);
    } catch (error) {
      if (!(error instanceof PrefaceError)) throw error;
      return { end: "refused", read };
    }
  }
  return { end: "waiting", read };
}

function damaged(seeds: readonly string[], chance: Chance): Buffer {
  const seed = () => Buffer.from(chance.pick(seeds), "latin1");
  let bytes: Buffer = seed();
  for (let times = chance.below(3); times > 0; times--) {
    [bytes] = chance.pick(byteMutators)(bytes, chance, seed());
  }
  return bytes;
}

it.each(Object.entries(TARGETS))(
  "%s, damaged, and however it is cut",
  { timeout: 600_000 },
  (_, target) => {
    const deadline = Date.now() + 1000 * Number(process.env["FUZZ_SECONDS"] ?? 1);
    const seen = { done: 0, refused: 0, waiting: 0 };
    for (let seed = 0; seed < 1000 || Date.now() < deadline; seed++) {
      const chance = new Chance(seed);
      const bytes = damaged(target.seeds, chance);
      const bytewise = feed(
        target.make(),
        [...bytes].map((byte) => Buffer.of(byte)),
      );
      const whole = feed(target.make(), [bytes]);
      seen[bytewise.end]++;
      // More at once is never more welcome than byte by byte, when each answer was waited for.
      if (bytewise.end === "refused") expect(whole.end, `run ${seed}`).toBe("refused");
      if (whole.end === "done" && bytes[0] !== 0x16) {
        expect(bytewise, `run ${seed}`).toEqual({ end: "done", read: bytes.length });
      }
    }
    expect(seen.done).toBeGreaterThan(50);
    expect(seen.refused).toBeGreaterThan(50);
  },
);

it.each(Object.entries(TARGETS))(
  "%s that never comes to an end is refused within bounds",
  (_, target) => {
    for (const word of ["220-a\r\n", "EHLO a\r\n", "x", "\0", "\x16", "2"]) {
      const endless = Array<Buffer>(KEPT_MAX).fill(Buffer.from(word, "latin1"));
      expect(feed(target.make(), endless).end).not.toBe("waiting");
    }
  },
);
